"""Devices of a btrfs on several drives: its driver mounts one when it has been told of all (linux/btrfs.h)."""

from __future__ import annotations

import contextlib
import os
import struct
from fcntl import ioctl

_CONTROL = "/dev/btrfs-control"
_SCAN_DEVICE, _FORGET_DEVICES = 0x50009404, 0x50009405
_ARGUMENTS = struct.Struct("=q4088s")


def register_all() -> None:
    """Tell the driver of every device there is; it takes note of those that are its own, and forgets what was before.

    Not to be done needlessly: of two copies of one file system it takes the newer.
    """
    with open("/proc/partitions", "rb") as file:
        names = [line.split()[3] for line in file.readlines()[2:]]
    with contextlib.suppress(FileNotFoundError):  # the kernel has no btrfs; then mounting says so
        control = os.open(_CONTROL, os.O_RDWR | os.O_CLOEXEC)
        try:
            _tell(control, _FORGET_DEVICES, b"")
            for name in names:
                _tell(control, _SCAN_DEVICE, b"/dev/" + name)
        finally:
            os.close(control)


def _tell(control: int, what: int, device: bytes) -> None:
    with contextlib.suppress(OSError):  # a device that holds something else is refused
        ioctl(control, what, bytearray(_ARGUMENTS.pack(0, device)))
