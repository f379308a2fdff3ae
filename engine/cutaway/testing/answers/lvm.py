"""Answers about LVM2."""

from __future__ import annotations

from cutaway.records import LogicalVolume, PhysicalVolume, VolumeGroup
from cutaway.testing.answers.base import Family
from cutaway.testing.answers.volumes import logical_volumes, physical_volumes, volume_groups
from cutaway.testing.vfs import Refusal


class LvmAnswers(Family):
    """LvmCalls, answered."""

    def pvs(self) -> list[str]:
        """List the physical volumes."""
        return [volume.pv_name for volume in physical_volumes(self.guest)]

    def vgs(self) -> list[str]:
        """List the groups."""
        return [group.vg_name for group in volume_groups(self.guest)]

    def lvs(self) -> list[str]:
        """List the logical volumes."""
        return [volume.device for volume in logical_volumes(self.guest)]

    def pvs_full(self) -> list[PhysicalVolume]:
        """List the physical volumes with facts."""
        return physical_volumes(self.guest)

    def vgs_full(self) -> list[VolumeGroup]:
        """List the groups with facts."""
        return volume_groups(self.guest)

    def lvs_full(self) -> list[LogicalVolume]:
        """List the logical volumes with facts."""
        return logical_volumes(self.guest)

    def vg_activate_all(self, activate: bool) -> None:
        """Show or hide the logical volumes."""
        volumes = {volume.device for volume in logical_volumes(self.guest)}
        used = [mounted.device for mounted in self.tree.table if mounted.device in volumes]
        if used and not activate:
            raise Refusal("EBUSY", f"logical volume {used[0]} is in use", "lvm")
        self.guest.groups_active = activate
