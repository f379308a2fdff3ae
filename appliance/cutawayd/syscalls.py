"""System calls that Python's library lacks, through libc; errors are OSErrors that name the path."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from functools import cache
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_NOATIME, MS_BIND = 1, 2, 4, 8, 32, 1024, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
MNT_DETACH, UMOUNT_NOFOLLOW = 2, 8
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2

_AT_FDCWD, _AT_SYMLINK_NOFOLLOW = -100, 0x100
_OPENAT2 = 437
_FINIT_MODULE = 313
RESOLVE_NO_XDEV = 0x01
RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_NO_SYMLINKS = 0x04
RESOLVE_BENEATH = 0x08
RESOLVE_IN_ROOT = 0x10


_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_HOW_SIZE = ctypes.sizeof(_OpenHow)


#: Called before anything is mounted or unmounted: who keeps something of a mount open lets it go.
before_mounts: list[Callable[[], None]] = []


def mount(source: str, target: str, vfs_type: str, flags: int = 0, data: str = "") -> None:
    """Call mount(2).

    Raises:
        OSError: with the source as its file name.
    """
    _tell_of_mounts()
    options = os.fsencode(data) or None
    if _libc.mount(os.fsencode(source), os.fsencode(target), vfs_type.encode(), flags, options) != 0:
        raise _error(source)


def umount(target: bytes, flags: int = 0) -> None:
    """Call umount2(2).

    Raises:
        OSError: with the target as its file name.
    """
    _tell_of_mounts()
    if _libc.umount2(target, flags) != 0:
        raise _error(os.fsdecode(target))


def _tell_of_mounts() -> None:
    for tell in before_mounts:
        tell()


def swapon(path: str) -> None:
    """Call swapon(2).

    Raises:
        OSError: with the path as its file name.
    """
    if _libc.swapon(os.fsencode(path), 0) != 0:
        raise _error(path)


def rename(source: int, old: bytes, target: int, new: bytes, flags: int) -> None:
    """Call renameat2(2).

    Raises:
        OSError: with the new name as its file name.
    """
    if _libc.renameat2(source, old, target, new, flags) != 0:
        raise _error(os.fsdecode(new))


def syncfs(descriptor: int) -> None:
    """Write everything of a file system to its disk (syncfs(2)).

    Raises:
        OSError: the disk does not take it.
    """
    if _libc.syncfs(descriptor) != 0:
        raise _error("")


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def utimensat(path: str, access: tuple[int, int], change: tuple[int, int], *, follow: bool) -> None:
    """Call utimensat(2) with seconds and nanoseconds, which may be UTIME_NOW or UTIME_OMIT.

    Raises:
        OSError: with the path as its file name.
    """
    times = (_Timespec * 2)(_Timespec(*access), _Timespec(*change))
    if _libc.utimensat(_AT_FDCWD, os.fsencode(path), times, 0 if follow else _AT_SYMLINK_NOFOLLOW) != 0:
        raise _error(path)


def unshare(flags: int) -> None:
    """Give this process new namespaces (unshare(2)).

    Raises:
        OSError: the kernel does not.
    """
    if _libc.unshare(flags) != 0:
        raise _error("")


def inotify_open() -> int:
    """Call inotify_init1(2); reading never waits, and the descriptor is closed on exec.

    Raises:
        OSError: the kernel does not.
    """
    result: int = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if result < 0:
        raise _error("")
    return result


def inotify_add(queue: int, path: str, mask: int) -> int:
    """Call inotify_add_watch(2).

    Raises:
        OSError: with the path as its file name.
    """
    result: int = _libc.inotify_add_watch(queue, os.fsencode(path), ctypes.c_uint32(mask))
    if result < 0:
        raise _error(path)
    return result


def inotify_remove(queue: int, watch: int) -> None:
    """Call inotify_rm_watch(2).

    Raises:
        OSError: there is no such watch.
    """
    if _libc.inotify_rm_watch(queue, watch) != 0:
        raise _error("")


def openat2(folder: int, path: bytes, flags: int, resolve: int, mode: int = 0) -> int:
    """Call openat2(2); the descriptor is closed on exec.

    Raises:
        OSError: with the path as its file name.
    """
    how = _how(flags | os.O_CLOEXEC, mode, resolve)
    while True:
        result: int = _libc.syscall(_OPENAT2, folder, path, how, _HOW_SIZE)
        if result >= 0:
            return result
        code = ctypes.get_errno()
        if code not in {errno.EINTR, errno.EAGAIN}:  # EAGAIN: a rename raced with the resolution
            raise OSError(code, os.strerror(code), os.fsdecode(path))


@cache
def _how(flags: int, mode: int, resolve: int) -> Any:
    """Return a reference to the structure for openat2, which only reads it."""
    return ctypes.byref(_OpenHow(flags, mode, resolve))


def finit_module(path: str, parameters: str = "") -> None:
    """Load a kernel module (finit_module(2)).

    Raises:
        OSError: with the path as its file name.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.syscall(_FINIT_MODULE, descriptor, parameters.encode(), 0) != 0:
            raise _error(path)
    finally:
        os.close(descriptor)


def _error(path: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code), path)
