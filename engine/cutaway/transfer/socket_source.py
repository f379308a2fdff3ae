"""A non-blocking stream socket, read in an event loop: small pieces through a buffer, long ones by splice(2).

It reads ahead into its buffer. That is no loss: the guest sends nothing after the end of a stream before the next call.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Callable

BUFFER_SIZE = 256 << 10
PIPE_SIZE = 1 << 20


class SpliceRefused(Exception):
    """The file's file system knows no splice: `data` was taken from the socket and has to be written otherwise."""

    def __init__(self, data: bytes, moved: int) -> None:
        super().__init__("no splice")
        self.data = data
        self.moved = moved


class SocketSource:
    """The reading end of one stream."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = memoryview(bytearray(BUFFER_SIZE))
        self._start = self._end = 0
        self._pipe: tuple[int, int] | None = None
        self._in_pipe = self._moved = 0

    @property
    def buffered(self) -> int:
        """How many bytes have been read but not taken."""
        return self._end - self._start

    async def take(self, count: int) -> bytes:
        """Return exactly so many bytes, few.

        Raises:
            EOFError: the stream ends before.
        """
        while self.buffered < count:
            await self._fill()
        self._start += count
        return bytes(self._buffer[self._start - count : self._start])

    async def piece(self, limit: int) -> memoryview:
        """Return at least one byte and at most `limit`; valid until the next call."""
        if not self.buffered:
            await self._fill()
        start, self._start = self._start, min(self._end, self._start + limit)
        return self._buffer[start : self._start]

    async def _fill(self) -> None:
        rest = self.buffered
        if self._start:
            self._buffer[:rest] = self._buffer[self._start : self._end]
            self._start, self._end = 0, rest
        self._end += await self._when_ready(lambda: self._sock.recv_into(self._buffer[self._end :]))

    async def _when_ready(self, read: Callable[[], int]) -> int:
        """Read as soon as something has come; nothing read is the end."""
        while True:
            try:
                count = read()
            except (BlockingIOError, InterruptedError):
                await self._readable()
                continue
            except ConnectionError as error:
                raise EOFError("the data channel was closed") from error
            if not count:
                raise EOFError("the data channel was closed")
            return count

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._sock.fileno(), _settle, ready)
        try:
            await ready
        finally:
            loop.remove_reader(self._sock.fileno())

    async def splice(self, descriptor: int, limit: int) -> int:
        """Move what has come, at most `limit`, to a file; nothing may be buffered. Return how much.

        Raises:
            SpliceRefused: it has to be written otherwise.
            OSError: writing failed; `drop` clears away what had been taken.
        """
        read_end, write_end = self._pipe or self._make_pipe()
        flags = os.SPLICE_F_NONBLOCK | os.SPLICE_F_MOVE
        source, limit = self._sock.fileno(), min(limit, PIPE_SIZE)
        self._moved = 0
        self._moved = self._in_pipe = await self._when_ready(lambda: os.splice(source, write_end, limit, flags=flags))
        while self._in_pipe:
            try:
                written = os.splice(read_end, descriptor, self._in_pipe)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                raise SpliceRefused(self._empty(read_end), self._moved) from error
            self._in_pipe -= written
            if not written:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._moved

    def _make_pipe(self) -> tuple[int, int]:
        self._pipe = os.pipe2(os.O_CLOEXEC)
        with contextlib.suppress(PermissionError):  # the user has many large pipes already: a small one does too
            fcntl.fcntl(self._pipe[1], fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        return self._pipe

    def _empty(self, read_end: int) -> bytes:
        data = bytearray()
        while self._in_pipe:
            piece = os.read(read_end, self._in_pipe)
            self._in_pipe -= len(piece)
            data += piece
        return bytes(data)

    def drop(self) -> int:
        """Throw away what a failed splice has left; return how much it had taken from the socket in all."""
        if self._in_pipe and self._pipe is not None:
            self._empty(self._pipe[0])
        moved, self._moved = self._moved, 0
        return moved

    def close(self) -> None:
        """Close the pipe; the socket stays open."""
        if self._pipe is not None:
            for end in self._pipe:
                os.close(end)
            self._pipe = None


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
