"""What files of the fake appliance hold: bytes, or rules that make bytes when they are asked for.

Values without threads or I/O, except `HostFile`, which reads a file of the host. Not a copy of anything: a file
of 5 GB costs a few bytes of memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

#: The block of a file system, in which holes begin and end.
BLOCK = 4096


class Content(Protocol):
    """The bytes of a file or a device."""

    @property
    def size(self) -> int:
        """The length in bytes."""
        ...

    def read(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; fewer at the end."""
        ...

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give offset and length of all parts that are no holes, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes that are there."""

    data: bytes

    @property
    def size(self) -> int:
        """The length in bytes."""
        return len(self.data)

    def read(self, offset: int, count: int) -> bytes:
        """Return a slice."""
        return self.data[offset : offset + count]

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the whole."""
        if self.data:
            yield 0, len(self.data)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bytes by a rule: every 16 bytes say their own offset in hex, so that a misplaced piece is seen."""

    size: int

    def read(self, offset: int, count: int) -> bytes:
        """Make the bytes of that place."""
        end = min(offset + count, self.size)
        if end <= offset:
            return b""
        first = offset // 16
        made = b"".join(b"%015x\n" % (number * 16) for number in range(first, -(-end // 16)))
        return made[offset - first * 16 : end - first * 16]

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the whole."""
        if self.size:
            yield 0, self.size


@dataclass(frozen=True, slots=True)
class Sparse:
    """Holes, with a few pieces of data at offsets that are multiples of BLOCK."""

    size: int
    pieces: tuple[tuple[int, bytes], ...] = ()

    def read(self, offset: int, count: int) -> bytes:
        """Return zeros, and the pieces where they are."""
        result = bytearray(max(0, min(offset + count, self.size) - offset))
        for start, data in self.pieces:
            low, high = max(start, offset), min(start + len(data), offset + len(result))
            if low < high:
                result[low - offset : high - offset] = data[low - start : high - start]
        return bytes(result)

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the pieces, rounded to blocks."""
        for start, data in self.pieces:
            yield start, min(-(-len(data) // BLOCK) * BLOCK, self.size - start)


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file of the host, as a drive that was attached for an upload shows it: padded to whole sectors."""

    path: str

    @property
    def size(self) -> int:
        """The length in bytes."""
        return -(-os.stat(self.path).st_size // 512) * 512

    def read(self, offset: int, count: int) -> bytes:
        """Read from the file."""
        with open(self.path, "rb") as stream:
            stream.seek(offset)
            data = stream.read(count)
        return data.ljust(max(0, min(count, self.size - offset)), b"\0")

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the whole."""
        yield 0, self.size


def chunks(content: Content, *, offset: int = 0, size: int | None = None, step: int) -> Iterator[tuple[bytes, int]]:
    """Give a range of a content in order, as (data, 0) or, for a hole, (b"", length)."""
    position, end = offset, content.size if size is None else min(offset + size, content.size)
    for start, length in [*content.extents(), (end, 0)]:
        hole_end = min(max(start, position), end)
        if hole_end > position:
            yield b"", hole_end - position
            position = hole_end
        stop = min(start + length, end)
        while position < stop:
            data = content.read(position, min(step, stop - position))
            if not data:
                return
            yield data, 0
            position += len(data)
