"""Contents written into files, which are opened so that nothing hostile in their place can block or lead astray."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cutawayd import incoming
from cutawayd.copying import write_all
from cutawayd.entries import entry, named
from cutawayd.names import translate
from cutawayd.sysroot import magic_path
from cutawayd.transfers import is_device
from cutawayd.work import Work, counter

PIECE = 1 << 20
SIZE_MAX = (1 << 63) - 1


@contextmanager
def opened(work: Work, path: bytes, flags: int, *, may_make: bool = True) -> Iterator[int]:
    """Open a regular file for writing, or make it; errors inside name the path.

    Raises:
        OSError: EISDIR or EINVAL, there is something else.
    """
    with named(path):
        descriptor = _open(work, path, flags, may_make=may_make)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _open(work: Work, path: bytes, flags: int, *, may_make: bool) -> int:
    try:
        with work.sysroot.looked_at(path, follow=True) as seen:
            mode = os.fstat(seen).st_mode
            if stat.S_ISDIR(mode):
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(mode):
                raise OSError(errno.EINVAL, "not a regular file")
            return os.open(magic_path(seen), flags | os.O_CLOEXEC)
    except FileNotFoundError:
        if not may_make:
            raise
    return work.sysroot.open(path, flags | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY, 0o666)


@contextmanager
def made(work: Work, path: bytes, flags: int = os.O_WRONLY | os.O_TRUNC) -> Iterator[int]:
    """Open a file for writing, emptied; one that was not there before is removed if what happens inside fails."""
    is_new = True
    with suppress(FileNotFoundError), work.sysroot.looked_at(path, follow=False):
        is_new = False
    try:
        with opened(work, path, flags) as descriptor:
            yield descriptor
    except BaseException:
        if is_new:
            with suppress(OSError), entry(work, path) as (folder, name):
                os.unlink(name, dir_fd=folder)
        raise


def touch(work: Work, path: bytes) -> None:
    """Set times to now."""
    with opened(work, path, os.O_WRONLY) as descriptor:
        os.utime(descriptor)


def truncate(work: Work, path: bytes) -> None:
    """Make a file empty."""
    truncate_size(work, path, 0)


def truncate_size(work: Work, path: bytes, size: int) -> None:
    """Set a length."""
    with opened(work, path, os.O_WRONLY, may_make=False) as descriptor:
        os.ftruncate(descriptor, _size(size))


def _size(size: int) -> int:
    if not 0 <= size <= SIZE_MAX:
        raise OSError(errno.EINVAL, f"{size} is no length or offset")
    return size


def write(work: Work, path: bytes, content: bytes) -> None:
    """Replace a content."""
    with made(work, path) as descriptor:
        write_all(descriptor, content, 0)


def write_append(work: Work, path: bytes, content: bytes) -> None:
    """Write at the end."""
    with opened(work, path, os.O_WRONLY) as descriptor:
        write_all(descriptor, content, os.fstat(descriptor).st_size)


def pwrite(work: Work, path: bytes, content: bytes, offset: int) -> int:
    """Write somewhere."""
    with opened(work, path, os.O_WRONLY, may_make=False) as descriptor:
        return os.pwrite(descriptor, content, _size(offset))


def fallocate64(work: Work, path: bytes, length: int) -> None:
    """Make a file whose room is reserved."""
    size = _size(length)
    with made(work, path, os.O_RDWR | os.O_TRUNC) as descriptor:  # where the kernel cannot, blocks are read and written
        if size:
            os.posix_fallocate(descriptor, 0, size)


def fill(work: Work, value: int, length: int, path: bytes) -> None:
    """Make a file of equal bytes."""
    if not 0 <= value <= 0xFF:
        raise OSError(errno.EINVAL, f"{value} is no byte", path)
    _fill(work, bytes([value]), length, path)


def fill_pattern(work: Work, pattern: bytes, length: int, path: bytes) -> None:
    """Make a file of a pattern."""
    if not pattern:
        raise OSError(errno.EINVAL, "the pattern is empty", path)
    _fill(work, pattern, length, path)


def _fill(work: Work, pattern: bytes, length: int, path: bytes) -> None:
    advance = counter(work, _size(length))
    piece = pattern * (min(length, PIECE) // len(pattern) + 1)
    with made(work, path) as descriptor:
        for position in range(0, length, len(piece)):
            count = min(len(piece), length - position)
            write_all(descriptor, memoryview(piece)[:count], position)
            advance(count)


def fill_dir(work: Work, directory: bytes, number: int) -> None:
    """Make many empty files."""
    advance = counter(work, number)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, named(directory):
        for index in range(number):
            os.close(os.open(b"%08d" % index, flags, 0o666, dir_fd=folder))
            advance(1)


def upload_offset(work: Work, filename: list[str | int], remotefile: bytes, offset: int) -> None:
    """Write a drive's content into a file or device from an offset on."""
    device, size = str(filename[0]), int(filename[1])
    if is_device(remotefile):
        with named(remotefile):
            target = os.open(translate(os.fsdecode(remotefile)), os.O_WRONLY | os.O_CLOEXEC)
            try:
                incoming.copy_to(work, device, size, target, _size(offset))
                os.fsync(target)
            finally:
                os.close(target)
    else:
        with opened(work, remotefile, os.O_WRONLY) as target:
            incoming.copy_to(work, device, size, target, _size(offset))
