"""The receiver: every stream of the vectors however it is cut, hostile streams, failing disks, closed channels."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cutaway.errors import DestinationError, ProtocolError
from cutaway.protocol.framing import DATA_MAX, HOLE_LENGTH, LENGTH, Mark
from cutaway.transfer.data_receiver import receive
from cutaway.transfer.data_sink import DataSink
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.sink import open_sink
from support.vectors import load

DONE, END = LENGTH.pack(Mark.DONE), LENGTH.pack(Mark.END)


def data(content: bytes) -> bytes:
    return LENGTH.pack(len(content)) + content


def hole(length: int) -> bytes:
    return LENGTH.pack(Mark.HOLE) + HOLE_LENGTH.pack(length)


class MemorySink:
    """Keeps files in memory; takes them by write()."""

    path = "memory"

    def __init__(self) -> None:
        self.files: list[bytes | None] = []
        self.current = bytearray()
        self.begun = 0

    async def begin(self) -> None:
        self.begun += 1

    def expect_no_more(self) -> None:
        pass

    async def settle(self) -> None:
        pass

    def fileno(self) -> int | None:
        return None

    def write(self, data: memoryview) -> None:
        self.current += data

    def hole(self, length: int) -> None:
        self.current += bytes(length)

    def end(self) -> None:
        self.files.append(bytes(self.current))
        self.current.clear()

    def failed(self) -> None:
        self.files.append(None)
        self.current.clear()

    def failure(self, error: OSError) -> DestinationError:
        return destination_error(self.path, error)

    def give_up(self) -> None:
        pass


class Reception:
    """One reception with what it told."""

    def __init__(self) -> None:
        self.bytes: list[int] = []
        self.troubles = 0

    def trouble(self, *_: Any) -> None:
        self.troubles += 1

    def run(self, stream: bytes, sink: DataSink, *, step: int = 1 << 20, close: bool = False) -> None:
        here, there = socket.socketpair()
        with here, there:
            here.setblocking(False)
            sender = threading.Thread(target=_send, args=(there, stream, step, close))
            sender.start()
            try:
                asyncio.run(receive(here, sink, on_bytes=self.bytes.append, on_sink_error=self.trouble))
            finally:
                here.close()
                sender.join()


def _send(there: socket.socket, stream: bytes, step: int, close: bool) -> None:
    try:
        for start in range(0, len(stream), step):
            there.sendall(stream[start : start + step])
    except (BrokenPipeError, ConnectionResetError):
        return
    if close:
        there.close()


@pytest.fixture
def reception() -> Reception:
    return Reception()


@pytest.mark.parametrize("step", [1, 3, 1 << 20])
@pytest.mark.parametrize("vector", load("data"), ids=lambda vector: str(vector["what"]))
def test_a_stream_of_the_vectors_is_received(reception: Reception, vector: dict[str, Any], step: int) -> None:
    sink = MemorySink()
    reception.run(bytes.fromhex(vector["stream"]), sink, step=step)
    assert [None if content is None else content.hex() for content in sink.files] == vector["files"]
    assert reception.troubles == 0


@pytest.mark.parametrize("step", [70_001, 1 << 20])
def test_a_file_is_received_by_splice_with_its_holes(tmp_path: Path, reception: Reception, step: int) -> None:
    content = [os.urandom(3 << 20), os.urandom(10), os.urandom(DATA_MAX)]
    stream = data(content[0]) + hole(1 << 20) + data(content[1]) + data(content[2]) + hole(5) + END + DONE
    sink = open_sink(tmp_path / "out")
    reception.run(stream, sink, step=step)
    sink.commit()
    sink.close()
    expected = content[0] + bytes(1 << 20) + content[1] + content[2] + bytes(5)
    assert (tmp_path / "out").read_bytes() == expected
    assert sum(reception.bytes) == len(expected)


def test_a_file_system_without_splice_is_written_otherwise(
    tmp_path: Path, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.splice
    sink = open_sink(tmp_path / "out")

    def splice(source: int, target: int, *rest: int, **options: int) -> int:
        if target == sink.fileno():
            raise OSError(22, "Invalid argument")
        return real(source, target, *rest, **options)

    monkeypatch.setattr("cutaway.transfer.socket_source.os.splice", splice)
    content = os.urandom(3 << 20)
    reception.run(data(content) + data(content) + END + DONE, sink)
    sink.commit()
    sink.close()
    assert (tmp_path / "out").read_bytes() == content * 2
    assert sum(reception.bytes) == len(content) * 2


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (LENGTH.pack(DATA_MAX + 1), "longer than"),
        (LENGTH.pack(0xFFFFFFFB), "longer than"),
        (data(b"half") + DONE, "middle of a file"),
        (hole(1) + DONE, "middle of a file"),
        (hole(1 << 63), "longer than any file"),
        (END + DONE + b"more", "goes on"),
        (END + END + DONE, "more than the one"),
        (LENGTH.pack(Mark.FAILED) + DONE, "only file failed"),
    ],
)
def test_a_hostile_stream_is_refused_and_the_guest_told(
    tmp_path: Path, reception: Reception, stream: bytes, words: str
) -> None:
    sink = open_sink(tmp_path / "out")
    with pytest.raises(ProtocolError, match=words):
        reception.run(stream, sink)
    sink.close()
    assert reception.troubles == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("stream", [b"", b"\0\0", data(b"x")[:-1], LENGTH.pack(1 << 20) + bytes(1000), hole(1)[:8]])
def test_a_closed_channel_is_an_end_of_file(tmp_path: Path, reception: Reception, stream: bytes) -> None:
    sink = open_sink(tmp_path / "out")
    with pytest.raises(EOFError):
        reception.run(stream, sink, close=True)
    sink.close()


def test_a_full_disk_is_told_once_and_the_stream_drained(reception: Reception) -> None:
    sink = open_sink("/dev/full")
    with pytest.raises(DestinationError, match="No space left") as caught:
        reception.run(data(bytes(5 << 20)) * 3 + hole(1 << 60) + END + DONE, sink)
    sink.close()
    assert caught.value.errno_name == "ENOSPC"
    assert reception.troubles == 1
    assert sum(reception.bytes) == 15 << 20


def test_a_disk_that_fills_up_during_splice_is_told_and_drained(
    tmp_path: Path, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.splice
    sink = open_sink(tmp_path / "out")

    def splice(source: int, target: int, *rest: int, **options: int) -> int:
        if target == sink.fileno():
            raise OSError(28, "No space left on device")
        return real(source, target, *rest, **options)

    monkeypatch.setattr("cutaway.transfer.socket_source.os.splice", splice)
    with pytest.raises(DestinationError, match="No space left"):
        reception.run(data(bytes(5 << 20)) * 3 + END + DONE, sink)
    sink.close()
    assert reception.troubles == 1
    assert sum(reception.bytes) == 15 << 20


def test_an_absurd_hole_is_an_error_of_the_destination(tmp_path: Path, reception: Reception) -> None:
    sink = open_sink(tmp_path / "out")
    with pytest.raises(DestinationError):
        reception.run(hole((1 << 63) - 1) * 2 + END + DONE, sink)
    sink.close()
    assert os.listdir(tmp_path) == []


def test_the_loop_goes_on_during_a_flood(tmp_path: Path) -> None:
    async def flooded() -> int:
        here, there = socket.socketpair()
        here.setblocking(False)
        stream = data(bytes(1 << 20)) * 64 + END + DONE
        sender = threading.Thread(target=there.sendall, args=(stream,))
        sink = open_sink(tmp_path / "out")
        sender.start()
        receiving = asyncio.ensure_future(receive(here, sink, on_bytes=lambda _: None, on_sink_error=lambda: None))
        turns = 0
        while not receiving.done():
            turns += 1
            await asyncio.sleep(0)
        await receiving
        sender.join()
        sink.close()
        here.close()
        there.close()
        return turns

    assert asyncio.run(flooded()) >= 32


def test_a_cancelled_reception_leaves_no_reader_behind(tmp_path: Path) -> None:
    async def cancelled() -> None:
        here, there = socket.socketpair()
        here.setblocking(False)
        sink = open_sink(tmp_path / "out")
        receiving = asyncio.ensure_future(receive(here, sink, on_bytes=lambda _: None, on_sink_error=lambda: None))
        await asyncio.sleep(0)
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving
        assert not asyncio.get_running_loop().remove_reader(here)
        sink.close()
        here.close()
        there.close()

    asyncio.run(cancelled())


def _stream_of(size: int) -> Iterator[bytes]:
    frame = data(bytes(1 << 20))
    yield from (frame for _ in range(size >> 20))
    yield END + DONE


def test_throughput_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = 256 << 20

    async def timed() -> float:
        here, there = socket.socketpair()
        here.setblocking(False)
        sender = threading.Thread(target=lambda: [there.sendall(piece) for piece in _stream_of(size)])
        sink = open_sink(tmp_path / "out")
        sender.start()
        begun = time.perf_counter()
        await receive(here, sink, on_bytes=lambda _: None, on_sink_error=lambda: None)
        seconds = time.perf_counter() - begun
        assert os.fstat(sink.fileno() or -1).st_size == size
        sender.join()
        sink.close()
        here.close()
        there.close()
        return seconds

    seconds = asyncio.run(timed())
    with capsys.disabled():
        print(f" {size / seconds / 1e6:.0f} MB/s into a file ", end="")
