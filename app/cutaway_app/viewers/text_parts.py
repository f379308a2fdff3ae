"""A large file in parts that can be shown as text.

Each begins and ends with a line, and where one ends the next begins. Any loop; touches no widget.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.text_guess import is_wide
from cutaway_app.viewers.text_work import MAX_LINE

#: Letters of several bytes are not divided: two or four in UTF-16 and UTF-32, up to four in UTF-8.
_WIDEST = 4
_CUT_LETTER = re.compile(rb"[\xc0-\xf7][\x80-\xbf]{0,2}\Z")
#: So much of a part is before a place that is to be seen in it, at least.
_BEFORE = 4


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a file.

    Attributes:
        offset: Where it begins.
        data: Its bytes.
    """

    offset: int
    data: bytes

    @property
    def end(self) -> int:
        """Where it ends in the file."""
        return self.offset + len(self.data)


def first_part(content: PreviewContent) -> TextPart:
    """Return the beginning of a file."""
    return TextPart(0, _without_rest(content, content.head, is_last=content.is_complete))


async def part_after(content: PreviewContent, offset: int) -> TextPart:
    """Read the part that begins at an offset.

    Raises:
        EngineError: it cannot be read.
    """
    end = min(content.total_size, offset + _size(content))
    data = await _read(content, offset, end - offset)
    return TextPart(offset, _without_rest(content, data, is_last=end == content.total_size))


async def part_before(content: PreviewContent, end: int) -> TextPart:
    """Read the part that ends at an offset.

    Raises:
        EngineError: it cannot be read.
    """
    begin = _aligned(content, max(0, end - _size(content)))
    data = await _read(content, begin, end - begin)
    skipped = _to_next_line(content, data) if begin else 0
    return TextPart(begin + skipped, data[skipped:])


async def last_part(content: PreviewContent) -> TextPart:
    """Read the end of a file.

    Raises:
        EngineError: it cannot be read.
    """
    return await part_before(content, content.total_size)


async def part_around(content: PreviewContent, offset: int, length: int) -> TextPart:
    """Read a part in which a place can be seen, with what is before it.

    Raises:
        EngineError: it cannot be read.
    """
    first = first_part(content)
    if offset + length <= first.end:
        return first
    begin = _aligned(content, max(0, offset - _size(content) // _BEFORE))
    data = await _read(content, begin, min(_WIDEST * MAX_LINE, offset - begin))
    skipped = _to_next_line(content, data) if begin else 0
    return await part_after(content, begin + skipped)


def _size(content: PreviewContent) -> int:
    return max(_WIDEST, len(content.head))


def _aligned(content: PreviewContent, offset: int) -> int:
    return offset - offset % _WIDEST if is_wide(content.head) else offset


async def _read(content: PreviewContent, offset: int, count: int) -> bytes:
    if offset + count <= len(content.head) or content.read is None:
        return content.head[offset : offset + count]
    return await content.read(offset, count)


def _to_next_line(content: PreviewContent, data: bytes) -> int:
    """Return where the first whole line of a part begins, or the first whole letter if a line is very long."""
    if is_wide(content.head):
        return 0
    line = data.find(b"\n", 0, MAX_LINE) + 1
    if 0 < line < len(data):
        return line
    return next((place for place in range(_WIDEST) if data[place : place + 1] and data[place] & 0xC0 != 0x80), 0)


def _without_rest(content: PreviewContent, data: bytes, *, is_last: bool) -> bytes:
    """Return a part without a line, or a letter, that is not whole."""
    if is_last:
        return data
    if is_wide(content.head):
        return data[: len(data) - len(data) % _WIDEST]
    line = data.rfind(b"\n", max(0, len(data) - MAX_LINE)) + 1
    return data[:line] if line else _CUT_LETTER.sub(b"", data) or data
