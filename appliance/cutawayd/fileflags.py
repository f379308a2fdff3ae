"""Flags and generation numbers of inodes, which ext2 began (ioctl_iflags(2), chattr(1)); others have some of them."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.entries import named
from cutawayd.sysroot import magic_path
from cutawayd.work import Work

GET_FLAGS, SET_FLAGS = 0x80086601, 0x40086602
GET_VERSION, SET_VERSION = 0x80087601, 0x40087602
_NUMBER = struct.Struct("=L")
#: The letters of lsattr(1).
LETTERS = {
    "s": 0x1, "u": 0x2, "c": 0x4, "S": 0x8, "i": 0x10, "a": 0x20, "d": 0x40, "A": 0x80, "m": 0x400, "E": 0x800,
    "I": 0x1000, "j": 0x4000, "t": 0x8000, "D": 0x10000, "T": 0x20000, "e": 0x80000, "V": 0x100000, "C": 0x800000,
    "x": 0x2000000, "N": 0x10000000, "P": 0x20000000, "F": 0x40000000,
}  # fmt: skip
#: Those that chattr(1) takes.
SETTABLE = frozenset("aAcCdDeFijmPsStTux")
GENERATION_MAX = 0xFFFFFFFF


@contextmanager
def opened_kept(work: Work, path: bytes) -> Iterator[int]:
    """Open what is kept on a disk: a regular file or directory; nothing that could wait for ever."""
    with named(path), work.sysroot.looked_at(path, follow=True) as seen:
        if not stat.S_ISREG(mode := os.fstat(seen).st_mode) and not stat.S_ISDIR(mode):
            raise OSError(errno.EINVAL, "only files and directories have these")
        descriptor = os.open(magic_path(seen), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _get(descriptor: int, request: int) -> int:
    # What is declared as a long is read and written as an int: there may be more room than is used.
    return int(_NUMBER.unpack(fcntl.ioctl(descriptor, request, bytes(8))[: _NUMBER.size])[0])


def _set(descriptor: int, request: int, number: int) -> None:
    fcntl.ioctl(descriptor, request, _NUMBER.pack(number) + bytes(4))


def get_e2attrs(work: Work, path: bytes) -> str:
    """Return the flags."""
    with opened_kept(work, path) as descriptor:
        flags = _get(descriptor, GET_FLAGS)
    return "".join(sorted(letter for letter, bit in LETTERS.items() if flags & bit))


def set_e2attrs(work: Work, path: bytes, letters: str, clear: bool) -> None:
    """Set or clear flags."""
    if unknown := sorted(set(letters) - SETTABLE):
        raise OSError(errno.EINVAL, f"unknown flag {unknown[0]!r}", path)
    if len(set(letters)) != len(letters):
        raise OSError(errno.EINVAL, "a flag is named twice", path)
    bits = sum(LETTERS[letter] for letter in letters)
    with opened_kept(work, path) as descriptor:
        flags = _get(descriptor, GET_FLAGS)
        _set(descriptor, SET_FLAGS, flags & ~bits if clear else flags | bits)


def get_e2generation(work: Work, path: bytes) -> int:
    """Return the generation number."""
    with opened_kept(work, path) as descriptor:
        return _get(descriptor, GET_VERSION)


def set_e2generation(work: Work, path: bytes, generation: int) -> None:
    """Set the generation number."""
    if not 0 <= generation <= GENERATION_MAX:
        raise OSError(errno.EINVAL, f"{generation} is no generation number", path)
    with opened_kept(work, path) as descriptor:
        _set(descriptor, SET_VERSION, generation)
