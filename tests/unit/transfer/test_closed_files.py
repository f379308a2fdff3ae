"""Files and folders that not even their owner may read or change are extracted, proven and got again by any user."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import ProtocolError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder, hard_link
from cutaway.testing.nodes import Folder
from cutaway.transfer.folder_target import FolderTarget
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.journal import journal_folder, unfinished
from cutaway.transfer.proof import differing

MADE_NS = 1_600_000_000_000_000_000
NOBODY = 65534
#: Permissions of all that has others than are usual.
MODES = {
    "data": 0o555, "data/closed": 0o000, "data/second": 0o000, "data/shut": 0o000, "data/shut/inner": 0o444,
    "data/shut/inner/file": 0o200, "data/read-only": 0o555, "data/read-only/bad": 0o400,
}  # fmt: skip


def tree() -> Folder:
    closed = file(b"closed", mode=0o000)
    return folder({b"data": folder({
        b"closed": closed,
        b"second": hard_link(closed),
        b"shut": folder({b"inner": folder({b"file": file(b"f", mode=0o200)}, mode=0o444, mtime_ns=MADE_NS)}, mode=0),
        b"read-only": folder({b"bad": file(b"bad", mode=0o400), b"good": file(b"good")}, mode=0o555, mtime_ns=MADE_NS),
    }, mode=0o555, mtime_ns=MADE_NS)})  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that belongs to an ordinary user."""
    path = Path(tempfile.mkdtemp())  # pytest's own lie in a folder that is closed to others
    for made in (path, path / "out"):
        made.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            os.chown(made, NOBODY, NOBODY)
    yield path
    for above, names, _ in os.walk(path):
        for name in names:
            os.chmod(os.path.join(above, name), 0o700)
    shutil.rmtree(path)


@pytest.fixture
def handle(fake: FakeAppliance, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    """Give a handle in a process to whose user permissions mean something."""
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "loaded"))
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro("/image")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        _load_all(handle, place / "loaded")
        monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
        before = os.getuid()
        os.setresuid(before or NOBODY, before or NOBODY, before)
        try:
            yield handle
        finally:
            os.setresuid(before, before, before)


def _load_all(handle: Handle, folder: Path) -> None:
    """Have everything imported: the ordinary user may not be allowed to read where Python lies."""
    folder.mkdir()
    handle.copy_out("/data", folder, options=ExtractOptions(verify=True, checksums=str(folder / "sums")))


def modes(out: Path) -> dict[str, int]:
    """Return the permissions of all that was extracted; closed folders are opened on the way."""
    found: dict[str, int] = {}
    for path in MODES:
        found[path] = stat.S_IMODE((out / path).lstat().st_mode)
        if (out / path).is_dir():
            (out / path).chmod(0o700)
    return found


def test_closed_files_are_proven_and_listed(handle: Handle, place: Path) -> None:
    out, sums = place / "out", place / "sums"
    report = handle.copy_out("/data", out, options=ExtractOptions(verify=True, checksums=str(sums)))
    assert report.failures == ()
    contents = {
        "data/closed": b"closed", "data/second": b"closed", "data/read-only/bad": b"bad",
        "data/read-only/good": b"good", "data/shut/inner/file": b"f",
    }  # fmt: skip
    expected = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in contents.items()]
    assert sums.read_text() == "".join(expected)
    assert (out / "data/read-only").stat().st_mtime_ns == MADE_NS
    assert modes(out) == MODES


def test_a_second_name_of_a_closed_file_may_be_a_copy(
    handle: Handle, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "no second names here")

    monkeypatch.setattr("cutaway.transfer.staging.os.link", refuse)
    report = handle.copy_out("/data", place / "out")
    assert report.failures == ()
    assert [(place / "out/data" / name).stat().st_size for name in ("closed", "second")] == [6, 6]


def test_a_file_that_is_not_as_it_should_be_is_removed_from_a_closed_folder(
    handle: Handle, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_differ(*arguments: object) -> list[bytes]:
        await differing(*arguments)  # type: ignore[arg-type] passed on as they are
        return [b"data/read-only/bad"]

    monkeypatch.setattr("cutaway.transfer.directory_job.differing", all_differ)
    report = handle.copy_out("/data", place / "out", options=ExtractOptions(verify=True))
    assert [failure.path for failure in report.failures] == [b"/data/read-only/bad"]
    assert os.listdir(place / "out/data/read-only") == ["good"]
    assert (place / "out/data/read-only").stat().st_mtime_ns == MADE_NS


@pytest.mark.parametrize("lost", ["data/read-only/bad", "data/shut/inner/file", "data/closed", "data/shut", "data"])
def test_what_lay_in_a_closed_folder_is_got_again(handle: Handle, fake: FakeAppliance, place: Path, lost: str) -> None:
    out, path = place / "out", b"/" + lost.encode()
    fake.behaviour.unreadable.add(path)
    failures = handle.copy_out("/data", out).failures
    assert path in {failure.path for failure in failures}
    fake.behaviour.unreadable.clear()
    report = handle.retry_out(failures, out, options=ExtractOptions(verify=True, checksums=str(place / "sums")))
    assert report.failures == ()
    assert lost in (place / "sums").read_text()
    assert (out / "data/read-only").stat().st_mtime_ns == (out / "data").stat().st_mtime_ns == MADE_NS
    assert modes(out) == MODES


def test_it_is_gone_on_with_behind_closed_folders(handle: Handle, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def die(*_: object) -> dict[object, str]:
        raise ProtocolError("as if it had been killed here")

    with monkeypatch.context() as patch:
        patch.setattr(FolderTarget, "finish", die)
        patch.setattr("cutaway.transfer.staging.Staging.remove", lambda staging: staging.close())
        with pytest.raises(ProtocolError):
            handle.copy_out("/data", place / "out", options=ExtractOptions(work={}))
    (note,) = journal_folder().glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "pid": 1 << 30}))
    (left,) = unfinished()
    report = handle.copy_out("/data", place / "out", options=ExtractOptions(resume=left, verify=True))
    assert report.failures == ()
    assert os.listdir(place / "out") == ["data"]
    assert modes(place / "out") == MODES
