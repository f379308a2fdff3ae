"""The drives as sysfs shows them: whole devices in the order in which the host added them, and their partitions."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass

SECTOR = 512
#: So much is read of a short file.
SHORT = 1024
_DISK = re.compile(r"^(sd[a-z]+|vd[a-z]+|sr\d+)$")
_SERIAL = re.compile(r"^(drive|upload)(\d+)$")


@dataclass(frozen=True, slots=True)
class Disk:
    """A whole drive.

    Attributes:
        serial: What the host calls it: "drive0", "upload3"; "" for one that the host did not add.
    """

    device: str
    name: str
    serial: str

    @property
    def order(self) -> tuple[int, str]:
        """What drives are sorted by."""
        match = _SERIAL.match(self.serial)
        return (int(match.group(2)) if match else 1 << 30, self.device)


def all_disks() -> list[Disk]:
    """Return all drives, also the sources of uploads."""
    names = [name for name in os.listdir("/sys/block") if _DISK.match(name)]
    return sorted((Disk(f"/dev/{name}", name, _serial(name)) for name in names), key=lambda disk: disk.order)


def disks() -> list[Disk]:
    """Return the drives that a person knows of."""
    return [disk for disk in all_disks() if not disk.serial.startswith("upload")]


def _serial(name: str) -> str:
    """Read a drive's serial number: of SCSI from its vital product data page 0x80, of virtio from its attribute."""
    for path, start in ((f"/sys/block/{name}/device/vpd_pg80", 4), (f"/sys/block/{name}/serial", 0)):
        try:
            return read_short(path)[start:].strip(b" \0\n").decode("ascii", "replace")
        except OSError:
            continue
    return ""


def partitions_of(disk: Disk) -> list[str]:
    """Return the kernel names of a drive's partitions, by number."""
    base = f"/sys/block/{disk.name}"
    names = [name for name in os.listdir(base) if os.path.exists(f"{base}/{name}/partition")]
    return sorted(names, key=lambda name: partition_number(disk, name))


def partition_number(disk: Disk, name: str) -> int:
    """Return a partition's number."""
    return number(f"/sys/block/{disk.name}/{name}/partition")


def number(path: str) -> int:
    """Read a number from sysfs."""
    return int(read_short(path))


def read_short(path: str) -> bytes:
    """Read a short file of sysfs or proc. No file object: what runs for the first time is slow under emulation."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, SHORT)
    finally:
        os.close(descriptor)


def write_short(path: str, value: bytes) -> None:
    """Write to a file of sysfs, in the same way."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, value)
    finally:
        os.close(descriptor)


def size_bytes(device: str) -> int:
    """Return the size of a block device, by whichever name.

    Raises:
        OSError: ENOTBLK if it is none.
    """
    status = os.stat(device)
    if not stat.S_ISBLK(status.st_mode):
        raise OSError(errno.ENOTBLK, "not a block device", device)
    return number(f"/sys/dev/block/{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}/size") * SECTOR
