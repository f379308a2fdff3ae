"""Looks for bytes in a file of any size, piece by piece. Any loop; touches no widget."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cutaway_app.viewers.content import PreviewContent

PIECE_BYTES = 1 << 20
_HEX = re.compile(r"(?:0x)?((?:[0-9a-f]{2}[\s:]*)+)", re.IGNORECASE)


def parse_needle(text: str) -> bytes:
    """Return the bytes that a person means: "0x7f 45" and "7f 45 4c" are bytes, all else is text in UTF-8.

    A single word of hexadecimal digits, such as "cafe", is text: "0x" before it makes it bytes.
    """
    match = _HEX.fullmatch(text.strip())
    if match and (text.strip().lower().startswith("0x") or re.search(r"[0-9a-f]{2}[\s:]+[0-9a-f]{2}", text.lower())):
        return bytes.fromhex(re.sub(r"[\s:]", "", match.group(1)))
    return text.encode()


def needle_text(needle: bytes) -> str:
    """Return what a person would type for these bytes: as text where that means them."""
    text = needle.decode("utf-8", "replace")
    return text if text.isprintable() and parse_needle(text) == needle else f"0x{needle.hex(' ')}"


async def find(
    content: PreviewContent, needle: bytes, start: int, *, backwards: bool, tell: Callable[[float], None]
) -> int | None:
    """Return the offset of the next bytes like these, going round at the end; None if there are none.

    Args:
        content: The file.
        needle: What to look for, one byte at least.
        start: Where the search begins; a hit must begin after it, or before it if `backwards`.
        backwards: Look towards the beginning.
        tell: Called with how far the search is, 0 to 1.
    """
    size = content.total_size if content.read is not None else len(content.head)
    ranges = [(start + 1, size), (0, min(size, start + len(needle)))]
    if backwards:
        ranges = [(0, min(size, start + len(needle) - 1)), (start, size)]
    done = 0
    for first, last in ranges:
        for begin, end in _pieces(first, last, len(needle), backwards=backwards):
            data = await _read(content, begin, end - begin)
            place = data.rfind(needle) if backwards else data.find(needle)
            if place >= 0:
                return begin + place
            done += end - begin
            tell(min(1.0, done / max(1, size)))
    return None


def _pieces(first: int, last: int, overlap: int, *, backwards: bool) -> Iterator[tuple[int, int]]:
    """Give the parts to look at; each overlaps the next, so that nothing is missed between two."""
    step = max(1, PIECE_BYTES - overlap)
    begins = range(first, max(first, last), step)
    for begin in reversed(begins) if backwards else begins:
        yield begin, min(last, begin + step + overlap - 1)


async def _read(content: PreviewContent, offset: int, count: int) -> bytes:
    if offset + count <= len(content.head) or content.read is None:
        return content.head[offset : offset + count]
    return await content.read(offset, count)
