"""Calls about file systems of any type: checked, named, looked up. What they write ends in the overlay, as ever."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class FilesystemCalls:
    """What is asked of file systems whatever their type is. EOPNOTSUPP says that this type does not know it."""

    @call(number=600, cancellable=True)
    def fsck(self, fstype: str, device: Device) -> int:
        """Check a file system and correct what can be safely, and return the status that fsck(8) tells.

        0: nothing is wrong; otherwise the sum of 1 (corrected), 2 (restart), 4 (errors are left), 8 (not done) …
        """

    @call(number=601)
    def set_label(self, mountable: Mountable, label: str) -> None:
        """Give a file system another label: ext2 to ext4, xfs, btrfs, ntfs, vfat, exfat, f2fs, swap."""

    @call(number=602)
    def set_uuid(self, device: Device, uuid: str) -> None:
        """Give a file system another UUID: ext2 to ext4, xfs, btrfs, swap. It must not be mounted."""

    @call(number=603)
    def set_uuid_random(self, device: Device) -> None:
        """Give it one at random."""

    @call(number=604, cancellable=True)
    def vfs_minimum_size(self, mountable: Mountable) -> int:
        """Return the size in bytes to which a file system could be shrunk: ext2 to ext4, ntfs, btrfs, xfs.

        The last two must be mounted; an xfs never shrinks.
        """

    @call(number=605)
    def blkid(self, device: Device) -> dict[str, str]:
        """Return what is known of a device by blkid(8)'s names: "TYPE", "UUID", "LABEL", "PARTUUID" …"""

    @call(number=606)
    def findfs_uuid(self, uuid: str) -> str:
        """Return the device with the file system of that UUID. Fails with ENOENT."""

    @call(number=607)
    def findfs_label(self, label: str) -> str:
        """Return the first device with a file system of that label."""

    @call(number=608)
    def findfs_partuuid(self, uuid: str) -> str:
        """Return the partition of that UUID."""

    @call(number=609)
    def findfs_partlabel(self, label: str) -> str:
        """Return the first partition of that name."""

    @call(number=610)
    def filesystem_available(self, filesystem: str) -> bool:
        """Return whether the appliance's kernel can mount a type, as /proc/filesystems calls it."""

    @call(number=611, cancellable=True)
    def fstrim(
        self,
        mountpoint: GuestPath,
        offset: int | None = None,
        length: int | None = None,
        minimumfreeextent: int | None = None,
    ) -> None:
        """Tell the drive what a mounted file system does not use (FITRIM, linux/fs.h), in bytes."""

    @call(number=612)
    def mklost_and_found(self, mountpoint: GuestPath) -> None:
        """Make /lost+found on a mounted ext2, ext3 or ext4, with room for names (mklost+found(8))."""

    @call(number=613, progress=True, cancellable=True)
    def zero_free_space(self, directory: GuestPath) -> None:
        """Fill what a mounted file system does not use with zeros, by a file that is removed again."""
