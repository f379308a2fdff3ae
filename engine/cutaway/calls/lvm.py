"""Calls about LVM2 (lvm(8))."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import call


class LvmCalls:
    """Physical volumes, volume groups, logical volumes."""

    @call(number=120, feature="lvm2")
    def pvs(self) -> list[str]:
        """List the devices that are physical volumes."""

    @call(number=121, feature="lvm2")
    def vgs(self) -> list[str]:
        """List the names of the volume groups."""

    @call(number=122, feature="lvm2")
    def lvs(self) -> list[str]:
        """List the logical volumes, as "/dev/VG/LV"."""

    @call(number=123, feature="lvm2")
    def pvs_full(self) -> list[records.PhysicalVolume]:
        """List the physical volumes with their facts."""

    @call(number=124, feature="lvm2")
    def vgs_full(self) -> list[records.VolumeGroup]:
        """List the volume groups with their facts."""

    @call(number=125, feature="lvm2")
    def lvs_full(self) -> list[records.LogicalVolume]:
        """List the logical volumes with their facts."""

    @call(number=126, feature="lvm2", cancellable=True)
    def vg_activate_all(self, activate: bool) -> None:
        """Activate or deactivate all volume groups."""
