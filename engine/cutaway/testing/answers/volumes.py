"""The records of LVM, made from the model."""

from __future__ import annotations

from cutaway.records import LogicalVolume, PhysicalVolume, VolumeGroup
from cutaway.testing.guest import Guest


def physical_volumes(guest: Guest) -> list[PhysicalVolume]:
    """Return the physical volumes: one for each group."""
    return [
        PhysicalVolume(
            block.name,
            group.pv_uuid,
            group.name,
            group.size_on(block.size_bytes),
            group.size_on(block.size_bytes) - group.used_bytes,
        )
        for block, group in guest.groups()
    ]


def volume_groups(guest: Guest) -> list[VolumeGroup]:
    """Return the volume groups."""
    return [
        VolumeGroup(
            group.name,
            group.uuid,
            group.size_on(block.size_bytes),
            group.size_on(block.size_bytes) - group.used_bytes,
            pv_count=1,
            lv_count=len(group.volumes),
            vg_attr="wz--n-",
        )
        for block, group in guest.groups()
        if group.name
    ]


def logical_volumes(guest: Guest) -> list[LogicalVolume]:
    """Return the logical volumes, active or not, by name."""
    attributes = "-wi-a-----" if guest.groups_active else "-wi-------"
    found = [
        LogicalVolume(
            f"/dev/{group.name}/{volume.name}", volume.name, group.name, volume.uuid, volume.size_bytes, attributes
        )
        for _, group in guest.groups()
        for volume in group.volumes
    ]
    return sorted(found, key=lambda volume: volume.device)
