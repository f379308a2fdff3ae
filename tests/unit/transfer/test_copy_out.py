"""copy_out on the fake appliance: what arrives, under which name, and that a failure leaves nothing."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import CallInterrupted, Cancelled, DestinationError, NotFound
from cutaway.testing import (
    FakeAppliance,
    FakeFileSystem,
    FakeImage,
    Pattern,
    Sparse,
    device,
    disk,
    fifo,
    file,
    folder,
    hard_link,
    link,
)
from cutaway.testing.nodes import Folder
from cutaway.transfer.job import ExtractOptions, TransferProgress
from cutaway.transfer.policy import ExtractPolicy

MIB = 1 << 20
MADE_NS = 1_600_000_000_123_456_789


def tree() -> Folder:
    twin = file(b"twin\n")
    deep = folder({b"bottom": file(b"!")})
    for _ in range(30):
        deep = folder({b"deep": deep})
    return folder({
        b"plain": folder({
            b"a.txt": file(b"hello\n", mode=0o640, mtime_ns=MADE_NS),
            b"empty": file(b""),
            b"tool": file(b"#!", mode=0o6755),
            b"read-only": folder({b"inside": file(b"x")}, mode=0o555, mtime_ns=MADE_NS),
            b"l\xffatin \n1": file(b"odd"),
            b"good": link(b"a.txt"),
            b"twin-a": twin,
            b"twin-b": hard_link(twin),
            b"deep": deep,
        }, mode=0o750, mtime_ns=MADE_NS),
        b"odd": folder({
            b"null": device("c", 1, 3),
            b"pipe": fifo(),
            b"absolute": link(b"/etc/passwd"),
            b"climbing": link(b"../../../etc/passwd"),
        }),
        b"big": file(Pattern(20 * MIB + 7)),
        b"sparse": file(Sparse(1 << 30, ((0, b"begin".ljust(4096)), (1 << 29, b"middle".ljust(4096))))),
        b"many": folder({b"file-%04d" % number: file(b"%d" % number) for number in range(1200)}),
        b"read-only": folder({b"inside": file(b"x")}, mode=0o555),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    image: FakeImage = disk((512, FakeFileSystem("ext4", tree, "ROOT", "")))
    return FakeAppliance({"/image": image})


def names(folder: Path) -> list[bytes]:
    return sorted(os.listdir(os.fsencode(folder)))


def test_a_folder_arrives_with_everything_in_it(handle: Handle, out: Path) -> None:
    report = handle.copy_out("/plain", out)
    assert report.destination_paths == (str(out / "plain"),)
    assert names(out) == [b"plain"]
    assert names(out / "plain") == sorted(tree().entries[b"plain"].entries)  # type: ignore[attr-defined]
    assert (out / "plain/a.txt").read_bytes() == b"hello\n"
    assert (out / "plain/empty").read_bytes() == b""
    assert os.readlink(out / "plain/good") == "a.txt"
    assert (out / "plain" / "/".join(["deep"] * 31) / "bottom").read_bytes() == b"!"
    assert (report.files, report.skipped, report.failures) == (8, (), ())
    assert report.bytes == sum(len(content) for content in (b"hello\n", b"#!", b"x", b"odd", b"twin\n", b"!"))


def test_times_and_permissions_are_kept_and_set_user_id_dropped(handle: Handle, out: Path) -> None:
    handle.copy_out("/plain", out)
    found = (out / "plain/a.txt").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_mtime_ns) == (0o640, MADE_NS)
    assert stat.S_IMODE((out / "plain/tool").stat().st_mode) == 0o755
    for path, mode in (("plain", 0o750), ("plain/read-only", 0o555)):
        found = (out / path).stat()
        assert (stat.S_IMODE(found.st_mode), found.st_mtime_ns) == (mode, MADE_NS)


def test_times_and_permissions_can_be_those_of_new_files(handle: Handle, out: Path) -> None:
    handle.copy_out("/plain", out, policy=ExtractPolicy(keep_times=False, keep_modes=False))
    found = (out / "plain/tool").stat()
    assert stat.S_IMODE(found.st_mode) == 0o666 & ~_umask()
    assert found.st_mtime_ns > MADE_NS + 10**17


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_folder_without_write_permission_is_moved_into_place(handle: Handle, out: Path) -> None:
    handle.copy_out("/read-only", out)
    assert stat.S_IMODE((out / "read-only").stat().st_mode) == 0o555
    assert (out / "read-only/inside").read_bytes() == b"x"


def test_second_names_may_be_asked_for_themselves(handle: Handle, out: Path) -> None:
    report = handle.copy_out(
        ["/plain/twin-a", "/plain/twin-b"],
        out,
    )
    assert (report.files, report.failures) == (2, ())
    assert names(out) == [b"twin-a", b"twin-b"]
    assert (out / "twin-a").stat().st_ino == (out / "twin-b").stat().st_ino


def test_hard_links_are_one_file(handle: Handle, out: Path) -> None:
    handle.copy_out("/plain", out)
    assert (out / "plain/twin-a").stat().st_ino == (out / "plain/twin-b").stat().st_ino


def test_without_hard_links_on_the_host_the_file_is_copied(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("cutaway.transfer.staging.os.link", refuse)
    report = handle.copy_out("/plain", out)
    assert (out / "plain/twin-b").read_bytes() == b"twin\n"
    assert (out / "plain/twin-a").stat().st_nlink == 1
    assert report.files == 8


def test_special_files_and_links_that_lead_out_are_reported(handle: Handle, out: Path) -> None:
    report = handle.copy_out("/odd", out)
    assert names(out / "odd") == []
    assert sorted(entry.path for entry in report.skipped) == [
        b"/odd/absolute",
        b"/odd/climbing",
        b"/odd/null",
        b"/odd/pipe",
    ]


def test_a_single_file_and_a_link_arrive_under_their_names(handle: Handle, out: Path) -> None:
    handle.copy_out("/big", out)
    handle.copy_out("/plain/good", out)
    assert (out / "big").read_bytes() == Pattern(20 * MIB + 7).read(0, 21 * MIB)
    assert os.readlink(out / "good") == "a.txt"


def test_holes_stay_holes(handle: Handle, out: Path) -> None:
    handle.copy_out("/sparse", out)
    found = (out / "sparse").stat()
    assert found.st_size == 1 << 30
    assert found.st_blocks * 512 < MIB
    with (out / "sparse").open("rb") as stream:
        stream.seek(1 << 29)
        assert stream.read(6) == b"middle"


def test_many_files_come_in_several_batches(handle: Handle, out: Path) -> None:
    report = handle.copy_out("/many", out)
    assert report.files == 1200
    assert all((out / "many" / f"file-{number:04}").read_bytes() == b"%d" % number for number in range(1200))


def test_the_whole_image_gets_a_name(handle: Handle, out: Path) -> None:
    handle.copy_out("/", out)
    assert names(out) == [b"root"]
    assert b"plain" in names(out / "root")


def test_progress_knows_the_totals_and_reaches_them(handle: Handle, out: Path) -> None:
    seen: list[TransferProgress] = []
    handle.copy_out("/many", out, on_progress=seen.append)
    assert {step.files_total for step in seen if step.is_counted} == {1200}
    totals = [step.files_total for step in seen]
    assert totals == sorted(totals)
    assert seen[-1] == TransferProgress(1200, 1200, seen[-1].bytes_total, seen[-1].bytes_total, b"")
    assert [step.files_done for step in seen] == sorted(step.files_done for step in seen)


def test_progress_does_not_count_holes_and_the_report_does(handle: Handle, out: Path) -> None:
    seen: list[TransferProgress] = []
    report = handle.copy_out(["/sparse", "/big"], out, on_progress=seen.append)
    assert report.bytes == (1 << 30) + 20 * MIB + 7
    assert all(step.bytes_done <= step.bytes_total < 21 * MIB for step in seen)
    assert seen[-1].bytes_done == seen[-1].bytes_total > 20 * MIB
    passed = [step.bytes_done for step in seen]
    assert passed == sorted(passed)


def test_progress_of_a_zip_file_counts_the_zeros_that_it_has_for_holes(handle: Handle, out: Path) -> None:
    seen: list[TransferProgress] = []
    for kind in ("tar", "zip"):
        options = ExtractOptions(on_progress=seen.append)
        handle.archive_out(["/sparse"], out / f"sparse.{kind}", options=options)
    assert seen[-1].bytes_total == 1 << 30
    assert min(step.bytes_total for step in seen) < MIB


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_a_taken_name_gets_a_number(handle: Handle, out: Path, kind: str) -> None:
    match kind:
        case "folder":
            (out / "big").mkdir()
        case "file":
            (out / "big").write_bytes(b"mine")
        case _:
            (out / "big").symlink_to("nowhere")
    report = handle.copy_out("/big", out)
    assert report.destination_paths == (str(out / "big (2)"),)
    assert not (out / "nowhere").exists()


def test_replace_replaces_a_file_but_no_folder(handle: Handle, out: Path) -> None:
    replace = ExtractPolicy(conflict="replace")
    (out / "big").write_bytes(b"old")
    handle.copy_out("/big", out, policy=replace)
    assert (out / "big").stat().st_size == 20 * MIB + 7
    (out / "plain").mkdir()
    (out / "plain/mine").write_bytes(b"precious")
    with pytest.raises(DestinationError, match="never replaced"):
        handle.copy_out("/plain", out, policy=replace)
    assert names(out / "plain") == [b"mine"]


def test_skip_leaves_the_old_file_and_reports(handle: Handle, out: Path) -> None:
    (out / "big").write_bytes(b"old")
    report = handle.copy_out("/big", out, policy=ExtractPolicy(conflict="skip"))
    assert (out / "big").read_bytes() == b"old"
    assert report.destination_paths == ()
    assert [entry.path for entry in report.skipped] == [b"/big"]


def test_fail_fails_before_anything_is_copied(handle: Handle, out: Path) -> None:
    (out / "big").write_bytes(b"old")
    with pytest.raises(DestinationError) as caught:
        handle.copy_out("/big", out, policy=ExtractPolicy(conflict="fail"))
    assert caught.value.errno_name == "EEXIST"
    assert names(out) == [b"big"]


def test_a_path_that_is_not_there_is_the_guests_error(handle: Handle, out: Path) -> None:
    with pytest.raises(NotFound):
        handle.copy_out("/nowhere", out)
    assert names(out) == []


@pytest.mark.parametrize("name", ["gone", "file"])
def test_a_destination_that_is_no_folder_is_said(handle: Handle, out: Path, name: str) -> None:
    (out / "file").touch()
    with pytest.raises(DestinationError) as caught:
        handle.copy_out("/big", out / name)
    assert caught.value.remedy


def test_too_little_space_is_said_before_anything_is_copied(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstatvfs

    def full(descriptor: int) -> os.statvfs_result:
        values = list(real(descriptor))
        values[4] = 1000
        return os.statvfs_result(values)

    monkeypatch.setattr("cutaway.transfer.placing.os.fstatvfs", full)
    with pytest.raises(DestinationError, match="are needed") as caught:
        handle.copy_out("/big", out)
    assert caught.value.errno_name == "ENOSPC"
    assert names(out) == []


def test_a_cancelled_extraction_leaves_nothing(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.bytes_per_s = 4 * MIB
    begun = threading.Event()
    canceller = threading.Thread(target=lambda: (begun.wait(20), handle.cancel()))
    canceller.start()

    def on_progress(step: TransferProgress) -> None:
        if step.bytes_done:
            begun.set()

    with pytest.raises(Cancelled):
        handle.copy_out("/big", out, on_progress=on_progress)
    canceller.join()
    assert names(out) == []
    fake.behaviour.bytes_per_s = 0
    assert handle.copy_out("/plain", out).files == 8


def test_a_dying_appliance_leaves_nothing(handle: Handle, fake: FakeAppliance, out: Path) -> None:
    fake.behaviour.die_in.add("export_tree")
    with pytest.raises(CallInterrupted):
        handle.copy_out("/many", out)
    assert names(out) == []


def test_a_disk_that_fills_up_leaves_nothing(handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cutaway.transfer.streamed_files.finish_length", full)
    with pytest.raises(DestinationError) as caught:
        handle.copy_out("/many", out)
    assert caught.value.errno_name == "ENOSPC"
    assert names(out) == []
    monkeypatch.undo()
    assert handle.copy_out("/plain/a.txt", out).files == 1
