"""Entries of folders: made, linked, renamed. Never what a symbolic link in the last place leads to."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cutawayd.work import Work

_LETTERS = string.ascii_letters + string.digits
_TEMPLATE = b"XXXXXX"
_ATTEMPTS = 100
#: Types that mknod(2) makes, besides regular files.
_NODES = frozenset({stat.S_IFIFO, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFREG, 0})


@contextmanager
def named(path: bytes) -> Iterator[None]:
    """Let errors inside name the path in the image, whatever the kernel was told."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), path) from error


@contextmanager
def entry(work: Work, path: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the open folder that holds a path, and the last component; errors inside name the path."""
    with named(path), work.sysroot.parent_of(path) as place:
        yield place


def is_folder(work: Work, path: bytes) -> bool:
    """Return whether a path leads to a directory, links followed."""
    with suppress(OSError), work.sysroot.looked_at(path, follow=True) as seen:
        return stat.S_ISDIR(os.fstat(seen).st_mode)
    return False


def mkdir_p(work: Work, path: bytes) -> None:
    """Make a directory and those above it."""
    at = b""
    for name in filter(None, path.split(b"/")):
        at += b"/" + name
        if name in {b".", b".."}:
            continue
        try:
            with entry(work, at) as (folder, last):
                os.mkdir(last, dir_fd=folder)
        except FileExistsError:
            continue
    with work.sysroot.opened(path, os.O_PATH | os.O_DIRECTORY):
        pass


def mkdir_mode(work: Work, path: bytes, mode: int) -> None:
    """Make a directory with a mode."""
    with entry(work, path) as (folder, name):
        os.mkdir(name, permissions(mode), dir_fd=folder)


def permissions(mode: int) -> int:
    """Return a mode that has permissions alone.

    Raises:
        OSError: EINVAL, there is more in it.
    """
    if mode < 0 or mode & ~0o7777:
        raise OSError(errno.EINVAL, f"the mode {mode:#o} has more than permissions")
    return mode


def rename(work: Work, oldpath: bytes, newpath: bytes) -> None:
    """Give something a new name."""
    with work.sysroot.parent_of(oldpath) as (source, old), work.sysroot.parent_of(newpath) as (target, new):
        with named(oldpath):
            os.stat(old, dir_fd=source, follow_symlinks=False)
        with named(newpath):
            os.rename(old, new, src_dir_fd=source, dst_dir_fd=target)


def ln(work: Work, target: bytes, linkname: bytes) -> None:
    """Make a hard link."""
    _link(work, target, linkname, os.link)


def ln_f(work: Work, target: bytes, linkname: bytes) -> None:
    """Make a hard link in place of a file."""
    _link(work, target, linkname, _link_over)


def _link(work: Work, target: bytes, linkname: bytes, make: Callable[..., None]) -> None:
    with work.sysroot.parent_of(target) as (source, old), work.sysroot.parent_of(linkname) as (folder, new):
        with named(target):
            os.stat(old, dir_fd=source, follow_symlinks=False)
        with named(linkname):
            make(old, new, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)


def _link_over(old: bytes, new: bytes, *, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:
    name = _unused(b".", b"")
    os.link(old, name, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks)
    _put_in_place(dst_dir_fd, name, new)


def _put_in_place(folder: int, name: bytes, final: bytes) -> None:
    """Give something its final name; if that cannot be, or both are the same file, the first name goes."""
    try:
        os.rename(name, final, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def ln_s(work: Work, target: bytes, linkname: bytes) -> None:
    """Make a symbolic link."""
    with entry(work, linkname) as (folder, name):
        os.symlink(target, name, dir_fd=folder)


def ln_sf(work: Work, target: bytes, linkname: bytes) -> None:
    """Make a symbolic link in place of a file."""
    with entry(work, linkname) as (folder, name):
        temporary = _unused(b".", b"")
        os.symlink(target, temporary, dir_fd=folder)
        _put_in_place(folder, temporary, name)


def _unused(prefix: bytes, suffix: bytes) -> bytes:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in _TEMPLATE).encode() + suffix


def mkfifo(work: Work, mode: int, path: bytes) -> None:
    """Make a named pipe."""
    mknod(work, stat.S_IFIFO | permissions(mode), 0, 0, path)


def mknod_b(work: Work, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
    """Make a block device's node."""
    mknod(work, stat.S_IFBLK | permissions(mode), devmajor, devminor, path)


def mknod_c(work: Work, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
    """Make a character device's node."""
    mknod(work, stat.S_IFCHR | permissions(mode), devmajor, devminor, path)


def mknod(work: Work, mode: int, devmajor: int, devminor: int, path: bytes) -> None:
    """Make a node."""
    if mode < 0 or mode > 0xFFFF or stat.S_IFMT(mode) not in _NODES:
        raise OSError(errno.EINVAL, f"the mode {mode:#o} is none of a node", path)
    if devmajor < 0 or devminor < 0:
        raise OSError(errno.EINVAL, "the numbers of a device cannot be negative", path)
    with entry(work, path) as (folder, name):
        os.mknod(name, mode, os.makedev(devmajor, devminor), dir_fd=folder)


def mkdtemp(work: Work, tmpl: bytes) -> bytes:
    """Make a directory of a new name."""
    return _make_unused(work, tmpl, b"", lambda folder, name: os.mkdir(name, 0o700, dir_fd=folder))


def mktemp(work: Work, tmpl: bytes, suffix: bytes | None) -> bytes:
    """Make a file of a new name."""

    def make(folder: int, name: bytes) -> None:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=folder))

    if suffix and b"/" in suffix:
        raise OSError(errno.EINVAL, "a suffix cannot hold '/'", tmpl)
    return _make_unused(work, tmpl, suffix or b"", make)


def _make_unused(work: Work, tmpl: bytes, suffix: bytes, make: Callable[[int, bytes], None]) -> bytes:
    if not tmpl.endswith(_TEMPLATE):
        raise OSError(errno.EINVAL, "a template must end in XXXXXX", tmpl)
    above, _, name = tmpl.rpartition(b"/")
    with entry(work, tmpl) as (folder, _):
        for _ in range(_ATTEMPTS):
            new = _unused(name[: -len(_TEMPLATE)], suffix)
            with suppress(FileExistsError):
                make(folder, new)
                return above + b"/" + new
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def umask(work: Work, mask: int) -> int:  # noqa: ARG001 every call has it
    """Set the mask."""
    if mask < 0 or mask & ~0o777:
        raise OSError(errno.EINVAL, f"the mask {mask:#o} has more than permissions")
    return os.umask(mask)


def get_umask(work: Work) -> int:  # noqa: ARG001 every call has it
    """Return the mask."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
