"""The devices that can hold content: drives, their partitions, arrays and theirs; and what those do hold."""

from __future__ import annotations

from cutawayd import blkid
from cutawayd.drives import Disk, disks, number, partitions_of

RAID_MEMBER = "linux_raid_member"
#: File systems that fill a whole drive, with or without a partition table over them.
DISCS = frozenset({"iso9660", "udf"})


def holders(found: dict[Disk, blkid.Content]) -> list[str]:
    """Return the devices that can hold content: partitions, drives without any, discs, and members of arrays.

    An image of a disc that can also be written to a stick has a partition table around the same file system. There is
    no more in its partitions than in the whole, but for that of the firmware. A drive that is a member as a whole may
    show the array's partition table as its own, but its partitions are those of the array.

    Args:
        found: The drives with what is known of each as a whole; see `probe_if_partitioned`.
    """
    devices: list[str] = []
    for disk, content in found.items():
        partitions = [f"/dev/{name}" for name in partitions_of(disk) if not _is_extended(disk, name)]
        if content.vfs_type == RAID_MEMBER:
            devices.append(disk.device)
        elif content.vfs_type in DISCS:
            devices.append(disk.device)
            devices += [device for device in partitions if probe(device).vfs_type not in {"", content.vfs_type}]
        else:
            devices += partitions or [disk.device]
    return devices


def all_holders() -> list[str]:
    """Return those of all drives."""
    return holders({disk: probe_if_partitioned(disk) for disk in disks()})


def probe_if_partitioned(disk: Disk) -> blkid.Content:
    """Return what a drive with partitions holds beside them; others are holders anyway, and probed as such."""
    return probe(disk.device) if partitions_of(disk) else blkid.Content()


def _is_extended(disk: Disk, name: str) -> bool:
    """Return whether a partition is the box of logical ones: the kernel gives it two sectors."""
    return number(f"/sys/block/{disk.name}/{name}/size") <= 2


def probe(device: str) -> blkid.Content:
    """Return what a device holds; nothing if it cannot be read."""
    try:
        return blkid.probe(device)
    except OSError:
        return blkid.Content()


def is_member(device: str) -> bool:
    """Return whether a device is a member of an array."""
    try:
        return blkid.probe_kind(device).vfs_type == RAID_MEMBER
    except OSError:
        return False
