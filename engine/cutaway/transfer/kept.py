"""What files of the host keep of those in the image: attributes, owners, times, as far as user and kernel can.

Blocking functions on descriptors; no state.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

from cutaway.records import Stat
from cutaway.transfer.not_kept import OWNER, Refusals, harmless, refused

#: What an attribute is refused with that this user, or this file system, cannot keep.
NOT_KEPT = frozenset(
    {errno.EOPNOTSUPP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSPC, errno.E2BIG, errno.ERANGE}
)


def keep_owner(file: int | bytes, status: Stat, folder: int | None = None) -> Refusals:
    """Give something its owner; return it if that is not allowed.

    Args:
        file: A descriptor, or a name in the folder.
        status: What it is in the image.
        folder: A descriptor.
    """
    try:
        os.chown(file, status.uid, status.gid, dir_fd=folder, follow_symlinks=isinstance(file, int))
    except OSError as error:
        if error.errno not in NOT_KEPT:
            raise
        return (refused(OWNER, error.errno),)
    return ()


def keep_attributes(file: int | bytes, xattrs: Sequence[bytes]) -> Refusals:
    """Set extended attributes, where this user may and the file system can; return the others, and why."""
    wanted, dropped = harmless(xattrs)
    found = list(dropped)
    for name, value in wanted:
        try:
            os.setxattr(file, name, value, follow_symlinks=isinstance(file, int))
        except OSError as error:
            if error.errno not in NOT_KEPT:
                raise
            found.append(refused(name, error.errno))
    return found


def kernel_times(status: Stat) -> tuple[int, int]:
    """Return times of a hostile file system as the kernel takes them."""
    low, high = -(1 << 62), 1 << 62
    return min(max(status.atime_ns, low), high), min(max(status.mtime_ns, low), high)


def umask() -> int:
    """Return the umask without setting it, which would be seen by other threads."""
    with open("/proc/self/status", "rb") as file:
        found = next((line for line in file if line.startswith(b"Umask:")), b"Umask:\t0022")
    return int(found.split()[1], 8)
