"""Calls that move data in bulk, over the data channel."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Data, GuestPath, HostInput, HostOutput, call


class TransferCalls:
    """Out of the image and into it. A failed or cancelled transfer leaves nothing partial."""

    @call(number=100, progress=True, cancellable=True, data=Data.OUT)
    def download(self, remotefile: GuestPath, filename: HostOutput) -> None:
        """Copy a file (or a device, a path under /dev/) from the image to the host.

        `filename` is a path, which appears only when it is complete and replaces what was there, or an open
        descriptor. Holes stay holes where the destination allows it.
        """

    @call(number=101, progress=True, cancellable=True, data=Data.OUT)
    def download_offset(self, remotefile: GuestPath, filename: HostOutput, offset: int, size: int) -> None:
        """Copy `size` bytes from `offset` of a file or device to the host."""

    @call(number=102, progress=True, cancellable=True, data=Data.OUT)
    def tar_out(
        self,
        directory: GuestPath,
        tarfile: HostOutput,
        compress: str | None = None,
        numericowner: bool = False,
        excludes: list[str] | None = None,
        xattrs: bool = False,
        selinux: bool = False,
        acls: bool = False,
    ) -> None:
        """Pack a directory into a tar file on the host; `compress` is None, "gzip", "xz", "bzip2" or "zstd"."""

    @call(number=103, progress=True, cancellable=True, data=Data.OUT_MANY)
    def download_many(
        self, directory: GuestPath, names: list[bytes], filename: HostOutput
    ) -> list[records.TransferFailure]:
        """Send the content of many regular files below a directory, one after another.

        Names are relative to the directory; no link on the way to a file is followed. Used by copy_out: the host's
        side is a sink of its own, `filename` is ignored.
        """

    @call(number=104, progress=True, cancellable=True, data=Data.IN)
    def upload(self, filename: HostInput, remotefile: GuestPath) -> None:
        """Copy a file of the host into the image (the overlay, if the drive was added read-only).

        The file in the image appears complete or not at all.
        """
