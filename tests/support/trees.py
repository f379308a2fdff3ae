"""Describes folders of this computer, to compare one with another or with what an image holds."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 16
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
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        for offset in _blocks_with_data(file.fileno()):
            block = os.pread(file.fileno(), BLOCK, offset)
            if block.strip(b"\0"):  # zeros are zeros, stored or not
                digest.update(offset.to_bytes(8) + block)
    return digest.digest()


def _blocks_with_data(descriptor: int) -> Iterator[int]:
    """Give the offset of each block of a file that is not wholly in a hole."""
    place, size = 0, os.fstat(descriptor).st_size
    while place < size:
        try:
            start = os.lseek(descriptor, place, os.SEEK_DATA) // BLOCK * BLOCK
        except OSError:
            return
        end = os.lseek(descriptor, max(start, place), os.SEEK_HOLE)
        yield from range(max(start, place), end, BLOCK)
        place = max(-(-end // BLOCK) * BLOCK, place + BLOCK)


def xattrs(path: bytes, kind: int) -> tuple[tuple[str, bytes], ...]:
    """Return the user's extended attributes."""
    if kind == stat.S_IFLNK:
        return ()
    names = [name for name in os.listxattr(path) if name.startswith("user.")]
    return tuple((name, os.getxattr(path, name)) for name in sorted(names))
