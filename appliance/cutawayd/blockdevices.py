"""What the kernel knows of a block device, asked and set by ioctl(2)."""

from __future__ import annotations

import errno
import fcntl
import os
import struct

from cutawayd.work import Work

#: linux/fs.h.
BLKROSET, BLKROGET, BLKRRPART, BLKFLSBUF, BLKRASET, BLKRAGET, BLKSSZGET, BLKBSZGET = (
    0x125D, 0x125E, 0x125F, 0x1261, 0x1262, 0x1263, 0x1268, 0x80081270,
)  # fmt: skip
#: No device reads as far ahead: 2 GiB.
AHEAD_MAX = 1 << 22


def blockdev_setro(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Let nothing be written."""
    _tell(device, BLKROSET, struct.pack("i", 1))


def blockdev_setrw(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Let it be written."""
    _tell(device, BLKROSET, struct.pack("i", 0))


def blockdev_getro(work: Work, device: str) -> bool:  # noqa: ARG001 every call has it
    """Return whether nothing can be written."""
    return bool(_number(device, BLKROGET, "i"))


def blockdev_getss(work: Work, device: str) -> int:  # noqa: ARG001 every call has it
    """Return the size of a sector."""
    return _number(device, BLKSSZGET, "i")


def blockdev_getbsz(work: Work, device: str) -> int:  # noqa: ARG001 every call has it
    """Return the size of a block in memory."""
    return _number(device, BLKBSZGET, "i")


def blockdev_getra(work: Work, device: str) -> int:  # noqa: ARG001 every call has it
    """Return how far is read ahead."""
    return _number(device, BLKRAGET, "l")


def blockdev_setra(work: Work, device: str, sectors: int) -> None:  # noqa: ARG001 every call has it
    """Set how far is read ahead."""
    if not 0 <= sectors <= AHEAD_MAX:
        raise OSError(errno.EINVAL, f"the sectors to read ahead are 0 to {AHEAD_MAX}", device)
    _tell(device, BLKRASET, sectors)


def blockdev_flushbufs(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Write what is in memory, and forget it."""
    _tell(device, BLKFLSBUF, 0)


def blockdev_rereadpt(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Read the partition table again."""
    _tell(device, BLKRRPART, 0)


def _number(device: str, request: int, kind: str) -> int:
    answer = _tell(device, request, bytes(struct.calcsize(kind)))
    (value,) = struct.unpack(kind, answer)
    return int(value)


def _tell(device: str, request: int, argument: int | bytes) -> bytes:
    descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        answer = fcntl.ioctl(descriptor, request, argument)
    except OSError as error:
        raise OSError(error.errno, error.strerror, device) from error
    finally:
        os.close(descriptor)
    return answer if isinstance(answer, bytes) else b""
