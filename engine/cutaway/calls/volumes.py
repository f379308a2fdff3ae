"""Calls that change what LVM2 manages (lvm(8)), or ask more of it than its lists tell.

On a drive added read-only what they write ends in its overlay.
"""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class VolumeCalls:
    """Volumes and groups changed. Names are LVM's: letters, digits and "+_.-", the first of them no "-".

    Fails with EINVAL if a name is none, with EIO and LVM's own words if it refuses.
    """

    @call(number=570, feature="lvm2", cancellable=True)
    def lvm_remove_all(self) -> None:
        """Remove all logical volumes, volume groups and physical volumes of all drives."""

    @call(number=571, feature="lvm2")
    def lvremove(self, device: Device) -> None:
        """Remove a logical volume, "/dev/VG/LV", or all of a group, "/dev/VG" (lvremove(8)). Not one that is in use."""

    @call(number=572, feature="lvm2")
    def vgremove(self, vgname: str) -> None:
        """Remove a volume group with its logical volumes (vgremove(8))."""

    @call(number=573, feature="lvm2")
    def pvremove(self, device: Device) -> None:
        """Wipe what makes a device a physical volume, whether or not a group misses it then (pvremove(8))."""

    @call(number=574, feature="lvm2")
    def pvresize(self, device: Device) -> None:
        """Let a physical volume have all of a device that has become larger or smaller (pvresize(8))."""

    @call(number=575, feature="lvm2")
    def pvresize_size(self, device: Device, size: int) -> None:
        """Let a physical volume have so many bytes of its device."""

    @call(number=576, feature="lvm2", cancellable=True)
    def vg_activate(self, activate: bool, volgroups: list[str]) -> None:
        """Activate or deactivate volume groups; none named: all."""

    @call(number=577, feature="lvm2")
    def lvcreate_free(self, logvol: str, volgroup: str, percent: int) -> None:
        """Make a logical volume of so many percent, 0 to 100, of what is free in a group."""

    @call(number=578, feature="lvm2")
    def lvresize(self, device: Device, mbytes: int) -> None:
        """Give a logical volume so many MiB (lvresize(8)). What lies behind the end of a smaller one is lost."""

    @call(number=579, feature="lvm2")
    def lvresize_free(self, lv: Device, percent: int) -> None:
        """Let a logical volume grow by so many percent, 0 to 100, of what is free in its group."""

    @call(number=580, feature="lvm2")
    def lvrename(self, logvol: str, newlogvol: str) -> None:
        """Rename a logical volume, "/dev/VG/OLD" to "/dev/VG/NEW" (lvrename(8))."""

    @call(number=581, feature="lvm2")
    def vgrename(self, volgroup: str, newvolgroup: str) -> None:
        """Rename a volume group (vgrename(8))."""

    @call(number=582, feature="lvm2")
    def pvuuid(self, device: Device) -> str:
        """Return the UUID of a physical volume, as LVM writes it. Fails with ENOENT if it is none."""

    @call(number=583, feature="lvm2")
    def vguuid(self, vgname: str) -> str:
        """Return the UUID of a volume group."""

    @call(number=584, feature="lvm2")
    def lvuuid(self, device: Device) -> str:
        """Return the UUID of a logical volume."""

    @call(number=585, feature="lvm2")
    def vgpvuuids(self, vgname: str) -> list[str]:
        """List the UUIDs of the physical volumes of a group."""

    @call(number=586, feature="lvm2")
    def vglvuuids(self, vgname: str) -> list[str]:
        """List the UUIDs of the logical volumes of a group."""

    @call(number=587, feature="lvm2")
    def lvm_canonical_lv_name(self, lvname: str) -> str:
        """Return the usual name, "/dev/VG/LV", of "/dev/mapper/VG-LV" and such. Fails with EINVAL if it is none."""

    @call(number=588, feature="lvm2", cancellable=True)
    def lvm_scan(self, activate: bool) -> None:
        """Look for volume groups, also on arrays, which are started; activate them if it is wished (pvscan(8))."""

    @call(number=589, feature="lvm2")
    def vgmeta(self, vgname: str) -> bytes:
        """Return the metadata of a group, as vgcfgbackup(8) writes them."""

    @call(number=590, feature="lvm2")
    def pvchange_uuid(self, device: Device) -> None:
        """Give a physical volume another UUID, at random; its group must not be active (pvchange(8))."""

    @call(number=591, feature="lvm2")
    def pvchange_uuid_all(self) -> None:
        """Do so with all physical volumes."""

    @call(number=592, feature="lvm2")
    def vgchange_uuid(self, vg: str) -> None:
        """Give a volume group another UUID, at random; it must not be active (vgchange(8))."""

    @call(number=593, feature="lvm2")
    def vgchange_uuid_all(self) -> None:
        """Do so with all volume groups."""

    @call(number=594, feature="lvm2", cancellable=True)
    def lvm_set_filter(self, devices: list[str]) -> None:
        """Let LVM see nothing but these drives, with their partitions, and partitions. Groups are deactivated before.

        It lasts until `lvm_clear_filter`, or the end of the appliance. Fails with EIO if something is in use.
        """

    @call(number=595, feature="lvm2", cancellable=True)
    def lvm_clear_filter(self) -> None:
        """Let LVM see everything again."""
