"""Calls about btrfs: its subvolumes, devices, quotas (btrfs(8))."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class BtrfsVolumeCalls:
    """What only btrfs has. Paths are of something on a mounted one; where a device may stand, none need be mounted."""

    @call(number=680, feature="btrfs", cancellable=True)
    def mkfs_btrfs(
        self,
        devices: list[str],
        allocstart: int | None = None,
        bytecount: int | None = None,
        datatype: str | None = None,
        leafsize: int | None = None,
        label: str | None = None,
        metadata: str | None = None,
        nodesize: int | None = None,
        sectorsize: int | None = None,
    ) -> None:
        """Make a btrfs on one device or several (mkfs.btrfs(8)).

        Args:
            devices: Which.
            allocstart: Means nothing any more.
            bytecount: The size of the file system in bytes.
            datatype: The profile of data: "single", "dup", "raid0", "raid1", "raid10" …
            leafsize: What `nodesize` was called once.
            label: Its label.
            metadata: The profile of metadata.
            nodesize: The size in bytes of its trees' nodes, a power of two.
            sectorsize: That of its sectors.
        """

    @call(number=681, feature="btrfs")
    def btrfs_subvolume_create(self, dest: GuestPath, qgroupid: str | None = None) -> None:
        """Make a subvolume, in a quota group if one is named."""

    @call(number=682, feature="btrfs")
    def btrfs_subvolume_delete(self, subvolume: GuestPath) -> None:
        """Remove a subvolume with all that is in it, subvolumes excepted: those make it fail."""

    @call(number=683, feature="btrfs")
    def btrfs_subvolume_snapshot(
        self, source: GuestPath, dest: GuestPath, ro: bool = False, qgroupid: str | None = None
    ) -> None:
        """Make a snapshot of a subvolume, read-only if it is wished."""

    @call(number=684, feature="btrfs", paged=True)
    def btrfs_subvolume_list(self, fs: Mountable) -> list[records.BtrfsSubvolume]:
        """List all subvolumes by their numbers."""

    @call(number=685, feature="btrfs")
    def btrfs_subvolume_set_default(self, id: int, fs: GuestPath) -> None:
        """Say which subvolume is mounted when none is named."""

    @call(number=686, feature="btrfs")
    def btrfs_subvolume_get_default(self, fs: Mountable) -> int:
        """Return which subvolume that is; 5 is the top of the file system."""

    @call(number=687, feature="btrfs")
    def btrfs_subvolume_show(self, subvolume: GuestPath) -> dict[str, str]:
        """Return what btrfs-subvolume(8) shows of a subvolume: "Name", "UUID", "Creation time" …"""

    @call(number=688, feature="btrfs")
    def btrfs_filesystem_show(self, device: Device) -> list[str]:
        """List the devices of the file system that a device is one of. Fails with EINVAL if it is of no btrfs."""

    @call(number=689, feature="btrfs", cancellable=True)
    def btrfs_filesystem_resize(self, mountpoint: GuestPath, size: int | None = None) -> None:
        """Give a mounted file system so many bytes of its first device, or all of it."""

    @call(number=690, feature="btrfs", cancellable=True)
    def btrfs_filesystem_sync(self, fs: GuestPath) -> None:
        """Write everything of a file system to its devices."""

    @call(number=691, feature="btrfs", cancellable=True)
    def btrfs_filesystem_defragment(self, path: GuestPath, flush: bool = False, compress: str | None = None) -> None:
        """Defragment a file, or all that is in a folder; compress it by "zlib", "lzo" or "zstd" if one is named."""

    @call(number=692, feature="btrfs", cancellable=True)
    def btrfs_filesystem_balance(self, fs: GuestPath) -> None:
        """Distribute everything anew over the devices."""

    @call(number=693, feature="btrfs")
    def btrfs_balance_pause(self, path: GuestPath) -> None:
        """Let a balance pause."""

    @call(number=694, feature="btrfs")
    def btrfs_balance_cancel(self, path: GuestPath) -> None:
        """Give a balance up."""

    @call(number=695, feature="btrfs", cancellable=True)
    def btrfs_balance_resume(self, path: GuestPath) -> None:
        """Let a balance go on."""

    @call(number=696, feature="btrfs")
    def btrfs_balance_status(self, path: GuestPath) -> records.BtrfsBalance:
        """Return how far a balance is."""

    @call(number=697, feature="btrfs", cancellable=True)
    def btrfs_device_add(self, devices: list[str], fs: GuestPath) -> None:
        """Add devices to a mounted file system; what they hold is lost."""

    @call(number=698, feature="btrfs", cancellable=True)
    def btrfs_device_delete(self, devices: list[str], fs: GuestPath) -> None:
        """Remove devices from a mounted file system, which moves what is on them to the others."""

    @call(number=699, feature="btrfs", cancellable=True)
    def btrfs_replace(self, srcdev: Device, targetdev: Device, mntpoint: GuestPath) -> None:
        """Put another device in the place of one, which moves what is on it there."""
