"""What is told of each place that a search has found: its file, its line, and the number of that."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Self

from cutawayd.content_stream import PIECE, ContentStream, Fed, Part, data_ranges
from cutawayd.searching import Results
from cutawayd.trees import Damage, packed
from cutawayd.work import Work

#: So much of a line is told before a match, and from it on.
AROUND = 400
_CUT_BEGIN, _CUT_END = re.compile(rb"^[\x80-\xbf]{1,3}"), re.compile(rb"[\xc0-\xf7][\x80-\xbf]{0,2}$")
Open = Callable[[bytes], int]


class Hits:
    """Takes what a search has found, and tells it; a context manager that closes the file that it has last looked into.

    Args:
        work: The call.
        results: Where they go.
        open_file: Opens a file of the search by its path.
        on_damage: Told of what cannot be read.
        first_only: Whether one in each file is enough.
    """

    def __init__(self, work: Work, results: Results, open_file: Open, on_damage: Damage, *, first_only: bool) -> None:
        self._work, self._results, self._open, self._on_damage = work, results, open_file, on_damage
        self._first_only = first_only
        self._page: _Page | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._page is not None:
            self._page.close()

    def take(self, lines: list[bytes], stream: ContentStream) -> None:
        """Take lines of a place in the stream and what matches there, in their order; those of a line are one hit."""
        at = 0
        while at < len(lines):
            place, _, match = lines[at].partition(b":")
            end = self._take(stream.part_at(int(place)), int(place), match)
            at = bisect_left(lines, end, at + 1, key=_place)

    def _take(self, part: Part, place: int, match: bytes) -> int:
        """Tell one, and return from where in the stream on another may be told."""
        if not part.file.is_done:
            try:
                end = self._tell(part.file, part.offset + place - part.start, match)
            except OSError as error:
                part.file.is_done = True
                self._on_damage(part.file.path, error)
            else:
                part.file.is_done |= self._first_only
                return part.start + end - part.offset
        return part.end

    def _tell(self, file: Fed, offset: int, match: bytes) -> int:
        page = self._page_of(file)
        if offset < page.told:
            return page.told
        if file.is_binary or b"\0" in match:
            file.is_done = True
            line, text = 0, b""
        else:
            text = page.line_at(offset, len(match))
            line = page.number_at(offset, self._work)
        self._results.add((file.path, packed(page.status), offset, len(match), line, text, line == 0))
        return page.told

    def _page_of(self, file: Fed) -> _Page:
        if self._page is None or self._page.file is not file:
            descriptor = self._open(file.path)
            if self._page is not None:
                self._page.close()
            self._page = _Page(file, descriptor)
        return self._page


class _Page:
    """The file of the last hit.

    Attributes:
        status: Of the file.
        told: Where what has been told of it ends.
    """

    def __init__(self, file: Fed, descriptor: int) -> None:
        self.file, self._descriptor = file, descriptor
        self.status = os.fstat(descriptor)
        self.told = 0
        self._counted, self._number = 0, 1

    def close(self) -> None:
        os.close(self._descriptor)

    def line_at(self, offset: int, length: int) -> bytes:
        """Return the line at an offset, or what is around it in a long one."""
        begin = max(0, offset - AROUND)
        data = os.pread(self._descriptor, offset - begin + max(AROUND, min(length, 2 * AROUND)), begin)
        first, last = data.rfind(b"\n", 0, offset - begin) + 1, data.find(b"\n", offset - begin)
        text = data[first : last if last >= 0 else len(data)]
        self.told = begin + first + len(text)
        if not first and begin:
            text = _CUT_BEGIN.sub(b"", text)
        return text.removesuffix(b"\r") if last >= 0 else _CUT_END.sub(b"", text)

    def number_at(self, offset: int, work: Work) -> int:
        """Return the number of the line at an offset, which never goes back."""
        for begin, end in data_ranges(self._descriptor, self._counted, offset):
            for at in range(begin, end, PIECE):
                self._number += os.pread(self._descriptor, min(PIECE, end - at), at).count(b"\n")
                work.check()
        self._counted = offset
        return self._number


def _place(line: bytes) -> int:
    return int(line.partition(b":")[0])
