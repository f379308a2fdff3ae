"""A disk that is full at whatever step: it is said so, nothing is left, and the appliance goes on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, DestinationError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder, link
from cutaway.testing.nodes import Folder, hard_link
from cutaway.transfer import list_file, streamed_files
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.list_file import ListFile
from cutaway.transfer.lists import STAYS
from cutaway.transfer.sink import open_sink
from cutaway.transfer.staging import Staging

FILES = 8


def tree() -> Folder:
    twice = file(b"two names")
    below = {b"%d" % number: folder({b"file": file(b"x" * 1000 * number)}) for number in range(FILES)}
    return folder({b"tree": folder(below | {b"link": link(b"0"), b"one": twice, b"other": hard_link(twice)})})


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "", "1-1")))}, chunk_bytes=1000)


def failing_at(number: int, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that finds the disk full from its so-many-eth call on."""
    left = number

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(*arguments, **options)

    return call


STEPS = [
    (Staging, "make", FILES + 1), (Staging, "make_file", FILES), (Staging, "take_file", FILES),
    (Staging, "make_second", 0), (Staging, "end_folder", 2), (Staging, "finish_opened_folder", 0),
    (streamed_files, "write_all", 3),
]  # fmt: skip


@pytest.mark.parametrize(("place", "name", "most"), STEPS, ids=[name for _, name, _ in STEPS])
def test_a_disk_that_is_full_at_any_step(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, most: int
) -> None:
    for number in range(most + 1):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, failing_at(number, getattr(place, name)))
            with pytest.raises(DestinationError) as caught:
                handle.copy_out("/tree", out, options=ExtractOptions(restarts=2))
        assert caught.value.errno_name == "ENOSPC"
        assert os.listdir(out) == []
        assert handle.ls("/") == [b"tree"], "the appliance is gone"


def test_a_list_that_does_not_fit_is_known_before_anything_appears(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListFile, "flush", failing_at(0, ListFile.flush))
    with pytest.raises(OSError, match="No space left"):
        handle.copy_out("/tree", out, options=ExtractOptions(manifest=os.fspath(out / "manifest")))
    assert os.listdir(out) == []


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_list_that_fails_when_everything_is_there_says_so(
    handle: Handle, out: Path, monkeypatch: pytest.MonkeyPatch, is_cancelled: bool
) -> None:
    if is_cancelled:
        write = ListFile.write
        monkeypatch.setattr(ListFile, "write", lambda *arguments: (handle.cancel(), write(*arguments)))
    else:
        monkeypatch.setattr(list_file, "open_sink", lambda _: open_sink("/dev/full"))
    with pytest.raises(Cancelled if is_cancelled else DestinationError) as caught:
        handle.copy_out("/tree", out, options=ExtractOptions(checksums=os.fspath(out / "sums")))
    assert caught.value.remedy.endswith(STAYS)
    assert os.listdir(out) == ["tree"]


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_a_folder_for_temporary_files_that_is_full_is_named_and_not_the_archives(
    handle: Handle, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    monkeypatch.setenv("TMPDIR", os.fspath(tmp_path))
    monkeypatch.setattr(streamed_files, "write_all", failing_at(3, streamed_files.write_all))
    with pytest.raises(DestinationError, match="the folder for temporary files") as caught:
        handle.archive_out("/tree", out / "archive", kind=kind)
    assert (caught.value.path, caught.value.errno_name) == (os.fspath(tmp_path), "ENOSPC")
    assert "TMPDIR" in caught.value.remedy
    assert os.listdir(out) == []


def test_a_folder_for_temporary_files_that_is_gone_is_named(
    handle: Handle, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", os.fspath(tmp_path / "gone"))
    with pytest.raises(DestinationError, match="gone, the folder for temporary files"):
        handle.archive_out("/tree", out / "archive.zip")


@contextmanager
def no_free_numbers() -> Iterator[int]:
    """Fill the gaps between the descriptors that are open, and give the first number after them.

    The limit is about numbers: with gaps, those that are closed on the way, a run may never fail at some steps.
    """
    with ExitStack() as stack:
        after = max(map(int, os.listdir("/proc/self/fd"))) + 1
        taken = -1
        while taken < after:
            taken = os.open(os.devnull, os.O_RDONLY)
            stack.callback(os.close, taken)
        yield taken + 1


@pytest.mark.parametrize("way", ["copy_out", "archive_out", "checksums_out"])
def test_a_program_that_may_open_no_more_files_loses_and_leaves_nothing(handle: Handle, out: Path, way: str) -> None:
    lists = ExtractOptions(verify=True, manifest=os.fspath(out / "manifest"), checksums=os.fspath(out / "sums"))
    ways: dict[str, Callable[[], object]] = {
        "copy_out": lambda: handle.copy_out("/tree", out, options=lists),
        "archive_out": lambda: handle.archive_out("/tree", out / "a.zip", options=lists),
        "checksums_out": lambda: handle.checksums_out("sha256", "/tree", out / "sums"),
    }
    ways[way]()  # what is loaded with the first use is loaded now
    is_done, limits = False, resource.getrlimit(resource.RLIMIT_NOFILE)
    for more in range(40):
        shutil.rmtree(out)
        out.mkdir()
        failures: list[str] = []
        with no_free_numbers() as first:
            before = len(os.listdir("/proc/self/fd"))
            resource.setrlimit(resource.RLIMIT_NOFILE, (first + more, limits[1]))
            try:
                ways[way]()
            except DestinationError as error:
                failures.append(error.errno_name)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            is_done = not failures
            assert failures in ([], ["EMFILE"])
            assert is_done or os.listdir(out) == [], more
            assert len(os.listdir("/proc/self/fd")) <= before, more
    assert is_done
