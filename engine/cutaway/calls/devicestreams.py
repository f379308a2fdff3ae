"""Calls that send devices and files as programs pack them, to files of the host and back."""

from __future__ import annotations

from cutaway.protocol.declaration import Data, Device, GuestPath, HostInput, HostOutput, Mountable, call


class DeviceStreamCalls:
    """Contents packed: by compressors, and by ntfsclone(8), which leaves out what an NTFS does not use."""

    @call(number=636, feature="ntfs3g", progress=True, cancellable=True, data=Data.OUT)
    def ntfsclone_out(
        self,
        device: Device,
        backupfile: HostOutput,
        metadataonly: bool = False,
        rescue: bool = False,
        ignorefscheck: bool = False,
        preservetimestamps: bool = False,
        force: bool = False,
    ) -> None:
        """Save an NTFS into a file of the host, in ntfsclone's own format.

        Args:
            device: What it is on; it must not be mounted.
            backupfile: The file.
            metadataonly: Leave out what files hold.
            rescue: Go on where something cannot be read.
            ignorefscheck: Go on where the file system is inconsistent.
            preservetimestamps: With `metadataonly`: keep times.
            force: Go on although the volume is marked for a check.
        """

    @call(number=637, feature="ntfs3g", cancellable=True, data=Data.IN)
    def ntfsclone_in(self, backupfile: HostInput, device: Device) -> None:
        """Write an NTFS that was saved so onto a device."""

    @call(number=638, feature="ntfs3g", cancellable=True, data=Data.OUT)
    def ntfscat_i(self, device: Mountable, inode: int, filename: HostOutput) -> None:
        """Send what a file of an NTFS holds, by its number; the volume must not be mounted (ntfscat(8))."""

    @call(number=639, progress=True, cancellable=True, data=Data.OUT)
    def compress_out(self, ctype: str, file: GuestPath, zfile: HostOutput, level: int | None = None) -> None:
        """Send a file of the image compressed: by "gzip", "bzip2", "xz" or "zstd", at a level of 1 to 9."""

    @call(number=643, progress=True, cancellable=True, data=Data.OUT)
    def compress_device_out(self, ctype: str, device: Device, zdevice: HostOutput, level: int | None = None) -> None:
        """Send a device compressed."""

    @call(number=644, feature="ntfs3g", cancellable=True)
    def ntfs_chmod(self, device: Device, mode: int, path: str, recursive: bool = False) -> None:
        """Set the permissions of a file on an NTFS that is not mounted, or of all below a folder (ntfssecaudit(8))."""
