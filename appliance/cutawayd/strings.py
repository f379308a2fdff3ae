"""Texts in contents of any kind, as strings(1) finds them."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from cutawayd.files import CONTENT_MAX
from cutawayd.reading import pieces
from cutawayd.work import Work

LENGTH_MIN = 4
_ASCII = rb"[\t\x20-\x7e]"
#: Encoding → what one of its characters looks like, and how many bytes it has. Of wide ones only ASCII is looked for.
_CHARACTERS = {
    "s": (_ASCII, 1), "S": (rb"[\t\x20-\x7e\x80-\xff]", 1),
    "b": (rb"\0" + _ASCII, 2), "l": (_ASCII + rb"\0", 2),
    "B": (rb"\0\0\0" + _ASCII, 4), "L": (_ASCII + rb"\0\0\0", 4),
}  # fmt: skip


def strings(work: Work, path: bytes) -> list[bytes]:
    """Return texts of ASCII."""
    return strings_e(work, "s", path)


def strings_e(work: Work, encoding: str, path: bytes) -> list[bytes]:
    """Return texts of an encoding."""
    if encoding not in _CHARACTERS:
        raise OSError(errno.EINVAL, f"unknown encoding {encoding!r}; there is {', '.join(_CHARACTERS)}", path)
    found: list[bytes] = []
    room = CONTENT_MAX
    for text in _texts(work, path, *_CHARACTERS[encoding]):
        room -= len(text) + 5
        if room < 0:
            raise OSError(errno.EFBIG, "the texts in it are too long to be returned at once", path)
        found.append(text)
    return found


def _texts(work: Work, path: bytes, character: bytes, width: int) -> Iterator[bytes]:
    """Give texts; what is at the end of a piece may go on in the next, so that it is looked at again with that.

    Raises:
        OSError: EFBIG, one is longer than what can be returned.
    """
    sought, one = re.compile(b"(?:%s){%d,}" % (character, LENGTH_MIN)), re.compile(character)
    rest = b""
    for piece in pieces(work, path):
        data = rest + piece
        ending = min(_run_begins(data, one, width, len(data) - shift) for shift in range(width))
        for match in sought.finditer(data, 0, ending):
            yield match.group().replace(b"\0", b"")
        rest = data[ending:]
        if len(rest) > CONTENT_MAX * width:
            raise OSError(errno.EFBIG, "a text in it is too long to be returned", path)
    for match in sought.finditer(rest):
        yield match.group().replace(b"\0", b"")


def _run_begins(data: bytes, one: re.Pattern[bytes], width: int, end: int) -> int:
    """Return where the characters begin that end at a place."""
    while end >= width and one.fullmatch(data, end - width, end):
        end -= width
    return max(end, 0)
