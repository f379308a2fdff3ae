"""How one entry becomes another: contents with their holes, links, nodes, and all that is kept beside the content.

Works on descriptors of open folders; knows no paths of the image.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from contextlib import suppress

from cutawayd.sysroot import magic_path

Advance = Callable[[int], None]
FICLONE = 0x40049409
PIECE = 1 << 20
_ZEROS = bytes(PIECE)
#: What says that a file system, or a pair of them, cannot do it this way.
UNSUPPORTED = frozenset({errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.ENOTTY, errno.EBADF})
#: What says that a file system does not keep an attribute.
NOT_KEPT = frozenset({errno.EOPNOTSUPP, errno.EPERM, errno.EINVAL})


def copy_content(source: int, target: int, advance: Advance) -> None:
    """Copy the content of one open file into another, empty one; holes stay holes, and extents are shared if possible.

    Args:
        source: Descriptor to read.
        target: Descriptor to write.
        advance: Told how many bytes are done.
    """
    size = os.fstat(source).st_size
    if not size:
        return
    if _is_cloned(source, target):
        advance(size)
        return
    position = 0
    while position < size:
        start, end = _data_from(source, position, size)
        advance(start - position)
        copy_range(source, target, (start, start), end - start, advance)
        position = end
    os.ftruncate(target, size)


def _is_cloned(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, FICLONE, source)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return False
    return True


def _data_from(source: int, position: int, size: int) -> tuple[int, int]:
    """Return where the next part begins that is no hole, and where that ends."""
    try:
        start = os.lseek(source, position, os.SEEK_DATA)
        return min(start, size), min(os.lseek(source, start, os.SEEK_HOLE), size)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return size, size
        if error.errno not in UNSUPPORTED:
            raise
        return position, size


def copy_range(source: int, target: int, offsets: tuple[int, int], size: int, advance: Advance) -> int:
    """Copy bytes from one offset to another, in the kernel where it can; return how many there were."""
    read_at, write_at, left, in_kernel = *offsets, size, True
    while left > 0:
        count, in_kernel = _copy_piece(source, target, read_at, write_at, min(left, PIECE), in_kernel=in_kernel)
        if not count:
            break
        read_at, write_at, left = read_at + count, write_at + count, left - count
        advance(count)
    return size - left


def _copy_piece(
    source: int, target: int, read_at: int, write_at: int, size: int, *, in_kernel: bool
) -> tuple[int, bool]:
    """Copy a piece; return its length, and whether the kernel can do the next."""
    if in_kernel:
        try:
            return os.copy_file_range(source, target, size, read_at, write_at), True
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
    write_all(target, data := os.pread(source, size, read_at), write_at)
    return len(data), False


def holds_zeros(data: bytes | memoryview) -> bool:
    """Return whether bytes, at most a mebibyte, are all zero. Bytes are compared as a whole, views one by one."""
    return bytes(data) == _ZEROS[: len(data)]


def write_all(target: int, data: bytes | memoryview, offset: int) -> None:
    """Write all bytes at an offset (pwrite(2) may write fewer)."""
    view = memoryview(data)
    while view:
        count = os.pwrite(target, view, offset)
        view, offset = view[count:], offset + count


def make_like(status: os.stat_result, source: int, name: str, target: int, new: bytes) -> None:
    """Make a symbolic link, pipe, socket or device node like one in an open folder, under a new name in another."""
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=source), os.fsdecode(new), dir_fd=target)
    else:
        os.mknod(new, stat.S_IFMT(status.st_mode) | 0o600, status.st_rdev, dir_fd=target)


def keep(status: os.stat_result, source: str, target: str, *, all_of_it: bool) -> None:
    """Give what was made the attributes of what it was made after; what the file system does not hold is left out.

    Args:
        status: Of the source.
        source: A path to it that no link leads astray, for its extended attributes.
        target: The same of what was made.
        all_of_it: Owner, extended attributes and times too, and the whole mode; else the mode alone, less the umask.
    """
    is_link = stat.S_ISLNK(status.st_mode)
    if not all_of_it:
        if not is_link:
            os.chmod(target, stat.S_IMODE(status.st_mode) & 0o777 & ~_mask())
        return
    with _not_kept():
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
    copy_xattrs(source, target, follow=False)
    if not is_link:
        with _not_kept():
            os.chmod(target, stat.S_IMODE(status.st_mode))
    set_times(status, target)


def keep_open(status: os.stat_result, source: int, target: int, *, all_of_it: bool) -> None:
    """Do as `keep` for a regular file, by its descriptors."""
    if not all_of_it:
        os.fchmod(target, stat.S_IMODE(status.st_mode) & 0o777 & ~_mask())
        return
    with _not_kept():
        os.fchown(target, status.st_uid, status.st_gid)
    copy_xattrs(source, target)
    with _not_kept():
        os.fchmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def set_times(status: os.stat_result, target: str) -> None:
    """Set the times of what was made."""
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def copy_xattrs(source: str | int, target: str | int, *, follow: bool = True) -> None:
    """Copy extended attributes, access control lists and capabilities among them."""
    names: list[str] = []
    with _not_kept():
        names = os.listxattr(source, follow_symlinks=follow)
    for name in names:
        with _not_kept():
            os.setxattr(target, name, os.getxattr(source, name, follow_symlinks=follow), follow_symlinks=follow)


class _not_kept(suppress):  # noqa: N801 it is used as suppress is
    """Lets errors pass that mean that a file system does not hold something."""

    def __init__(self) -> None:
        super().__init__(OSError)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, OSError) and error.errno in NOT_KEPT


def _mask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def place_of(folder: int, name: str) -> str:
    """Return a path to an entry of an open folder; its last component may be a link, which calls must not follow."""
    return f"{magic_path(folder)}/{name}"
