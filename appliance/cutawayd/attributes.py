"""What files have beside their content: modes, owners, times, extended attributes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.records import ExtendedAttribute

from cutawayd.copying import copy_xattrs
from cutawayd.entries import named
from cutawayd.files import lgetxattrs_in, own_place
from cutawayd.syscalls import utimensat
from cutawayd.sysroot import magic_path
from cutawayd.work import Work

_MODE_MAX = 0o177777
_ID_MAX = (1 << 32) - 2
_SECOND_NS = 1_000_000_000
#: What nanoseconds that are none mean to utimensat(2): UTIME_NOW and UTIME_OMIT.
_MEANINGS = {-1: (1 << 30) - 1, -2: (1 << 30) - 2}


@contextmanager
def followed(work: Work, path: bytes) -> Iterator[str]:
    """Give a path of the daemon's own to what a path leads to; errors inside name the path in the image."""
    with named(path), work.sysroot.looked_at(path, follow=True) as seen:
        yield magic_path(seen)


def chmod(work: Work, mode: int, path: bytes) -> None:
    """Set the mode."""
    if not 0 <= mode <= _MODE_MAX:
        raise OSError(errno.EINVAL, f"the mode {mode:#o} has more than permissions and a type", path)
    with followed(work, path) as place:
        os.chmod(place, stat.S_IMODE(mode))


def chown(work: Work, owner: int, group: int, path: bytes) -> None:
    """Set owner and group."""
    with followed(work, path) as place:
        os.chown(place, identity(owner), identity(group))


def lchown(work: Work, owner: int, group: int, path: bytes) -> None:
    """Set owner and group of an entry itself."""
    with named(path), own_place(work, path) as (place, follow):
        os.chown(place, identity(owner), identity(group), follow_symlinks=follow)


def identity(number: int) -> int:
    """Return a number of a user or group, or -1.

    Raises:
        OSError: EINVAL, it is none.
    """
    if not -1 <= number <= _ID_MAX:
        raise OSError(errno.EINVAL, f"{number} is no number of a user or group")
    return number


def utimens(work: Work, path: bytes, atsecs: int, atnsecs: int, mtsecs: int, mtnsecs: int) -> None:
    """Set times of an entry itself."""
    times = ((atsecs, _nanoseconds(atnsecs)), (mtsecs, _nanoseconds(mtnsecs)))
    with named(path), own_place(work, path) as (place, follow):
        utimensat(place, *times, follow=follow)


def _nanoseconds(number: int) -> int:
    if number not in _MEANINGS and not 0 <= number < _SECOND_NS:
        raise OSError(errno.EINVAL, f"{number} are no nanoseconds of a time")
    return _MEANINGS.get(number, number)


def setxattr(work: Work, xattr: str, val: bytes, vallen: int, path: bytes) -> None:
    """Set an extended attribute."""
    with followed(work, path) as place:
        os.setxattr(place, xattr, _value(val, vallen))


def lsetxattr(work: Work, xattr: str, val: bytes, vallen: int, path: bytes) -> None:
    """Set an extended attribute of an entry itself."""
    with named(path), own_place(work, path) as (place, follow):
        os.setxattr(place, xattr, _value(val, vallen), follow_symlinks=follow)


def _value(val: bytes, vallen: int) -> bytes:
    if not 0 <= vallen <= len(val):
        raise OSError(errno.EINVAL, f"the value has {len(val)} bytes, not {vallen}")
    return val[:vallen]


def removexattr(work: Work, xattr: str, path: bytes) -> None:
    """Remove an extended attribute."""
    with followed(work, path) as place:
        os.removexattr(place, xattr)


def lremovexattr(work: Work, xattr: str, path: bytes) -> None:
    """Remove an extended attribute of an entry itself."""
    with named(path), own_place(work, path) as (place, follow):
        os.removexattr(place, xattr, follow_symlinks=follow)


def lxattrlist(work: Work, path: bytes, names: list[bytes]) -> list[list[ExtendedAttribute] | None]:
    """Return the extended attributes of many names."""
    found: list[list[ExtendedAttribute] | None] = []
    with work.sysroot.opened(path, os.O_RDONLY | os.O_DIRECTORY) as folder:
        for name in names:
            work.check()
            found.append(lgetxattrs_in(folder, work.sysroot.name_inside(folder, name)))
    return found


def copy_attributes(
    work: Work, src: bytes, dest: bytes, everything: bool, mode: bool, xattributes: bool, ownership: bool
) -> None:  # fmt: skip
    """Give one file what another has; the owner first, since changing it takes bits of the mode."""
    with followed(work, src) as source, followed(work, dest) as target:
        status = os.stat(source)
        if everything or ownership:
            os.chown(target, status.st_uid, status.st_gid)
        if everything or xattributes:
            copy_xattrs(source, target)
        if everything or mode:
            os.chmod(target, stat.S_IMODE(status.st_mode))
