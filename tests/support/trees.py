"""Describes folders of this computer, to compare one with another or with what an image holds."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

#: Type, permissions, size of a file, time, content or target, extended attributes.
Facts = tuple[int, int, int, int, bytes, tuple[tuple[str, bytes], ...]]


def describe(folder: Path) -> dict[bytes, Facts]:
    """Return what is known of everything below a folder, by relative path."""
    root, found = os.fsencode(folder), {}
    for place, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = os.path.join(place, name)
            found[os.path.relpath(path, root)] = facts(path)
    return found


def facts(path: bytes) -> Facts:
    """Return what is known of one thing."""
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    size = status.st_size if kind == stat.S_IFREG else 0
    return kind, stat.S_IMODE(status.st_mode), size, status.st_mtime_ns, content(path, kind), xattrs(path, kind)


def content(path: bytes, kind: int) -> bytes:
    """Return the digest of a file, or the target of a link."""
    if kind == stat.S_IFLNK:
        return os.readlink(path)
    if kind != stat.S_IFREG:
        return b""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def xattrs(path: bytes, kind: int) -> tuple[tuple[str, bytes], ...]:
    """Return the user's extended attributes."""
    if kind == stat.S_IFLNK:
        return ()
    names = [name for name in os.listxattr(path) if name.startswith("user.")]
    return tuple((name, os.getxattr(path, name)) for name in sorted(names))
