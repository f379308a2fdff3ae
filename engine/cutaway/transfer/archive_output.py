"""Where the bytes of an archive go: a file that appears when it is complete, or an open descriptor; plain or gzipped.

Blocking, in the thread that writes the archive; `give_up` from any.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from cutaway.transfer.host_files import ZEROS, destination_error
from cutaway.transfer.sink import FileSink

BUFFER_BYTES = 1 << 20
#: zlib's own default: more costs much time for little.
LEVEL = 6


class Output(Protocol):
    """Takes bytes in order.

    Attributes:
        can_take_back: Whether what was written last can be.
    """

    can_take_back: bool

    @property
    def position(self) -> int:
        """How many bytes it holds."""
        ...

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes, all of them.

        Raises:
            DestinationError: they cannot be written.
        """
        ...

    def take_back(self, position: int) -> None:
        """Forget all that was written from a position on."""
        ...

    def finish(self) -> None:
        """Write what is still held."""
        ...

    def close(self) -> None:
        """Forget what is still held. May be called again."""
        ...


class PlainOutput:
    """Bytes as they are.

    Args:
        sink: An open destination.
    """

    def __init__(self, sink: FileSink) -> None:
        self._sink = sink
        self._buffer = bytearray()
        self._flushed = 0
        descriptor = sink.fileno()
        self._descriptor = -1 if descriptor is None else descriptor
        self._start = os.lseek(descriptor, 0, os.SEEK_CUR) if descriptor is not None else 0
        self.can_take_back = descriptor is not None
        self._is_closed = False

    @property
    def position(self) -> int:
        """How many bytes it holds."""
        return self._flushed + len(self._buffer)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes; few are collected."""
        if len(data) < BUFFER_BYTES:
            self._buffer += data
            if len(self._buffer) >= BUFFER_BYTES:
                self.flush()
        else:
            self.flush()
            self._pass_on(data)
        return len(data)

    def flush(self) -> None:
        """Write what is held."""
        held, self._buffer = self._buffer, bytearray()
        self._pass_on(held)

    def _pass_on(self, data: bytes | bytearray | memoryview) -> None:
        if data and not self._is_closed:
            try:
                self._sink.write(memoryview(data))
            except OSError as error:
                raise destination_error(self._sink.path, error) from error
            self._flushed += len(data)

    def take_back(self, position: int) -> None:
        """Forget all that was written from a position on."""
        if position >= self._flushed:
            del self._buffer[position - self._flushed :]
            return
        self._buffer.clear()
        self._flushed = position
        os.ftruncate(self._descriptor, self._start + position)
        os.lseek(self._descriptor, self._start + position, os.SEEK_SET)

    def finish(self) -> None:
        """Write what is still held."""
        self.flush()

    def close(self) -> None:
        """Forget what is still held: the sink is closed next, and its descriptor may be another file's soon."""
        self._is_closed = True
        self._buffer = bytearray()

    def file(self) -> BinaryIO | None:
        """Return a file object at the same position, for a writer that goes back; the caller closes it."""
        if self._descriptor < 0:
            return None
        return os.fdopen(os.dup(self._descriptor), "wb", BUFFER_BYTES)


class GzipOutput:
    """Bytes compressed as by gzip(1). Nothing can be taken back.

    Args:
        plain: Takes what comes of it.
    """

    can_take_back = False

    def __init__(self, plain: PlainOutput) -> None:
        self._plain = plain
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=_Written(plain), mtime=0)
        self.position = 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes."""
        self._gzip.write(data)
        self.position += len(data)
        return len(data)

    def take_back(self, position: int) -> None:
        """Refuse: it is compressed already."""
        raise io.UnsupportedOperation(f"what was written from {position} on is compressed")

    def finish(self) -> None:
        """Write what is still held."""
        self._gzip.close()
        self._plain.finish()

    def close(self) -> None:
        """Forget what is still held."""
        self._plain.close()
        self._gzip.close()


class _Written(io.RawIOBase):
    """An output as the file object that gzip writes to."""

    def __init__(self, output: PlainOutput) -> None:
        super().__init__()
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._output.write(memoryview(data))


def write_zeros(output: Output, length: int, check: Callable[[], None]) -> None:
    """Write so many zeros; `check` is called now and then, and raises if nobody wants them any more."""
    while length > 0:
        check()
        output.write(ZEROS[:length])
        length -= len(ZEROS)
