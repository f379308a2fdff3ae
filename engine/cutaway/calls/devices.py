"""Calls about drives, partitions and what is on them."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Device, Mountable, call


class DeviceCalls:
    """What the drives are and hold; works without any mount."""

    @call(number=1)
    def list_devices(self) -> list[str]:
        """List the drives, as "/dev/sda", in the order in which they were added."""

    @call(number=2)
    def list_partitions(self) -> list[str]:
        """List all partitions of all drives, as "/dev/sda1"."""

    @call(number=3, cancellable=True)
    def list_filesystems(self) -> dict[str, str]:
        """Map each mountable (drive, partition or logical volume) to its type, "unknown" if it has none.

        Swap is "swap", an encrypted volume "crypto_LUKS" or "BitLocker". Volume groups are activated first.
        """

    @call(number=4)
    def vfs_type(self, mountable: Mountable) -> str:
        """Return the type of the file system on a device, as blkid(8) names it; "" if there is none."""

    @call(number=5)
    def vfs_label(self, mountable: Mountable) -> str:
        """Return the label of the file system on a device; "" if it has none."""

    @call(number=6)
    def vfs_uuid(self, mountable: Mountable) -> str:
        """Return the UUID of the file system on a device; "" if it has none."""

    @call(number=7)
    def blockdev_getsize64(self, device: Device) -> int:
        """Return the size of a block device in bytes (BLKGETSIZE64, linux/fs.h)."""

    @call(number=8, cancellable=True)
    def survey(self) -> records.Survey:
        """Find everything on all drives in one go: tables, volumes, file systems, operating systems.

        Complete volume groups are activated. File systems are mounted read-only for a moment where that is needed
        to recognise a system; existing mounts are not touched.
        """

    @call(number=9, cancellable=True)
    def filesystems(self) -> list[records.Filesystem]:
        """List everything that list_filesystems finds, with label, UUID and size."""

    @call(number=10)
    def wait_for_drive(self, serial: str, timeout_ms: int) -> str:
        """Wait until the drive of that serial number has appeared; return its device name.

        The host calls it after a hot-plug. Fails with ETIMEDOUT; and once with SECTORSIZE, if its partition table is
        made for longer sectors than it has: who wants it as it is calls again.
        """

    @call(number=11)
    def wait_for_drive_gone(self, device: str, timeout_ms: int) -> None:
        """Wait until a hot-unplugged drive is gone. Fails with ETIMEDOUT."""
