"""Where a btrfs is reached: by a path of the image, or mounted for a moment."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd import mounting
from cutawayd.btrfstrees import facts
from cutawayd.names import translate
from cutawayd.syscalls import MNT_DETACH, umount
from cutawayd.words import is_path
from cutawayd.work import Work

#: Where a device is mounted that nobody has mounted.
_PLACE = "/run/cutaway/btrfs"


@contextmanager
def place_of(work: Work, path: bytes | str, flags: int = os.O_RDONLY) -> Iterator[str]:
    """Give the path in the daemon's own tree of something on a mounted btrfs, no link left in it.

    Raises:
        OSError: EINVAL, it is on something else.
    """
    with opened(work, path, flags) as descriptor:
        yield os.readlink(f"/proc/self/fd/{descriptor}")


@contextmanager
def opened(work: Work, path: bytes | str, flags: int = os.O_RDONLY) -> Iterator[int]:
    """Give something on a mounted btrfs, opened.

    Raises:
        OSError: EINVAL, it is on something else.
    """
    with work.sysroot.opened(os.fsencode(path), flags) as descriptor:
        if facts(descriptor) is None:
            raise OSError(errno.EINVAL, "this is not on a btrfs", os.fsdecode(path))
        yield descriptor


@contextmanager
def opened_file_system(work: Work, fs: str, options: str = "ro") -> Iterator[int]:
    """Give a btrfs, opened, that a path or a device names."""
    if is_path(fs):
        with opened(work, fs) as descriptor:
            yield descriptor
        return
    os.makedirs(_PLACE, exist_ok=True)
    mounting.mount_at(work, translate(fs), _PLACE, options)
    try:
        descriptor = os.open(_PLACE, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if facts(descriptor) is None:
                raise OSError(errno.EINVAL, "this is no btrfs", fs)
            yield descriptor
        finally:
            os.close(descriptor)
    finally:
        umount(_PLACE.encode(), MNT_DETACH)


@contextmanager
def place_for_new(work: Work, path: bytes) -> Iterator[str]:
    """Give the path in the daemon's own tree of what is to be made on a mounted btrfs."""
    with work.sysroot.parent_of(path) as (folder, name):
        if facts(folder) is None:
            raise OSError(errno.EINVAL, "this is not on a btrfs", os.fsdecode(path))
        yield os.fsdecode(os.readlink(b"/proc/self/fd/%d" % folder) + b"/" + name)
