"""Calls that tell facts of single kinds of contents: discs, arrays, f2fs; and what the kernel can be told to know."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class FactCalls:
    """What belongs nowhere else."""

    @call(number=618)
    def isoinfo_device(self, device: Device) -> records.IsoInfo:
        """Return what the primary volume descriptor of an ISO 9660 disc says. Fails with EINVAL if there is none."""

    @call(number=619)
    def isoinfo(self, isofile: GuestPath) -> records.IsoInfo:
        """Return the same of a disc in a file."""

    @call(number=628, feature="mdadm")
    def md_stat(self, md: Device) -> list[records.ArrayMember]:
        """List the members of an array that runs, as /proc/mdstat has them."""

    @call(number=629, feature="f2fs", cancellable=True)
    def f2fs_expand(self, device: Device) -> None:
        """Let an f2fs that is not mounted have all of its device (resize.f2fs(8))."""

    @call(number=634, cancellable=True)
    def mount_vfs(self, options: str, vfstype: str, mountable: Mountable, mountpoint: GuestPath) -> None:
        """Mount as a type that the caller knows, where mount finds out by itself; it takes no other type."""

    @call(number=635)
    def modprobe(self, modulename: str) -> None:
        """Load a kernel module of the appliance (modprobe(8))."""
