"""Sinks: a file appears complete or not at all, and what cannot be written is said before any data is asked for."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from cutaway.errors import DestinationError, ProtocolError
from cutaway.transfer.sink import FileSink, open_sink


def put(sink: FileSink, data: bytes) -> None:
    sink.write(memoryview(data))


@pytest.fixture(params=["nameless", "hidden"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a file system with nameless files, and on one without."""
    if request.param == "hidden":
        real = os.open

        def without_tmpfile(path: str, flags: int, *rest: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not supported")
            return real(path, flags, *rest)

        monkeypatch.setattr("cutaway.transfer.sink.os.open", without_tmpfile)
    return tmp_path


def test_a_file_appears_only_at_commit(folder: Path) -> None:
    sink = open_sink(folder / "out")
    put(sink, b"content")
    sink.end()
    assert not (folder / "out").exists()
    sink.commit()
    sink.close()
    sink.close()
    assert (folder / "out").read_bytes() == b"content"
    assert os.listdir(folder) == ["out"]


def test_without_commit_nothing_is_left_and_the_old_file_stays(folder: Path) -> None:
    (folder / "out").write_bytes(b"old")
    sink = open_sink(folder / "out")
    put(sink, b"new")
    sink.close()
    assert os.listdir(folder) == ["out"]
    assert (folder / "out").read_bytes() == b"old"


def test_commit_replaces_what_was_there(folder: Path) -> None:
    (folder / "out").write_bytes(b"old and longer")
    sink = open_sink(os.fsencode(folder / "out"))
    put(sink, b"new")
    sink.end()
    sink.commit()
    sink.close()
    assert (folder / "out").read_bytes() == b"new"
    assert os.listdir(folder) == ["out"]


def test_a_new_file_gets_the_mode_of_the_umask(folder: Path) -> None:
    before = os.umask(0o027)
    try:
        sink = open_sink(folder / "out")
        sink.end()
        sink.commit()
        sink.close()
    finally:
        os.umask(before)
    assert (folder / "out").stat().st_mode & 0o7777 == 0o640


def test_a_link_is_written_through(folder: Path) -> None:
    (folder / "link").symlink_to("real")
    sink = open_sink(folder / "link")
    sink.end()
    sink.commit()
    sink.close()
    assert sorted(os.listdir(folder)) == ["link", "real"]


def test_holes_stay_holes_also_at_the_end(folder: Path) -> None:
    sink = open_sink(folder / "out")
    put(sink, b"x" * 4096)
    sink.hole(1 << 30)
    sink.end()
    sink.commit()
    sink.close()
    status = (folder / "out").stat()
    assert status.st_size == 4096 + (1 << 30)
    assert status.st_blocks * 512 <= 1 << 16


def test_an_incomplete_file_cannot_be_committed(folder: Path) -> None:
    sink = open_sink(folder / "out")
    put(sink, b"half")
    with pytest.raises(ProtocolError, match="not complete"):
        sink.commit()
    sink.close()
    assert os.listdir(folder) == []


def test_a_second_file_is_refused(folder: Path) -> None:
    sink = open_sink(folder / "out")
    sink.end()
    with pytest.raises(ProtocolError, match="more than the one file"):
        sink.end()
    sink.close()


@pytest.mark.parametrize(
    ("name", "errno_name"),
    [("no/out", "ENOENT"), ("file/out", "ENOTDIR"), ("folder", "EISDIR"), ("new/", "EISDIR"),
     ("n" * 300, "ENAMETOOLONG")],
)  # fmt: skip
def test_a_destination_that_cannot_be_is_said_at_once(tmp_path: Path, name: str, errno_name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(DestinationError) as caught:
        open_sink(f"{tmp_path}/{name}")
    assert caught.value.errno_name == errno_name
    assert caught.value.remedy
    assert name in caught.value.path


def test_a_pipe_without_reader_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DestinationError) as caught:
        open_sink(tmp_path / "pipe")
    assert caught.value.errno_name == "ENXIO"


def test_a_pipe_is_written_directly_with_zeros_for_holes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    opened = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(opened, True)

    def read() -> None:
        with os.fdopen(opened, "rb") as file:
            got.append(file.read())

    reader = threading.Thread(target=read)
    sink = open_sink(tmp_path / "pipe")
    assert sink.fileno() is None
    reader.start()
    put(sink, b"a")
    sink.hole(100_000)
    put(sink, b"b")
    sink.end()
    sink.commit()
    sink.close()
    reader.join()
    assert got == [b"a" + bytes(100_000) + b"b"]
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_full_device_fails_at_the_write() -> None:
    sink = open_sink("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        put(sink, b"x")
    sink.close()


def test_a_descriptor_stays_open_and_keeps_what_lies_before_its_position(tmp_path: Path) -> None:
    with open(tmp_path / "out", "w+b", buffering=0) as file:
        file.write(b"head")
        sink = open_sink(file.fileno())
        put(sink, b"tail")
        sink.end()
        sink.commit()
        sink.close()
        file.write(b"!")
    assert (tmp_path / "out").read_bytes() == b"headtail!"


def test_holes_overwrite_what_lies_behind_a_descriptor(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"old content")
    with open(tmp_path / "out", "r+b", buffering=0) as file:
        sink = open_sink(file.fileno())
        sink.hole(3)
        sink.end()
    assert (tmp_path / "out").read_bytes() == b"\0\0\0 content"


@pytest.mark.parametrize("kind", ["read-only", "closed", "negative", "huge"])
def test_a_descriptor_that_cannot_be_written_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").touch()
    descriptor = os.open(tmp_path / "in", os.O_RDONLY)
    os.close(descriptor) if kind != "read-only" else None
    number = {"negative": -1, "huge": 1 << 40}.get(kind, descriptor)
    with pytest.raises(DestinationError) as caught:
        open_sink(number)
    assert caught.value.errno_name == "EBADF"
    os.close(descriptor) if kind == "read-only" else None
