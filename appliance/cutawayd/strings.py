"""Texts in contents of any kind, as strings(1) finds them."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from cutawayd.files import CONTENT_MAX
from cutawayd.reading import pieces
from cutawayd.work import Work

LENGTH_MIN = 4
_ASCII = b"\t" + bytes(range(0x20, 0x7F))
_LATIN = _ASCII + bytes(range(0x80, 0x100))
#: Encoding → the bytes that each byte of a character may be. Of wide ones only ASCII is looked for.
_CHARACTERS = {
    "s": (_ASCII,), "S": (_LATIN,), "b": (b"\0", _ASCII), "l": (_ASCII, b"\0"),
    "B": (b"\0", b"\0", b"\0", _ASCII), "L": (_ASCII, b"\0", b"\0", b"\0"),
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
    for text in _texts(work, path, _CHARACTERS[encoding]):
        room -= len(text) + 5
        if room < 0:
            raise OSError(errno.EFBIG, "the texts in it are too long to be returned at once", path)
        found.append(text)
    return found


def _texts(work: Work, path: bytes, character: tuple[bytes, ...]) -> Iterator[bytes]:
    """Give texts; what is at the end of a piece may go on in the next, so that it is looked at again with that.

    Raises:
        OSError: EFBIG, one is longer than what can be returned.
    """
    one = b"".join(b"[%s]" % re.escape(allowed) for allowed in character)
    sought, width = re.compile(b"(?:%s){%d,}" % (one, LENGTH_MIN)), len(character)
    rest = b""
    for piece in pieces(work, path):
        data = rest + piece
        ending = min(_run_begins(data, character, len(data) - shift) for shift in range(width))
        for match in sought.finditer(data, 0, ending):
            yield match.group().replace(b"\0", b"")
        rest = data[ending:]
        if len(rest) > CONTENT_MAX * width:
            raise OSError(errno.EFBIG, "a text in it is too long to be returned", path)
    for match in sought.finditer(rest):
        yield match.group().replace(b"\0", b"")


def _run_begins(data: bytes, character: tuple[bytes, ...], end: int) -> int:
    """Return where the characters begin that end at a place; their first bytes are looked at together, and so on."""
    width = len(character)
    planes = [data[(end + place) % width : max(end, 0) : width] for place in range(width)]
    count = min(len(plane) - len(plane.rstrip(allowed)) for plane, allowed in zip(planes, character, strict=True))
    return max(end - count * width, 0)
