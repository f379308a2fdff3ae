"""The data port: files as frames, their content by splice(2), so that no instruction of ours touches it.

Every stream ends with DONE or ABORT. Between frames is the only place where a call may stop: what a length word has
promised has always been sent.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable

from cutaway.protocol.framing import HOLE_LENGTH, LENGTH, Mark

PIECE = 1 << 20
#: Files up to this length are read and sent many at a time: each write to the port costs more than reading them.
SMALL = 64 << 10
BATCH = 256 << 10
F_SETPIPE_SZ = 1031
Advance = Callable[[int], None]


class _Pipe:
    """The pipe between files and the port; made anew after an error has left something in it."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe2(os.O_CLOEXEC)
        fcntl.fcntl(self.write_end, F_SETPIPE_SZ, PIECE)

    def close(self) -> None:
        os.close(self.read_end)
        os.close(self.write_end)


def send_file(port: int, descriptor: int, offset: int, size: int | None, advance: Advance) -> None:
    """Send the content of a file or device from an offset on: `size` bytes, or all until its end.

    `advance` is told the bytes of each piece, also of holes; what it raises ends the sending, in step.
    """
    holes = _has_holes(os.fstat(descriptor))
    pipe = _Pipe()
    try:
        os.lseek(descriptor, offset, os.SEEK_SET)
        left = size
        while left is None or left > 0:
            if holes and (hole := _hole_at(descriptor, left)):
                write(port, LENGTH.pack(Mark.HOLE) + HOLE_LENGTH.pack(hole))
                sent = hole
            else:
                limit = _data_until(descriptor, left) if holes else PIECE if left is None else min(left, PIECE)
                sent = _send_piece(port, descriptor, pipe, limit)
            if sent == 0:
                break
            left = None if left is None else left - sent
            advance(sent)
    finally:
        pipe.close()
    write(port, LENGTH.pack(Mark.END))


def send_pipe(port: int, source: int, advance: Advance, wait: Callable[[], None]) -> None:
    """Send what a program writes to a pipe until it closes it; `wait` waits until there is something."""
    pipe = _Pipe()
    try:
        while True:
            wait()
            if not (sent := _send_piece(port, source, pipe, PIECE)):
                break
            advance(sent)
    finally:
        pipe.close()
    write(port, LENGTH.pack(Mark.END))


def _send_piece(port: int, source: int, pipe: _Pipe, limit: int) -> int:
    length = os.splice(source, pipe.write_end, limit)
    if length:
        write(port, LENGTH.pack(length))
        left = length
        while left:
            left -= os.splice(pipe.read_end, port, left)
    return length


def _has_holes(status: os.stat_result) -> bool:
    return status.st_blocks * 512 < status.st_size


def _hole_at(descriptor: int, left: int | None) -> int:
    """Return how long the hole at the current position is, 0 if there is data; the position moves behind it."""
    here = os.lseek(descriptor, 0, os.SEEK_CUR)
    end = os.fstat(descriptor).st_size if left is None else min(here + left, os.fstat(descriptor).st_size)
    data = min(next_place(descriptor, here, os.SEEK_DATA, end), end)
    os.lseek(descriptor, data, os.SEEK_SET)
    return max(0, data - here)


def _data_until(descriptor: int, left: int | None) -> int:
    """Return how much data there is before the next hole, at most a piece."""
    here = os.lseek(descriptor, 0, os.SEEK_CUR)
    hole = next_place(descriptor, here, os.SEEK_HOLE, here)
    os.lseek(descriptor, here, os.SEEK_SET)
    return max(1, min(PIECE, hole - here, PIECE if left is None else left))


def next_place(descriptor: int, here: int, kind: int, at_end: int) -> int:
    """Return where data or a hole begins next; `at_end` if the file ends before. Damage is neither, and raised."""
    try:
        return os.lseek(descriptor, here, kind)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return at_end


class Files:
    """Many files on their way to the port, one after another; small ones are collected.

    What is collected when a call ends early is not sent: the stream is in step without it.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._collected = bytearray()

    def send(self, descriptor: int, status: os.stat_result, advance: Advance) -> None:
        """Send the content of a regular file."""
        if status.st_size <= SMALL and not _has_holes(status):
            self._collect(os.pread(descriptor, status.st_size, 0) if status.st_size else b"")
        else:
            self.flush()
            send_file(self._port, descriptor, 0, status.st_size, advance)

    def _collect(self, content: bytes) -> None:
        if content:
            self._collected += LENGTH.pack(len(content)) + content
        self._mark(Mark.END)

    def fail(self) -> None:
        """Say that this file could not be read."""
        self._mark(Mark.FAILED)

    def _mark(self, mark: Mark) -> None:
        self._collected += LENGTH.pack(mark)
        if len(self._collected) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Send what is collected."""
        collected, self._collected = self._collected, bytearray()
        write(self._port, collected)


def finish(port: int) -> None:
    """Say that all is sent."""
    write(port, LENGTH.pack(Mark.DONE))


def abort(port: int) -> None:
    """Say that nothing more comes."""
    write(port, LENGTH.pack(Mark.ABORT))


def write(port: int, data: bytes | bytearray) -> None:
    """Write all of it."""
    left = memoryview(data)
    while left:
        left = left[os.write(port, left) :]
