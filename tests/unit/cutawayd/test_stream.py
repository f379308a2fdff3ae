"""The data port: frames, holes and terminators, as the host's reader wants them."""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path

import pytest
from cutaway.protocol.framing import HOLE_LENGTH, LENGTH, Mark
from cutawayd import stream


def collect(port: socket.socket, received: bytearray) -> None:
    while data := port.recv(1 << 20):
        received += data


def sent_by(send: object) -> bytes:
    ours, theirs = socket.socketpair()
    received = bytearray()
    reader = threading.Thread(target=collect, args=(theirs, received))
    reader.start()
    with ours:
        send(ours.fileno())  # type: ignore[operator]
    reader.join(10)
    theirs.close()
    return bytes(received)


def decode(data: bytes) -> tuple[bytes, int, list[int]]:
    """Return the content, the bytes of holes, and the marks."""
    content, holes, marks = bytearray(), 0, []
    while data:
        (word,) = LENGTH.unpack_from(data)
        data = data[LENGTH.size :]
        if word == Mark.HOLE:
            (length,) = HOLE_LENGTH.unpack_from(data)
            data = data[HOLE_LENGTH.size :]
            content += bytes(length)
            holes += length
        elif 0 < word < Mark.DONE:
            content += data[:word]
            data = data[word:]
        else:
            marks.append(word)
    return bytes(content), holes, marks


@pytest.mark.parametrize("size", [0, 1, 4096, (1 << 20) + 1, 5_000_001])
def test_a_file_comes_as_it_is(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    pieces: list[int] = []
    with (tmp_path / "file").open("rb") as file:
        raw = sent_by(lambda port: stream.send_file(port, file.fileno(), 0, None, pieces.append))
    assert decode(raw) == (data, 0, [Mark.END])
    assert sum(pieces) == size


def test_a_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    with (tmp_path / "file").open("rb") as file:
        raw = sent_by(lambda port: stream.send_file(port, file.fileno(), 3, 4, lambda _: None))
    assert decode(raw)[0] == b"3456"


def test_holes_stay_holes(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("w+b") as file:
        file.write(b"begin")
        file.truncate(64 << 20)
        file.seek(32 << 20)
        file.write(b"middle")
        file.flush()
        raw = sent_by(lambda port: stream.send_file(port, file.fileno(), 0, 64 << 20, lambda _: None))
        file.seek(0)
        content, holes, marks = decode(raw)
        assert content == file.read()
    assert holes > 60 << 20
    assert len(raw) < 1 << 20
    assert marks == [Mark.END]


def test_stopping_leaves_the_stream_in_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 20_000)

    class StopNow(Exception):
        pass

    def stop(_: int) -> None:
        raise StopNow

    def send(port: int) -> None:
        with (tmp_path / "file").open("rb") as file, pytest.raises(StopNow):
            stream.send_file(port, file.fileno(), 0, None, stop)
        stream.abort(port)

    assert decode(sent_by(send))[2] == [Mark.ABORT]


def test_a_pipe_of_unknown_length() -> None:
    source, sink = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(sink, b"x" * 50_000), os.close(sink)))
    writer.start()
    raw = sent_by(lambda port: stream.send_pipe(port, source, lambda _: None, lambda: None))
    writer.join()
    os.close(source)
    assert decode(raw) == (b"x" * 50_000, 0, [Mark.END])


def opened(path: Path, content: bytes) -> tuple[int, os.stat_result]:
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    return descriptor, os.fstat(descriptor)


def test_small_and_long_files_and_failures_come_in_order(tmp_path: Path) -> None:
    contents = [b"one", b"", os.urandom(stream.SMALL + 1), b"two", os.urandom(stream.SMALL)]

    def send(port: int) -> None:
        files = stream.Files(port)
        for number, content in enumerate(contents):
            descriptor, status = opened(tmp_path / str(number), content)
            files.send(descriptor, status, lambda _: None)
            os.close(descriptor)
            if number == 1:
                files.fail()
        files.flush()

    content, _, marks = decode(sent_by(send))
    assert content == b"".join(contents)
    assert marks == [Mark.END, Mark.END, Mark.FAILED, Mark.END, Mark.END, Mark.END]


def test_small_files_are_sent_when_enough_is_collected(tmp_path: Path) -> None:
    descriptor, status = opened(tmp_path / "small", bytes(stream.SMALL))

    def send(port: int) -> None:
        files = stream.Files(port)
        for _ in range(5):
            files.send(descriptor, status, lambda _: None)

    content, _, marks = decode(sent_by(send))
    os.close(descriptor)
    assert len(marks) == 4, "the fifth waits for more, and a call that ends early never sends it"
    assert len(content) == 4 * stream.SMALL


def test_a_small_file_with_holes_keeps_them(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(stream.SMALL)
    descriptor = os.open(tmp_path / "sparse", os.O_RDONLY)

    def send(port: int) -> None:
        stream.Files(port).send(descriptor, os.fstat(descriptor), lambda _: None)

    _, holes, marks = decode(sent_by(send))
    os.close(descriptor)
    assert (holes, marks) == (stream.SMALL, [Mark.END])


def test_damage_is_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sparse").write_bytes(b"")
    os.truncate(tmp_path / "sparse", 1 << 20)
    real = os.lseek

    def damaged(descriptor: int, position: int, how: int) -> int:
        if how == os.SEEK_DATA:
            raise OSError(errno.EUCLEAN, "Structure needs cleaning")
        return real(descriptor, position, how)

    monkeypatch.setattr(os, "lseek", damaged)
    descriptor = os.open(tmp_path / "sparse", os.O_RDONLY)
    with pytest.raises(OSError, match="needs cleaning"):
        stream.send_file(-1, descriptor, 0, None, lambda _: None)
    os.close(descriptor)


@pytest.mark.parametrize("size", [None, 3 << 20])
def test_a_sparse_file_that_ends_with_data_is_sent_to_its_end(tmp_path: Path, size: int | None) -> None:
    (tmp_path / "sparse").write_bytes(b"")
    os.truncate(tmp_path / "sparse", 1 << 20)
    with (tmp_path / "sparse").open("ab") as file:
        file.write(b"the end")
    descriptor = os.open(tmp_path / "sparse", os.O_RDONLY)
    sent = sent_by(lambda port: stream.send_file(port, descriptor, 0, size, lambda _: None))
    os.close(descriptor)
    assert decode(sent)[0] == (tmp_path / "sparse").read_bytes()
