"""Bytes copied from devices and files to devices and files of the image, a piece at a time."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from cutawayd.copying import copy_range, holds_zeros, write_all
from cutawayd.drives import size_bytes
from cutawayd.names import translate
from cutawayd.transfers import opened_source, source_size
from cutawayd.words import is_path
from cutawayd.work import Work, counter
from cutawayd.writing import made

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Range:
    """What is copied: from where, to where, how much; None: from the beginning, and all."""

    start: int | None = None
    to: int | None = None
    size: int | None = None

    def bytes_of(self, source: int) -> int:
        """Return how many bytes of an open file or device are copied.

        Raises:
            OSError: EINVAL, it has not that many.
        """
        if min(self.start or 0, self.to or 0, self.size or 0) < 0:
            raise OSError(errno.EINVAL, "offsets and size cannot be negative")
        there = max(0, source_size(source) - (self.start or 0))
        if self.size is not None and self.size > there:
            raise OSError(errno.EINVAL, f"there are only {there} bytes from offset {self.start or 0} on")
        return there if self.size is None else self.size


def copy_device_to_device(
    work: Work,
    src: str,
    dest: str,
    srcoffset: int | None,
    destoffset: int | None,
    size: int | None,
    sparse: bool,
    append: bool,
) -> None:
    """Copy from a device onto another."""
    _onto_device(work, src.encode(), dest, _Range(srcoffset, destoffset, size), sparse=sparse, append=append)


def copy_device_to_file(
    work: Work,
    src: str,
    dest: bytes,
    srcoffset: int | None,
    destoffset: int | None,
    size: int | None,
    sparse: bool,
    append: bool,
) -> None:
    """Copy from a device into a file."""
    _into_file(work, src.encode(), dest, _Range(srcoffset, destoffset, size), sparse=sparse, append=append)


def copy_file_to_device(
    work: Work,
    src: bytes,
    dest: str,
    srcoffset: int | None,
    destoffset: int | None,
    size: int | None,
    sparse: bool,
    append: bool,
) -> None:
    """Copy from a file onto a device."""
    _onto_device(work, src, dest, _Range(srcoffset, destoffset, size), sparse=sparse, append=append)


def copy_file_to_file(
    work: Work,
    src: bytes,
    dest: bytes,
    srcoffset: int | None,
    destoffset: int | None,
    size: int | None,
    sparse: bool,
    append: bool,
) -> None:
    """Copy from a file into another."""
    _into_file(work, src, dest, _Range(srcoffset, destoffset, size), sparse=sparse, append=append)


def copy_size(work: Work, src: str, dest: str, size: int) -> None:
    """Copy so many bytes of the beginning."""
    if is_path(dest):
        _into_file(work, os.fsencode(src), os.fsencode(dest), _Range(size=size))
    else:
        _onto_device(work, os.fsencode(src), translate(dest), _Range(size=size))


def _onto_device(
    work: Work, src: bytes, dest: str, what: _Range, *, sparse: bool = False, append: bool = False
) -> None:  # fmt: skip
    if append:
        raise OSError(errno.EINVAL, "only to a file can something be appended", dest)
    size_bytes(dest)
    with opened_source(work, src) as source:
        size = what.bytes_of(source)
        target = os.open(dest, os.O_RDWR | os.O_CLOEXEC)
        try:
            _copy(work, (source, target), (what.start or 0, what.to or 0), size, sparse=sparse)
            os.fsync(target)
        finally:
            os.close(target)


def _into_file(
    work: Work, src: bytes, dest: bytes, what: _Range, *, sparse: bool = False, append: bool = False
) -> None:  # fmt: skip
    """Copy into a file, which is emptied before unless something is appended; one that was made goes if it fails."""
    if append and what.to:
        raise OSError(errno.EINVAL, "what is appended has no offset", dest)
    with opened_source(work, src) as source:
        size = what.bytes_of(source)
        with made(work, dest, os.O_RDWR) as target:
            if os.path.sameopenfile(source, target):
                raise OSError(errno.EINVAL, "it is the same file")
            to = os.fstat(target).st_size if append else what.to or 0
            os.ftruncate(target, to if append else 0)
            _copy(work, (source, target), (what.start or 0, to), size, sparse=sparse)
            os.ftruncate(target, to + size)  # a hole at the end belongs to it


def _copy(work: Work, files: tuple[int, int], offsets: tuple[int, int], size: int, *, sparse: bool) -> None:
    """Copy bytes from one offset of one open file to another of another."""
    (source, target), (start, to), advance = files, offsets, counter(work, size)
    if not sparse:
        done = copy_range(source, target, offsets, size, advance)
    else:
        done = 0
        while done < size and (data := os.pread(source, min(PIECE, size - done), start + done)):
            if not holds_zeros(data):
                write_all(target, data, to + done)
            done += len(data)
            advance(len(data))
    if done < size:
        raise OSError(errno.EIO, "the source has become shorter")
