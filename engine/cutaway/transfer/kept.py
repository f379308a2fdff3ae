"""What files of the host keep of those in the image: attributes and times, as far as this user and the kernel can.

Blocking functions on descriptors; no state.
"""

from __future__ import annotations

import errno
import os

from cutaway.records import Stat

#: What an attribute is refused with that this user, or this file system, cannot keep.
NOT_KEPT = frozenset(
    {errno.EOPNOTSUPP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSPC, errno.E2BIG, errno.ERANGE}
)


def keep_attribute(descriptor: int, name: bytes, value: bytes) -> None:
    """Set an extended attribute, where this user may and the file system can."""
    try:
        os.setxattr(descriptor, name, value)
    except OSError as error:
        if error.errno not in NOT_KEPT:
            raise
    except ValueError:  # a name with a NUL, from a hostile guest
        return


def kernel_times(status: Stat) -> tuple[int, int]:
    """Return times of a hostile file system as the kernel takes them."""
    low, high = -(1 << 62), 1 << 62
    return min(max(status.atime_ns, low), high), min(max(status.mtime_ns, low), high)


def umask() -> int:
    """Return the umask without setting it, which would be seen by other threads."""
    with open("/proc/self/status", "rb") as file:
        found = next((line for line in file if line.startswith(b"Umask:")), b"Umask:\t0022")
    return int(found.split()[1], 8)
