"""Calls that ask the kernel about a block device, or tell it something (blockdev(8))."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, call


class BlockDeviceCalls:
    """What the kernel knows of a device. Whether it is read-only, and how far is read ahead, lasts until the end of
    the appliance, and is nowhere on the drive.
    """

    @call(number=550)
    def blockdev_setro(self, device: Device) -> None:
        """Let nothing be written to a device (BLKROSET, linux/fs.h)."""

    @call(number=551)
    def blockdev_setrw(self, device: Device) -> None:
        """Let a device be written again (BLKROSET). One that the host has added as read-only stays so: EACCES."""

    @call(number=552)
    def blockdev_getro(self, device: Device) -> bool:
        """Return whether nothing can be written to a device (BLKROGET)."""

    @call(number=553)
    def blockdev_getss(self, device: Device) -> int:
        """Return the size of a device's sectors in bytes: the least that can be read or written (BLKSSZGET)."""

    @call(number=554)
    def blockdev_getbsz(self, device: Device) -> int:
        """Return the size in bytes of the blocks in which the kernel keeps a device in memory (BLKBSZGET)."""

    @call(number=555)
    def blockdev_getra(self, device: Device) -> int:
        """Return how many sectors of 512 bytes are read ahead (BLKRAGET)."""

    @call(number=556)
    def blockdev_setra(self, device: Device, sectors: int) -> None:
        """Set how many sectors of 512 bytes are read ahead (BLKRASET)."""

    @call(number=557)
    def blockdev_flushbufs(self, device: Device) -> None:
        """Write what the kernel keeps of a device, and forget it (BLKFLSBUF)."""

    @call(number=558)
    def blockdev_rereadpt(self, device: Device) -> None:
        """Read a drive's partition table again (BLKRRPART). Fails with EBUSY while a partition of it is in use."""
