"""What the drives are and hold."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace

from cutaway.records import BlockDevice, Filesystem, LogicalVolume, Partition, PhysicalVolume, Survey

from cutawayd import arrays, blkid, inspection, lvm, mdsysfs, ntfs_state
from cutawayd.arrays import Array
from cutawayd.drives import SECTOR, Disk, all_disks, disks, number, partition_number, partitions_of, size_bytes
from cutawayd.holders import RAID_MEMBER, all_holders, holders, probe
from cutawayd.mappings import mappings
from cutawayd.randomness import looks_random
from cutawayd.refusal import Refusal
from cutawayd.work import Work

#: Types that are no content of their own: what they hold is listed instead.
CONTAINERS = frozenset({"LVM2_member", RAID_MEMBER})
#: What may be an encrypted volume, for all that can be seen (records.Filesystem).
RANDOM = "random"
POLL_S = 0.002
LONG_SECTOR, GPT = 4096, b"EFI PART"
#: Serial numbers of the drives that were refused for this.
_told_to_be_short: set[str] = set()


def list_devices(work: Work) -> list[str]:  # noqa: ARG001 every call has it
    """List the drives."""
    return [disk.device for disk in disks()]


def list_partitions(work: Work) -> list[str]:
    """List the partitions of drives and arrays."""
    arrays.look(work)
    found = [*disks(), *(Disk(f"/dev/{name}", name, "") for name in mdsysfs.running())]
    return [f"/dev/{name}" for disk in found for name in partitions_of(disk)]


def list_filesystems(work: Work) -> dict[str, str]:
    """Map what can be mounted to its type."""
    found = {item.mountable: item.vfs_type for item in filesystems(work)}
    return {device: "unknown" if vfs_type == RANDOM else vfs_type for device, vfs_type in found.items()}


def filesystems(work: Work) -> list[Filesystem]:
    """List what can be mounted, with label, UUID and size."""
    found = [_content(device) for device in all_holders()] + _insides()
    found += _on_arrays(_arrays(work, found))
    if any(item.vfs_type == "LVM2_member" for item in found):
        _, volumes, _ = lvm.activate(work)
        found += [_content(volume.device) for volume in volumes if os.path.exists(volume.device)]
    return [item for item in found if item.vfs_type not in CONTAINERS]


def _insides() -> list[Filesystem]:
    """Return what the encrypted volumes hold that are unlocked; one in which nothing was ever written is random too."""
    found = [replace(_content(item.device), container=item.container) for item in mappings()]
    return [replace(item, vfs_type="unknown") if item.vfs_type == RANDOM else item for item in found]


def _arrays(work: Work, contents: list[Filesystem]) -> list[Array]:
    """Return the arrays of the members that were found, started if that can be."""
    return arrays.started(work, [item.mountable for item in contents if item.vfs_type == RAID_MEMBER])


def _on_arrays(found: list[Array]) -> list[Filesystem]:
    """Return what arrays hold; an encrypted volume's inside among it has been found as the others'."""
    return [_content(device) for array in found for device in array.holders]


def _content(device: str) -> Filesystem:
    return _filesystem(device, probe(device))


def _filesystem(device: str, content: blkid.Content) -> Filesystem:
    kind = content.vfs_type or "unknown"
    if content == blkid.Content() and looks_random(device):
        kind = RANDOM
    return Filesystem(device, kind, content.label, content.uuid, size_bytes(device))


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
    whole = {disk.device: probe(disk.device) for disk in found}
    held = {disk: whole[disk.device] for disk in found}
    devices = [_block_device(disk, content) for disk, content in held.items()]
    contents = [_filesystem(device, whole.get(device) or probe(device)) for device in holders(held)] + _insides()
    found_arrays = _arrays(work, contents)
    contents += _on_arrays(found_arrays)
    volumes: list[LogicalVolume] = []
    physical: list[PhysicalVolume] = []
    warnings = _warnings(devices) + arrays.warnings(found_arrays)
    if any(item.vfs_type == "LVM2_member" for item in contents):
        physical, volumes, incomplete = lvm.activate(work)
        warnings += incomplete
        contents += [_content(volume.device) for volume in volumes if os.path.exists(volume.device)]
    systems = inspection.inspect(work, [item for item in contents if item.vfs_type not in CONTAINERS])
    warnings += ntfs_state.warnings(contents, systems)
    running = [array.record for array in found_arrays if array.is_running]
    return Survey(devices, contents, physical, volumes, systems, warnings, running)


def _block_device(disk: Disk, content: blkid.Content) -> BlockDevice:
    if content.vfs_type == RAID_MEMBER:  # a table that shows through is the array's
        return BlockDevice(disk.device, size_bytes(disk.device), "")
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
                _refuse_short_sectors(disk)
                return disk.device
        work.check()
        time.sleep(POLL_S)
    raise OSError(errno.ETIMEDOUT, "the drive does not appear", serial)


def _refuse_short_sectors(disk: Disk) -> None:
    """Refuse, once, a drive on which the kernel found no partition because the table is made for longer sectors.

    Source: UEFI specification, section 5.3.2: the header of a GPT lies in the second sector.
    """
    if disk.serial in _told_to_be_short or partitions_of(disk):
        return
    if number(f"/sys/block/{disk.name}/queue/logical_block_size") == SECTOR and _reads(disk.device, LONG_SECTOR, GPT):
        _told_to_be_short.add(disk.serial)
        raise Refusal("SECTORSIZE", f"the partition table of {disk.device} is made for sectors of {LONG_SECTOR} bytes")


def _reads(device: str, offset: int, wanted: bytes) -> bool:
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, len(wanted), offset) == wanted
    except OSError:
        return False
    finally:
        os.close(descriptor)


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
