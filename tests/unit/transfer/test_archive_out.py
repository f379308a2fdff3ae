"""Archives of selections: what fails, what is held, what dies, and what the formats do with odd things."""

from __future__ import annotations

import os
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import CallInterrupted, Cancelled, DestinationError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder
from cutaway.testing.content import Pattern
from cutaway.testing.nodes import Folder, hard_link
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.policy import ExtractPolicy

MIB = 1 << 20
MADE_NS = 1_600_000_000_123_456_789
KINDS = ["x.tar", "x.tar.gz", "x.zip"]


def tree() -> Folder:
    twin = file(b"twin", mtime_ns=MADE_NS)
    return folder({
        b"tree": folder({
            b"a": twin,
            b"b": hard_link(twin),
            b"big": file(Pattern(12 * MIB + 5)),
            b"empty": file(b""),
            b"old": file(b"old", mtime_ns=-5 * 10**9 + 1),
            b"far": file(b"far", mtime_ns=10**19),
            b"tool": file(b"#!", mode=0o6755),
            b"caf\xe9.txt": file(b"latin"),
            "für".encode(): file(b"utf-8"),
            b"n" * 250: folder({b"m" * 250: file(b"long")}),
            b"many": folder({b"f%04d" % number: file(b"%d" % number) for number in range(700)}),
        }, xattrs={b"user.note": b"\xff\n=%"}),
        b"bad": file(Pattern(6 * MIB)),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((512, FakeFileSystem("ext4", tree, "ROOT", "")))})


def contents(path: Path) -> dict[bytes, bytes]:
    """Return the files of an archive, with the bytes of their names."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as zipped:
            return {zip_name(info): zipped.read(info) for info in zipped.infolist() if not info.is_dir()}
    with tarfile.open(path) as tarred:
        found = {}
        for member in tarred:
            if member.isfile() or member.islnk():
                file = tarred.extractfile(member)
                assert file is not None
                found[member.name.encode("utf-8", "surrogateescape")] = file.read()
        return found


def zip_name(info: zipfile.ZipInfo) -> bytes:
    return info.filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


@pytest.mark.parametrize("name", KINDS)
def test_every_name_and_content_is_in_it(handle: Handle, out: Path, name: str) -> None:
    report = handle.archive_out("/tree", out / name)
    found = contents(out / name)
    assert len(found) == report.files == 710
    assert found[b"tree/big"] == Pattern(12 * MIB + 5).read(0, 12 * MIB + 5)
    assert (found[b"tree/a"], found[b"tree/b"]) == (b"twin", b"twin")
    assert found[b"tree/caf\xe9.txt"] == b"latin"
    assert found["tree/für".encode()] == b"utf-8"
    assert found[b"tree/" + b"n" * 250 + b"/" + b"m" * 250] == b"long"


def test_a_tar_file_keeps_times_attributes_and_second_names(handle: Handle, out: Path) -> None:
    handle.archive_out("/tree", out / "x.tar")
    with tarfile.open(out / "x.tar") as file:
        twin, second, old, top = (file.getmember(name) for name in ("tree/a", "tree/b", "tree/old", "tree"))
        assert twin.pax_headers["mtime"] == "1600000000.123456789"
        assert second.islnk()
        assert second.linkname == "tree/a"
        assert float(old.pax_headers["mtime"]) == pytest.approx(-4.999999999)
        assert top.pax_headers["SCHILY.xattr.user.note"].encode("utf-8", "surrogateescape") == b"\xff\n=%"
        assert file.getmember("tree/tool").mode == 0o755


def test_a_zip_file_keeps_modes_and_stores_what_gets_no_smaller(handle: Handle, out: Path) -> None:
    handle.archive_out("/tree", out / "x.zip")
    with zipfile.ZipFile(out / "x.zip") as file:
        assert file.getinfo("tree/tool").external_attr >> 16 == 0o100755
        assert file.getinfo("tree/far").date_time[0] == 2107
        assert file.getinfo("tree/old").date_time[0] == 1980
        assert file.getinfo("tree/big").compress_type == zipfile.ZIP_DEFLATED
        assert file.testzip() is None


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_read_is_reported_and_not_in_it(
    handle: Handle, fake: FakeAppliance, out: Path, name: str
) -> None:
    fake.behaviour.unreadable |= {b"/bad", b"/tree/a"}
    report = handle.archive_out(["/tree", "/bad"], out / name)
    reasons = {failure.path: failure.destination for failure in report.failures}
    lost = {b"/bad": "bad", b"/tree/a": "tree/a"}
    assert reasons == (lost if name == "x.zip" else {**lost, b"/tree/b": "tree/b"})
    assert not {b"bad", b"tree/a"} & contents(out / name).keys()


@pytest.mark.parametrize("name", KINDS)
def test_it_outlives_its_appliance(handle: Handle, fake: FakeAppliance, out: Path, name: str) -> None:
    fake.behaviour.die_in.add("export_tree")
    options = ExtractOptions(restarts=1, on_restart=lambda _: fake.behaviour.die_in.clear())
    report = handle.archive_out("/tree", out / name, options=options)
    assert report.failures == ()
    assert len(contents(out / name)) == 710


@pytest.mark.parametrize("name", KINDS)
def test_a_cancellation_leaves_nothing(handle: Handle, fake: FakeAppliance, out: Path, name: str) -> None:
    fake.behaviour.bytes_per_s = 8 * MIB

    def on_progress(step: TransferProgress) -> None:
        if step.bytes_done:
            handle.cancel()

    with pytest.raises(Cancelled):
        handle.archive_out("/tree", out / name, on_progress=on_progress)
    fake.behaviour.bytes_per_s = 0
    assert os.listdir(out) == []
    assert handle.archive_out("/tree/a", out / name).files == 1


def test_a_dead_appliance_leaves_nothing(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.die_in.add("export_tree")
    with pytest.raises(CallInterrupted):
        handle.archive_out("/tree", out / "x.tar")
    assert os.listdir(out) == []


def test_a_reader_that_goes_away_ends_it(handle: Handle) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        with pytest.raises(DestinationError) as caught:
            handle.archive_out("/tree", write_end, kind="tar")
    finally:
        os.close(write_end)
    assert caught.value.errno_name == "EPIPE"
    assert handle.cat("/tree/a") == b"twin"


def test_a_reader_that_does_not_read_keeps_no_cancellation_waiting(handle: Handle) -> None:
    read_end, write_end = os.pipe()
    canceller = threading.Thread(target=lambda: (os.read(read_end, 1), handle.cancel()))
    canceller.start()
    with pytest.raises(Cancelled):
        handle.archive_out("/tree", write_end, kind="tar")
    canceller.join()
    os.close(write_end)
    os.close(read_end)
    assert handle.cat("/tree/a") == b"twin"


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_a_full_disk_fails_it(handle: Handle, kind: str) -> None:
    with pytest.raises(DestinationError) as caught:
        handle.archive_out("/tree", "/dev/full", kind=kind)  # type: ignore[arg-type] a parameter is text
    assert caught.value.errno_name == "ENOSPC"
    assert caught.value.path == "/dev/full"


def test_it_can_be_held_and_goes_on(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.bytes_per_s = 20 * MIB
    control, held = TransferControl(), threading.Event()

    def on_progress(step: TransferProgress) -> None:
        if step.bytes_done and not held.is_set():
            control.hold()
            held.set()

    releaser = threading.Thread(target=lambda: (held.wait(20), control.go_on()))
    releaser.start()
    options = ExtractOptions(on_progress=on_progress, control=control)
    assert handle.archive_out("/tree", out / "x.tar", options=options).files == 710
    releaser.join()


def test_an_open_file_is_written_from_where_it_is(handle: Handle, out: Path) -> None:
    with open(out / "x.zip", "wb") as file:
        file.write(b"before")
        file.flush()
        handle.archive_out("/tree", file.fileno(), kind="zip")
    assert (out / "x.zip").read_bytes().startswith(b"before")
    assert len(contents(out / "x.zip")) == 710


def test_without_nameless_files_nothing_half_is_seen(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.transfer.sink.os.O_TMPFILE", 0)
    (out / "x.tar").write_text("mine")
    report = handle.archive_out("/tree/a", out / "x.tar", policy=ExtractPolicy(conflict="rename"))
    assert report.destination_paths == (str(out / "x (2).tar"),)
    assert sorted(os.listdir(out)) == ["x (2).tar", "x.tar"]


def test_the_rule_for_times_and_modes_is_followed(handle: Handle, out: Path) -> None:
    handle.archive_out("/tree/tool", out / "x.tar", policy=ExtractPolicy(keep_times=False, keep_modes=False))
    with tarfile.open(out / "x.tar") as file:
        member = file.getmember("tool")
    assert (member.mode, member.mtime) == (0o644, 0)
