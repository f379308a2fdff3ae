"""The contents of many files as one stream for a search, and the way back: what stands at a place of the stream.

A line end stands between two files, and wherever the stream leaves something out: a hole, or the middle of a line that
is too long to be kept. Where that is cut the end of one part is repeated at the beginning of the next, so that what
stands across the cut is found.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cutawayd.stream import next_place

#: Files up to this length are read as a whole, and several of them given at a time.
SMALL, BATCH = 64 << 10, 256 << 10
PIECE = 1 << 20
#: A line is cut after so many bytes; so many are repeated.
LINE_MAX, REPEATED = 4 << 20, 64 << 10
#: A file with a zero byte among so many first ones is no text.
HEAD = 32 << 10
#: What lies so far behind has been looked through: more than pipe, buffers and a line together.
BEHIND = 64 << 20
Feed = Callable[[bytes | memoryview], None]


@dataclass(slots=True, eq=False)
class Fed:
    """A file that is looked through.

    Attributes:
        path: Relative to where the search began.
        size: What is to be read of it, about: holes are not.
        is_binary: Whether it is no text.
        is_done: Whether no more of it is wanted.
    """

    path: bytes
    size: int
    is_binary: bool = False
    is_done: bool = False


@dataclass(slots=True, eq=False)
class Part:
    """A part of a file that lies in the stream as in the file.

    Attributes:
        start: Where it begins in the stream.
        end: Where it ends there, as far as it has been given.
        offset: Where it begins in the file.
    """

    file: Fed
    start: int
    end: int
    offset: int


class ContentStream:
    """Gives contents to a search.

    Args:
        feed: Takes a piece of the stream; it may call `part_at`.
        advance: Told how many bytes of a file were read.
    """

    def __init__(self, feed: Feed, advance: Callable[[int], None]) -> None:
        self._feed, self._advance = feed, advance
        self._collected: list[bytes] = []
        self._collected_size = 0
        self._buffer = bytearray(PIECE)
        self._end = 0
        self._parts: deque[Part] = deque()

    def add(self, file: Fed, descriptor: int, status: os.stat_result) -> None:
        """Give a whole file, or as much of it as is wanted.

        Raises:
            OSError: the rest of it cannot be read.
        """
        if status.st_size <= SMALL:
            content = os.pread(descriptor, SMALL, 0)
            file.is_binary = b"\0" in content[:HEAD]
            self._begin(file, 0)
            self._collect(content)
            self._advance(file.size)
        else:
            self.flush()
            self._add_long(file, descriptor, status)

    def flush(self) -> None:
        """Give what is collected."""
        collected, self._collected, self._collected_size = self._collected, [], 0
        if collected:
            self._feed(b"".join(collected))

    def part_at(self, place: int) -> Part:
        """Return the part that is at a place of the stream; places never go back."""
        while len(self._parts) > 1 and self._parts[1].start <= place:
            self._parts.popleft()
        return self._parts[0]

    def _begin(self, file: Fed, offset: int) -> None:
        """Begin a part of a file."""
        self._collect(b"\n")
        while self._parts and self._parts[0].end < self._end - BEHIND:
            self._parts.popleft()
        self._parts.append(Part(file, self._end, self._end, offset))

    def _collect(self, content: bytes) -> None:
        """Take what is given together with what comes next."""
        self._collected.append(content)
        self._collected_size += len(content)
        self._end += len(content)
        if self._parts:
            self._parts[-1].end = self._end
        if self._collected_size >= BATCH:
            self.flush()

    def _add_long(self, file: Fed, descriptor: int, status: os.stat_result) -> None:
        file.is_binary = b"\0" in os.pread(descriptor, HEAD, 0)
        for begin, end in data_ranges(descriptor, 0, status.st_size):
            if file.is_done:
                return
            file.is_binary |= begin > 0  # a hole is zeros
            self._add_range(file, descriptor, begin, end)

    def _add_range(self, file: Fed, descriptor: int, begin: int, end: int) -> None:
        self._begin(file, begin)
        self.flush()
        at, line = begin, 0
        while at < end and not file.is_done and (count := self._read(descriptor, at, end)):
            self._give(memoryview(self._buffer)[:count])
            self._advance(count)
            at += count
            line_end = self._buffer.rfind(b"\n", 0, count)
            line = line + count if line_end < 0 else count - line_end - 1
            if line >= LINE_MAX and at < end:
                at, line = at - REPEATED, 0
                self._begin(file, at)
                self.flush()

    def _read(self, descriptor: int, at: int, end: int) -> int:
        return os.preadv(descriptor, [memoryview(self._buffer)[: min(PIECE, end - at)]], at)

    def _give(self, piece: memoryview) -> None:
        self._end += len(piece)
        self._parts[-1].end = self._end
        self._feed(piece)


def data_ranges(descriptor: int, at: int, size: int) -> Iterator[tuple[int, int]]:
    """Give where a file has data, from a place on: beginnings and ends.

    Raises:
        OSError: that cannot be found out.
    """
    while at < size and (begin := next_place(descriptor, at, os.SEEK_DATA, size)) < size:
        at = min(size, max(begin + 1, next_place(descriptor, begin, os.SEEK_HOLE, size)))
        yield begin, at
