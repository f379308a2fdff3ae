"""Calls that mount and unmount; the mounted tree is what all paths of other calls refer to."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, Mountable, call


class MountCalls:
    """The mounted tree."""

    @call(number=20, cancellable=True)
    def mount(self, mountable: Mountable, mountpoint: GuestPath) -> None:
        """Mount a file system read-write (onto the drive's overlay, if it was added read-only).

        The mount point must exist, except for "/".
        """

    @call(number=21, cancellable=True)
    def mount_ro(self, mountable: Mountable, mountpoint: GuestPath) -> None:
        """Mount a file system read-only."""

    @call(number=22, cancellable=True)
    def mount_options(self, options: str, mountable: Mountable, mountpoint: GuestPath) -> None:
        """Mount a file system with options as in mount(8), comma-separated: "ro,noload"."""

    @call(number=23)
    def umount(self, pathordevice: Mountable) -> None:
        """Unmount a file system, named by its mount point or device."""

    @call(number=24)
    def umount_all(self) -> None:
        """Unmount everything."""

    @call(number=25)
    def mounts(self) -> list[str]:
        """List the mounted devices."""

    @call(number=26)
    def mountpoints(self) -> dict[str, bytes]:
        """Map each mounted device to its mount point."""

    @call(number=27)
    def mkmountpoint(self, exemptpath: GuestPath) -> None:
        """Make a directory in the empty root, to mount several file systems side by side."""

    @call(number=28, cancellable=True)
    def mount_tree(self, mounts: list[list[str | bytes]], readonly: bool = True) -> list[str]:
        """Unmount everything, then mount a whole tree: [[mountable, mountpoint, options], …], in that order.

        "/" must succeed, or the call fails with nothing mounted. Returns a sentence for each other one that did not.
        """

    @call(number=29)
    def mount_table(self) -> list[records.Mount]:
        """List what is mounted, with types and options."""
