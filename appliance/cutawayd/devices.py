"""What the drives are and hold."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace

from cutaway.records import BlockDevice, Filesystem, LogicalVolume, Partition, PhysicalVolume, Survey

from cutawayd import blkid, inspection, lvm
from cutawayd.drives import SECTOR, Disk, all_disks, disks, number, partition_number, partitions_of, size_bytes
from cutawayd.mappings import mappings
from cutawayd.work import Work

#: Types that are no content of their own: what they hold is listed instead.
CONTAINERS = frozenset({"LVM2_member", "linux_raid_member"})
#: File systems that fill a whole drive, with or without a partition table over them.
DISCS = frozenset({"iso9660", "udf"})
POLL_S = 0.002


def list_devices(work: Work) -> list[str]:  # noqa: ARG001 every call has it
    """List the drives."""
    return [disk.device for disk in disks()]


def list_partitions(work: Work) -> list[str]:  # noqa: ARG001 every call has it
    """List the partitions."""
    return [f"/dev/{name}" for disk in disks() for name in partitions_of(disk)]


def list_filesystems(work: Work) -> dict[str, str]:
    """Map what can be mounted to its type."""
    return {found.mountable: found.vfs_type for found in filesystems(work)}


def filesystems(work: Work) -> list[Filesystem]:
    """List what can be mounted, with label, UUID and size."""
    found = [_content(device) for device in _holders({disk: _probe_if_partitioned(disk) for disk in disks()})]
    found += _insides()
    if any(item.vfs_type == "LVM2_member" for item in found):
        _, volumes, _ = lvm.activate(work)
        found += [_content(volume.device) for volume in volumes if os.path.exists(volume.device)]
    return [item for item in found if item.vfs_type not in CONTAINERS]


def _insides() -> list[Filesystem]:
    """Return what the encrypted volumes hold that are unlocked."""
    return [replace(_content(item.device), container=item.container) for item in mappings()]


def _holders(found: dict[Disk, blkid.Content]) -> list[str]:
    """Return the devices that can hold content: partitions, drives without any, and discs.

    An image of a disc that can also be written to a stick has a partition table around the same file system. There is
    no more in its partitions than in the whole, but for that of the firmware.
    """
    holders: list[str] = []
    for disk, content in found.items():
        partitions = [f"/dev/{name}" for name in partitions_of(disk) if not _is_extended(disk, name)]
        if content.vfs_type in DISCS:
            holders.append(disk.device)
            holders += [device for device in partitions if _probe(device).vfs_type not in {"", content.vfs_type}]
        else:
            holders += partitions or [disk.device]
    return holders


def _probe_if_partitioned(disk: Disk) -> blkid.Content:
    """Return what a drive with partitions holds beside them; others are holders anyway, and probed as such."""
    return _probe(disk.device) if partitions_of(disk) else blkid.Content()


def _is_extended(disk: Disk, name: str) -> bool:
    """Return whether a partition is the box of logical ones: the kernel gives it two sectors."""
    return number(f"/sys/block/{disk.name}/{name}/size") <= 2


def _content(device: str) -> Filesystem:
    return _filesystem(device, _probe(device))


def _probe(device: str) -> blkid.Content:
    """Return what a device holds; nothing if it cannot be read."""
    try:
        return blkid.probe(device)
    except OSError:
        return blkid.Content()


def _filesystem(device: str, content: blkid.Content) -> Filesystem:
    return Filesystem(device, content.vfs_type or "unknown", content.label, content.uuid, size_bytes(device))


def vfs_type(work: Work, mountable: str) -> str:  # noqa: ARG001 every call has it
    """Return the type of what is on a device."""
    return blkid.probe(mountable).vfs_type


def vfs_label(work: Work, mountable: str) -> str:  # noqa: ARG001 every call has it
    """Return the label of what is on a device."""
    return blkid.probe(mountable).label


def vfs_uuid(work: Work, mountable: str) -> str:  # noqa: ARG001 every call has it
    """Return the UUID of what is on a device."""
    return blkid.probe(mountable).uuid


def blockdev_getsize64(work: Work, device: str) -> int:  # noqa: ARG001 every call has it
    """Return the size of a device."""
    return size_bytes(device)


def survey(work: Work) -> Survey:
    """Find everything."""
    found = disks()
    whole = {disk.device: _probe(disk.device) for disk in found}
    held = {disk: whole[disk.device] for disk in found}
    devices = [_block_device(disk, content) for disk, content in held.items()]
    contents = [_filesystem(device, whole.get(device) or _probe(device)) for device in _holders(held)] + _insides()
    volumes: list[LogicalVolume] = []
    physical: list[PhysicalVolume] = []
    warnings = _warnings(devices)
    if any(item.vfs_type == "LVM2_member" for item in contents):
        physical, volumes, incomplete = lvm.activate(work)
        warnings += incomplete
        contents += [_content(volume.device) for volume in volumes if os.path.exists(volume.device)]
    systems = inspection.inspect(work, [item for item in contents if item.vfs_type not in CONTAINERS])
    return Survey(devices, contents, physical, volumes, systems, warnings)


def _block_device(disk: Disk, content: blkid.Content) -> BlockDevice:
    partitions = [_partition(disk, name) for name in partitions_of(disk)]
    return BlockDevice(disk.device, size_bytes(disk.device), content.partition_table, partitions)


def _partition(disk: Disk, name: str) -> Partition:
    base = f"/sys/block/{disk.name}/{name}"
    start, size = number(f"{base}/start") * SECTOR, number(f"{base}/size") * SECTOR
    return Partition(f"/dev/{name}", partition_number(disk, name), start, size)


def _warnings(devices: list[BlockDevice]) -> list[str]:
    sentences = [
        f"{device.device} has a partition table without a usable partition"
        for device in devices
        if device.partition_table and not device.partitions
    ]
    sentences += [
        f"{partition.device} reaches beyond the end of {device.device}: the image may be truncated"
        for device in devices
        for partition in device.partitions
        if partition.start_bytes + partition.size_bytes > device.size_bytes
    ]
    return sentences


def wait_for_drive(work: Work, serial: str, timeout_ms: int) -> str:
    """Wait for a drive to appear."""
    deadline = time.monotonic() + timeout_ms / 1000
    while time.monotonic() < deadline:
        for disk in all_disks():
            if disk.serial == serial and _is_usable(disk.device):
                return disk.device
        work.check()
        time.sleep(POLL_S)
    raise OSError(errno.ETIMEDOUT, "the drive does not appear", serial)


def _is_usable(device: str) -> bool:
    """Return whether a drive can be opened. The kernel lets nobody open it before it has looked for partitions."""
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENXIO, errno.ENODEV}:
            return False
        raise
    return True


def wait_for_drive_gone(work: Work, device: str, timeout_ms: int) -> None:
    """Wait for a drive to go."""
    deadline = time.monotonic() + timeout_ms / 1000
    while os.path.exists(f"/sys/block/{os.path.basename(device)}"):
        if time.monotonic() >= deadline:
            raise OSError(errno.ETIMEDOUT, "the drive does not go", device)
        work.check()
        time.sleep(POLL_S)
