"""Calls that make partitions, volumes and file systems; on a drive added read-only they end in its overlay."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class CreationCalls:
    """New things on drives."""

    @call(number=180)
    def part_init(self, device: Device, parttype: str) -> None:
        """Make an empty partition table, "mbr" or "gpt"."""

    @call(number=181)
    def part_add(self, device: Device, prlogex: str, startsect: int, endsect: int) -> None:
        """Add a primary partition from one sector (of 512 bytes) to another; -1: to the end."""

    @call(number=182, feature="lvm2")
    def pvcreate(self, device: Device) -> None:
        """Make a physical volume (pvcreate(8))."""

    @call(number=183, feature="lvm2")
    def vgcreate(self, volgroup: str, physvols: list[str]) -> None:
        """Make a volume group of physical volumes (vgcreate(8))."""

    @call(number=184, feature="lvm2")
    def lvcreate(self, logvol: str, volgroup: str, mbytes: int) -> None:
        """Make a logical volume of so many MiB (lvcreate(8))."""

    @call(number=185, cancellable=True)
    def mkfs(
        self,
        fstype: str,
        device: Device,
        label: str | None = None,
        blocksize: int | None = None,
        features: str | None = None,
        inode: int | None = None,
        sectorsize: int | None = None,
    ) -> None:
        """Make a file system (mkfs(8)).

        Args:
            fstype: Its type: "ext4", "xfs", "vfat" …
            device: Where.
            label: Its label.
            blocksize: The size in bytes of its blocks, a power of two; of what is called clusters elsewhere.
            features: What the type calls features, divided by commas.
            inode: The size in bytes of an inode; ext2 to ext4 only.
            sectorsize: For types that no appliance makes: EINVAL.
        """

    @call(number=186)
    def mkswap(self, device: Device, label: str | None = None, uuid: str | None = None) -> None:
        """Make swap space (mkswap(8))."""
