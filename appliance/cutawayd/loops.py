"""File systems in files of the image, by loop devices (loop(4)); and what is mounted, mounted otherwise."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.entries import named
from cutawayd.mounting import mount_at
from cutawayd.mounts import mounted
from cutawayd.ntfs_state import why_read_only
from cutawayd.syscalls import MS_NODEV, MS_RDONLY, MS_REMOUNT, mount
from cutawayd.sysroot import magic_path
from cutawayd.work import Work

CTL_GET_FREE, CONFIGURE = 0x4C82, 0x4C0A
READ_ONLY, AUTOCLEAR = 1, 4
#: File, block size, then of loop_info64 five numbers, three more, the flags and two names; a key and what is reserved.
_CONFIG = struct.Struct("=II5Q3II64s64s32x16x64x")


def mount_loop(work: Work, path: bytes, mountpoint: bytes) -> None:
    """Mount what is in a file."""
    with named(path):
        file, options = _open(work, path)
        try:
            number = _free_loop()
            loop = os.open(f"/dev/loop{number}", os.O_RDWR | os.O_CLOEXEC)
            try:
                flags = AUTOCLEAR | (READ_ONLY if options else 0)
                fcntl.ioctl(loop, CONFIGURE, _CONFIG.pack(file, 0, *[0] * 5, *[0] * 3, flags, path[-63:], b""))
                _mount(work, f"/dev/loop{number}", mountpoint, options)
            finally:
                os.close(loop)
        finally:
            os.close(file)


def _open(work: Work, path: bytes) -> tuple[int, str]:
    """Open a regular file to be written, or only read where that cannot be; return with which options it is mounted."""
    with work.sysroot.looked_at(path, follow=True) as seen:
        if not stat.S_ISREG(os.fstat(seen).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        try:
            return os.open(magic_path(seen), os.O_RDWR | os.O_CLOEXEC), ""
        except OSError as error:
            if error.errno not in {errno.EROFS, errno.EPERM}:
                raise
            return os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC), "ro"


def _free_loop() -> int:
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(control, CTL_GET_FREE)
    finally:
        os.close(control)


def _mount(work: Work, device: str, mountpoint: bytes, options: str) -> None:
    with work.sysroot.opened(mountpoint, os.O_PATH | os.O_DIRECTORY) as folder:
        mount_at(work, device, magic_path(folder), options)


def remount(work: Work, mountpoint: bytes, rw: bool) -> None:
    """Mount read-write or read-only what is mounted."""
    point = b"/" + mountpoint.strip(b"/")
    mount_there = next((entry for entry in reversed(mounted(work.sysroot)) if entry.mountpoint == point), None)
    if mount_there is None:
        raise OSError(errno.EINVAL, "nothing is mounted there", mountpoint)
    if rw and mount_there.vfs_type == "ntfs3" and (reason := why_read_only(mount_there.mountable)):
        raise OSError(errno.EROFS, reason, mountpoint)
    place = work.sysroot.folder + (os.fsdecode(point) if point != b"/" else "")
    with named(mountpoint):
        mount("none", place, "", MS_REMOUNT | MS_NODEV | (0 if rw else MS_RDONLY))


@contextmanager
def looped(device: str) -> Iterator[str]:
    """Give a loop device that shows a device that is mounted, to be read only by a second driver."""
    backing = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        number = _free_loop()
        loop = os.open(f"/dev/loop{number}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            flags = AUTOCLEAR | READ_ONLY
            fcntl.ioctl(loop, CONFIGURE, _CONFIG.pack(backing, 0, *[0] * 5, *[0] * 3, flags, b"", b""))
            yield f"/dev/loop{number}"
        finally:
            os.close(loop)
    finally:
        os.close(backing)
