"""Whole trees and the entries of single directories, quickly: tight loops, and inodes in the order of the disk.

Under emulation an entry costs some 30 microseconds per call that it makes, and each read from the disk half a
millisecond: so names are read in large batches, and their inodes visited in ascending order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from operator import attrgetter
from typing import Self

from cutaway.protocol.shapes import pack_numbers
from cutaway.records import Stat

from cutawayd.pieces import pieces
from cutawayd.sysroot import open_below
from cutawayd.work import Work

#: Path relative to the start, status, link target.
Entry = tuple[bytes, os.stat_result, bytes]
Damage = Callable[[bytes, OSError], None]
TARGET_MAX = 4096
FIRST_BATCH, BATCH = 256, 16384
CHECK_EVERY = 64
DAMAGES_TOLD = 20

_fields = attrgetter(
    "st_dev", "st_ino", "st_mode", "st_nlink", "st_uid", "st_gid", "st_rdev", "st_size", "st_blksize", "st_blocks",
    "st_atime_ns", "st_mtime_ns", "st_ctime_ns",
)  # fmt: skip


def packed(status: os.stat_result) -> bytes:
    """Return a status in its wire form."""
    return pack_numbers(Stat.PACKED, _fields(status))


def record(status: os.stat_result) -> Stat:
    """Return a status as a record."""
    return Stat(*_fields(status))


def batches(folder: int) -> Iterator[list[os.DirEntry[str]]]:
    """Give the entries of a directory in batches, each in the order of inodes: a small one first, to show something.

    Raises:
        OSError: the directory cannot be read, from some place on; what stands before that has been given.
    """
    with os.scandir(folder) as entries:
        for batch in pieces(entries, chain((FIRST_BATCH,), repeat(BATCH))):
            batch.sort(key=os.DirEntry.inode)
            yield batch


def encode_name(name: str) -> bytes:
    """Return a file name as the bytes that it is; quicker than os.fsencode."""
    return name.encode("utf-8", "surrogateescape")


def link_target(folder: int, name: str) -> bytes:
    """Return what a symbolic link says; nothing if it cannot be read."""
    try:
        return encode_name(os.readlink(name, dir_fd=folder))[:TARGET_MAX]
    except OSError:
        return b""


def damage_log(work: Work) -> Damage:
    """Return what tells of damage in the log, the first times."""
    damages = 0

    def tell(path: bytes, error: OSError) -> None:
        nonlocal damages
        damages += 1
        if damages <= DAMAGES_TOLD:
            name = os.fsdecode(path).encode("utf-8", "backslashreplace").decode()
            work.log(f"a part of {name or 'the folder'} cannot be read: {error.strerror}")

    return tell


def walk_entries(work: Work, folder: int) -> Iterator[Entry]:
    """Give all entries below an open folder, itself first; each directory before what it holds.

    What is damaged is left out, and told in the log.
    """
    tell = damage_log(work)
    yield b"", os.fstat(folder), b""
    for here, prefix, batch in walk_opened(folder, tell):
        failure: OSError | None = None
        for count, entry in enumerate(batch):
            if not count % CHECK_EVERY:
                work.check()
            name = entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                failure = error
                continue
            target = link_target(here, name) if status.st_mode & 0o170000 == 0o120000 else b""
            yield prefix + name.encode("utf-8", "surrogateescape"), status, target
        if failure is not None:
            tell(prefix.rstrip(b"/"), failure)


def walk_opened(folder: int, on_damage: Damage) -> Iterator[tuple[int, bytes, list[os.DirEntry[str]]]]:
    """Go through all directories below an open folder, itself first.

    Args:
        folder: The open folder.
        on_damage: Told the path of each directory that cannot be read.

    Yields:
        Descriptor of a directory, what the paths of its entries begin with, and a batch of them by inode.
    """
    pending = [b""]
    while pending:
        path = pending.pop()
        prefix = path + b"/" if path else b""
        below: list[bytes] = []
        try:
            here = open_below(folder, path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                for batch in batches(here):
                    yield here, prefix, batch
                    below += [
                        prefix + encode_name(entry.name) for entry in batch if entry.is_dir(follow_symlinks=False)
                    ]
            finally:
                os.close(here)
        except OSError as error:
            on_damage(path, error)
        below.sort(reverse=True)
        pending += below


def count_below(work: Work, folder: int) -> int:
    """Return how many entries lie below an open folder; what cannot be read is left out."""
    total = 0
    for _, _, batch in walk_opened(folder, lambda *_: None):
        total += len(batch)
        work.check()
    return total


class LastFolder:
    """Opens folders below another one, and keeps the last: the next is mostly the same.

    Args:
        folder: Descriptor of the one above; it stays the caller's.
    """

    def __init__(self, folder: int) -> None:
        self._folder = folder
        self._path = b""
        self._opened = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def open(self, path: bytes) -> int:
        """Return a descriptor, valid until the next call.

        Raises:
            OSError: it cannot be opened.
        """
        if path != self._path or self._opened < 0:
            self._close()
            self._opened, self._path = open_below(self._folder, path, os.O_RDONLY | os.O_DIRECTORY), path
        return self._opened

    def _close(self) -> None:
        if self._opened >= 0:
            os.close(self._opened)
        self._opened = -1
