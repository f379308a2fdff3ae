"""Names of files as bytes: what can be one, and the next for one that is taken. Pure; host and guest share it."""

from __future__ import annotations

import os

#: The longest name that Linux file systems hold.
NAME_MAX = 255


def is_plain_name(name: bytes) -> bool:
    """Tell whether a name can be that of an entry of a directory."""
    return bool(name) and name not in {b".", b".."} and b"/" not in name and b"\0" not in name


def next_name(name: bytes, number: int, *, is_folder: bool) -> bytes:
    """Return "name (2).txt" and so on, for a name that is taken."""
    stem, extension = (name, b"") if is_folder else os.path.splitext(name)
    end = b" (%d)%s" % (number, extension)
    return stem[: NAME_MAX - len(end)] + end if len(end) < NAME_MAX else name[: NAME_MAX - 8] + b" (%d)" % number
