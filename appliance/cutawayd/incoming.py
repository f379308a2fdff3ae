"""Data into the image: from a hot-plugged drive to a file or device, in large aligned pieces.

Both sides are read and written directly where they can be: then the data goes from one disk to the other through one
buffer, and no emulated instruction touches it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import mmap
import os
import secrets
import stat
from collections.abc import Iterator

from cutawayd.work import Work, counter

PIECE = 4 << 20
#: What direct writes must be a multiple of, on any disk of today.
ALIGNMENT = 4096
#: What says that a file system cannot reserve room beforehand, or cannot write directly.
UNSUPPORTED = frozenset({errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS})


def onto_device(work: Work, source: str, size: int, device: str) -> None:
    """Copy so many bytes of a drive onto another device."""
    target = os.open(device, os.O_WRONLY | os.O_CLOEXEC)
    try:
        _copy(work, source, target, [(0, size)])
        os.fsync(target)
    finally:
        os.close(target)


def into_file(work: Work, source: str, size: int, path: bytes) -> None:
    """Copy so many bytes of a drive into a file, which appears when it is complete.

    What was there is replaced, its owner and mode kept; a link is followed inside the image, one to nothing replaced.
    """
    with work.sysroot.parent_of(final(work, path)) as (folder, name):
        old = _status(folder, name)
        if old is not None and not stat.S_ISREG(old.st_mode):
            code = errno.EISDIR if stat.S_ISDIR(old.st_mode) else errno.EINVAL
            raise OSError(code, os.strerror(code), path)
        temporary = b".%s.%s" % (name[:200], secrets.token_hex(4).encode())
        target = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=folder)
        try:
            fill(work, source, target, size, [])
            if old is not None:
                os.fchown(target, old.st_uid, old.st_gid)
                os.fchmod(target, stat.S_IMODE(old.st_mode))
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(temporary, dir_fd=folder)
            raise
        finally:
            os.close(target)


def final(work: Work, path: bytes) -> bytes:
    """Return where a path leads to if it is a link to something; the path itself otherwise."""
    with contextlib.suppress(FileNotFoundError), work.sysroot.looked_at(path, follow=True) as seen:
        return work.sysroot.real_path(seen)
    return path


def _status(folder: int, name: bytes) -> os.stat_result | None:
    """Return the status of what is there; nothing of a link, for one that is still here leads nowhere."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return None if stat.S_ISLNK(status.st_mode) else status


def fill(work: Work, source: str, target: int, size: int, extents: list[tuple[int, int]]) -> None:
    """Give an open, empty file so many bytes of a drive.

    Args:
        work: The call.
        source: The drive.
        target: The file.
        size: Its length.
        extents: Offset and length of all parts that are no holes; empty: there are no holes.
    """
    if extents:
        _copy(work, source, target, extents)
    elif size:
        with _tolerated():
            os.posix_fallocate(target, 0, size)
        _copy(work, source, target, [(0, size)])
    os.ftruncate(target, size)


def copy_to(work: Work, source: str, size: int, target: int, offset: int) -> None:
    """Write so many bytes of a drive into an open file or device, from an offset on."""
    if size:
        _copy(work, source, target, [(0, size)], offset)


def _copy(work: Work, device: str, target: int, extents: list[tuple[int, int]], shift: int = 0) -> None:
    """Copy with direct reads into one aligned buffer, and direct writes as far as they are possible.

    What comes from one place goes to the same in the target, or `shift` bytes behind it.
    """
    advance = counter(work, sum(length for _, length in extents))
    source = os.open(device, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECT)
    try:
        with mmap.mmap(-1, PIECE) as buffer, memoryview(buffer) as view:
            for start, length in extents:
                done = start
                while done < start + length:
                    left = start + length - done
                    count = min(_read_piece(source, view[: _aligned(left)], done, device), left)
                    _write(target, view, count, done + shift)
                    done += count
                    advance(count)
    finally:
        os.close(source)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _read_piece(source: int, view: memoryview, offset: int, device: str) -> int:
    with view:
        count = os.preadv(source, [view], offset)
    if count <= 0:
        raise OSError(errno.EIO, "the source ended early", device)
    return count


def _write(target: int, view: memoryview, count: int, offset: int) -> None:
    """Write a piece: its aligned part directly, the rest (or all, where direct does not do) through the cache."""
    direct = count // ALIGNMENT * ALIGNMENT if offset % ALIGNMENT == 0 else 0
    written = 0
    if direct:
        with _tolerated():
            _set_direct(target, is_direct=True)
            written = os.pwrite(target, view[:direct], offset)
        _set_direct(target, is_direct=False)
    while written < count:
        written += os.pwrite(target, view[written:count], offset + written)


def _set_direct(target: int, *, is_direct: bool) -> None:
    flags = fcntl.fcntl(target, fcntl.F_GETFL)
    fcntl.fcntl(target, fcntl.F_SETFL, flags | os.O_DIRECT if is_direct else flags & ~os.O_DIRECT)


@contextlib.contextmanager
def _tolerated() -> Iterator[None]:
    """Pass over what a file system does not support."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
