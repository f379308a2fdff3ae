"""Calls about the bytes of devices: read, written, copied, wiped. What they write ends in the overlay, as ever."""

from __future__ import annotations

from cutaway.protocol.declaration import Device, GuestPath, Mountable, call


class RawDeviceCalls:
    """The bytes of devices, whatever they mean. A file system on them should not be mounted meanwhile."""

    @call(number=660, cancellable=True)
    def pread_device(self, device: Device, count: int, offset: int) -> bytes:
        """Read at most so many bytes, up to 3 MiB, from an offset on; fewer at the end."""

    @call(number=661)
    def pwrite_device(self, device: Device, content: bytes, offset: int) -> int:
        """Write bytes at an offset, and return how many were written: all, unless the device ends before."""

    @call(number=662)
    def zero(self, device: Device) -> None:
        """Overwrite the first 128 KiB with zeros: enough to make most file systems and tables unknown."""

    @call(number=663, progress=True, cancellable=True)
    def zero_device(self, device: Device) -> None:
        """Overwrite all of a device with zeros (BLKZEROOUT, linux/fs.h)."""

    @call(number=664, progress=True, cancellable=True)
    def is_zero_device(self, device: Device) -> bool:
        """Return whether a device holds nothing but zeros."""

    @call(number=665, feature="wipefs")
    def wipefs(self, device: Device) -> None:
        """Remove all signatures by which contents are recognised (wipefs(8)); the rest stays."""

    @call(number=666, feature="blkdiscard", progress=True, cancellable=True)
    def blkdiscard(self, device: Device) -> None:
        """Tell the drive that nothing of a device is needed any more (BLKDISCARD)."""

    @call(number=667, feature="blkdiscardzeroes")
    def blkdiscardzeroes(self, device: Device) -> bool:
        """Return whether what was discarded reads as zeros for certain; Linux promises it no more, so False."""

    @call(number=668, feature="scrub", cancellable=True)
    def scrub_device(self, device: Device) -> None:
        """Overwrite a device with random bytes thrice, and with zeros (shred(1))."""

    @call(number=669, feature="scrub", cancellable=True)
    def scrub_file(self, file: GuestPath) -> None:
        """Overwrite a file in this way, and remove it. Journals and copies on write may keep what was there."""

    @call(number=670, feature="scrub", cancellable=True)
    def scrub_freespace(self, dir: GuestPath) -> None:
        """Overwrite what a file system does not use, by a file in a new folder; the folder is removed afterwards."""

    @call(number=671, progress=True, cancellable=True)
    def copy_device_to_device(
        self,
        src: Device,
        dest: Device,
        srcoffset: int | None = None,
        destoffset: int | None = None,
        size: int | None = None,
        sparse: bool = False,
        append: bool = False,
    ) -> None:
        """Copy bytes; without a size all of the source from its offset on.

        Args:
            src: From where.
            dest: To where.
            srcoffset: Where to begin there, in bytes.
            destoffset: The same for the destination.
            size: How many bytes.
            sparse: Leave out what is zero: the destination is known to be so already.
            append: For files only.
        """

    @call(number=672, progress=True, cancellable=True)
    def copy_device_to_file(
        self,
        src: Device,
        dest: GuestPath,
        srcoffset: int | None = None,
        destoffset: int | None = None,
        size: int | None = None,
        sparse: bool = False,
        append: bool = False,
    ) -> None:
        """Copy from a device into a file of the image, which is made if need be, and emptied before.

        With `append` it is kept, and written at its end; with `sparse` what is zero becomes a hole.
        """

    @call(number=673, progress=True, cancellable=True)
    def copy_file_to_device(
        self,
        src: GuestPath,
        dest: Device,
        srcoffset: int | None = None,
        destoffset: int | None = None,
        size: int | None = None,
        sparse: bool = False,
        append: bool = False,
    ) -> None:
        """Copy from a file of the image onto a device."""

    @call(number=675, progress=True, cancellable=True)
    def copy_size(self, src: Mountable, dest: Mountable, size: int) -> None:
        """Copy so many bytes from the beginning of a device or file to another; a file has nothing else then."""
