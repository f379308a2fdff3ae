"""Bytes from images as text for eyes: never ambiguous, never able to change what stands around it.

Any thread. The way is one-way on purpose: what a person sees is never turned back into a path. What is no valid
UTF-8, controls the terminal or turns the direction of writing is shown as an escape.
"""

from __future__ import annotations

import html
import os
import unicodedata
from collections.abc import Sequence

#: Invisible or direction-changing characters, beside what `str.isprintable` refuses.
_HARMFUL = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


def display_name(name: bytes) -> str:
    """Return a name or path from an image for display."""
    text = name.decode("utf-8", "surrogateescape")
    if text.isprintable() and _HARMFUL.isdisjoint(text):
        return text
    return "".join(character if _is_harmless(character) else _escape(character) for character in text)


def folded(text: str) -> str:
    """Return a text as texts are compared: without regard to case and to how accents are written."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def display_line(text: str) -> str:
    """Return a text that an image has made up, such as the name of its system, for display in a line."""
    return display_name(text.encode("utf-8", "surrogateescape"))


def plain_tip(text: str) -> str:
    """Return a text for a tool tip, which Qt would take for markup if it looks so: a name such as "<b>" does."""
    if "<" not in text and "&" not in text:
        return text
    return f'<span style="white-space: pre-wrap">{html.escape(text)}</span>'


def _is_harmless(character: str) -> bool:
    return character.isprintable() and character not in _HARMFUL


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def join_path(folder: bytes, name: bytes) -> bytes:
    """Return the path of an entry of a folder."""
    return folder.rstrip(b"/") + b"/" + name


def parent_path(path: bytes) -> bytes:
    """Return the folder of a path; the root's is the root."""
    return path.rstrip(b"/").rpartition(b"/")[0] or b"/"


def normal_path(path: bytes) -> bytes:
    """Return an absolute path without "." and doubled slashes; ".." climbs at most to the root."""
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in {b"", b"."}:
            parts.append(part)
    return b"/" + b"/".join(parts)


def image_name(path: str) -> str:
    """Return what a person calls an image file."""
    return display_name(os.fsencode(os.path.basename(path.rstrip("/")) or path))


def machine_name(path: str, further: Sequence[str]) -> str:
    """Return what a person calls a machine with these other disks."""
    if len(further) == 1:
        return f"{image_name(path)} and {image_name(further[0])}"
    return f"{image_name(path)} and {len(further)} more disks" if further else image_name(path)


def user_names(passwd: bytes) -> dict[int, str]:
    """Return the names of users by number for display, from the content of a passwd(5); the image has written it."""
    fields = [line.split(b":") for line in passwd.split(b"\n")]
    return {int(line[2]): display_name(line[0]) for line in fields if _is_user(line)}


def _is_user(fields: list[bytes]) -> bool:
    return len(fields) > 2 and fields[2].isdigit() and len(fields[2]) < 11
