"""Calls about btrfs: quotas, scrubbing, checks and rescue (btrfs(8))."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class BtrfsToolCalls:
    """What is asked of btrfs' own tools. Where a device may stand, it need not be mounted."""

    @call(number=544, feature="btrfs")
    def btrfs_quota_enable(self, fs: Mountable, enable: bool) -> None:
        """Switch quotas on or off."""

    @call(number=545, feature="btrfs", cancellable=True)
    def btrfs_quota_rescan(self, fs: Mountable) -> None:
        """Count anew what quota groups refer to, and wait until it is done."""

    @call(number=546, feature="btrfs")
    def btrfs_qgroup_limit(self, subvolume: GuestPath, size: int) -> None:
        """Limit the bytes of a subvolume."""

    @call(number=547, feature="btrfs")
    def btrfs_qgroup_create(self, qgroupid: str, subvolume: GuestPath) -> None:
        """Make a quota group, "LEVEL/NUMBER"."""

    @call(number=548, feature="btrfs")
    def btrfs_qgroup_destroy(self, qgroupid: str, subvolume: GuestPath) -> None:
        """Remove a quota group."""

    @call(number=549, feature="btrfs")
    def btrfs_qgroup_show(self, path: GuestPath) -> list[records.BtrfsQgroup]:
        """List the quota groups of a file system."""

    @call(number=559, feature="btrfs")
    def btrfs_qgroup_assign(self, src: str, dst: str, path: GuestPath) -> None:
        """Put a quota group into another."""

    @call(number=560, feature="btrfs")
    def btrfs_qgroup_remove(self, src: str, dst: str, path: GuestPath) -> None:
        """Take a quota group out of another."""

    @call(number=561, feature="btrfs")
    def btrfs_scrub_start(self, path: GuestPath) -> None:
        """Begin to read everything and compare it with its checksums, and do not wait."""

    @call(number=562, feature="btrfs")
    def btrfs_scrub_cancel(self, path: GuestPath) -> None:
        """Give a scrub up."""

    @call(number=563, feature="btrfs")
    def btrfs_scrub_resume(self, path: GuestPath) -> None:
        """Go on with a scrub that was given up, and do not wait."""

    @call(number=564, feature="btrfs")
    def btrfs_scrub_status(self, path: GuestPath) -> records.BtrfsScrub:
        """Return how far the last scrub has come."""

    @call(number=565, feature="btrfs", cancellable=True)
    def btrfs_scrub_full(self, path: GuestPath, readonly: bool = False) -> None:
        """Read everything, and mend what can be unless `readonly`. Fails if something is wrong for good."""

    @call(number=566, feature="btrfs", cancellable=True)
    def btrfs_rescue_chunk_recover(self, device: Device) -> None:
        """Rebuild the chunk tree from what is on the devices (btrfs-rescue(8))."""

    @call(number=567, feature="btrfs", cancellable=True)
    def btrfs_rescue_super_recover(self, device: Device) -> None:
        """Mend superblocks by their copies (btrfs-rescue(8))."""

    @call(number=568, feature="btrfs", cancellable=True)
    def btrfs_fsck(self, device: Device, superblock: int | None = None, repair: bool = False) -> None:
        """Check a file system that is not mounted, by a copy of its superblock if one is named (btrfs-check(8))."""

    @call(number=569, feature="btrfs")
    def btrfstune_seeding(self, device: Device, seeding: bool) -> None:
        """Make a file system a seed, which is read-only and may be built upon, or no longer (btrfstune(8))."""

    @call(number=596, feature="btrfs")
    def btrfstune_enable_extended_inode_refs(self, device: Device) -> None:
        """Allow more hard links to a file in one folder."""

    @call(number=597, feature="btrfs")
    def btrfstune_enable_skinny_metadata_extent_refs(self, device: Device) -> None:
        """Let references of metadata take less room."""

    @call(number=598, feature="btrfs", cancellable=True)
    def btrfs_image(self, source: list[str], image: GuestPath, compresslevel: int | None = None) -> None:
        """Write the metadata of a file system into a file of the image (btrfs-image(8))."""
