"""Bytes copied from devices and files to devices and files of the image, a piece at a time."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.drives import size_bytes
from cutawayd.names import translate
from cutawayd.rawdevices import holds_zeros
from cutawayd.transfers import open_source, source_size
from cutawayd.words import is_path
from cutawayd.work import Work

PIECE = 1 << 20


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
    _refuse_append(append, dest)
    with _source(work, src.encode()) as source, _device(dest) as target:
        _copy(work, source, target, _Range(srcoffset, destoffset, size), sparse=sparse)


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
    with _source(work, src.encode()) as source, _file(work, dest) as target:
        _copy(work, source, target, _Range(srcoffset, destoffset, size), sparse=sparse, append=append)


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
    _refuse_append(append, dest)
    with _source(work, src) as source, _device(dest) as target:
        _copy(work, source, target, _Range(srcoffset, destoffset, size), sparse=sparse)


def copy_size(work: Work, src: str, dest: str, size: int) -> None:
    """Copy so many bytes of the beginning."""
    target_of = _file(work, os.fsencode(dest)) if is_path(dest) else _device(translate(dest))
    with _source(work, os.fsencode(src)) as source, target_of as target:
        _copy(work, source, target, _Range(None, None, size))


class _Range:
    """What is copied: from where, to where, how much; None: from the beginning, and all."""

    def __init__(self, start: int | None, to: int | None, size: int | None) -> None:
        if min(start or 0, to or 0, size or 0) < 0:
            raise OSError(errno.EINVAL, "offsets and size cannot be negative")
        self.start, self.to, self.size = start or 0, to or 0, size


def _refuse_append(append: bool, device: str) -> None:
    if append:
        raise OSError(errno.EINVAL, "only to a file can something be appended", device)


def _copy(
    work: Work, source: int, target: int, what: _Range, *, sparse: bool = False, append: bool = False
) -> None:  # fmt: skip
    whole = source_size(source)
    size = max(0, whole - what.start) if what.size is None else what.size
    if what.start + size > whole:
        raise OSError(errno.EINVAL, f"there are only {whole} bytes to copy")
    to = os.lseek(target, 0, os.SEEK_END) if append else what.to
    os.lseek(source, what.start, os.SEEK_SET)
    done, buffer = 0, memoryview(bytearray(PIECE))
    while done < size:
        count = os.readv(source, [buffer[: min(PIECE, size - done)]])
        if not count:
            raise OSError(errno.EIO, "the source has become shorter")
        piece = buffer[:count]
        if not (sparse and holds_zeros(piece)):
            _write(target, piece, to + done)
        done += count
        work.progress(done, size)
    if stat.S_ISREG(os.fstat(target).st_mode):
        os.truncate(target, max(to + size, os.fstat(target).st_size))  # a hole at the end belongs to it
    os.fsync(target)


def _write(target: int, piece: memoryview, offset: int) -> None:
    while piece:
        count = os.pwrite(target, piece, offset)
        piece, offset = piece[count:], offset + count


@contextmanager
def _source(work: Work, path: bytes) -> Iterator[int]:
    descriptor = open_source(work, path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _device(device: str) -> Iterator[int]:
    size_bytes(device)
    descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _file(work: Work, path: bytes) -> Iterator[int]:
    with work.sysroot.opened(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o644) as descriptor:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        yield descriptor
