"""The call that brings whole trees to the host."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Data, Device, GuestPath, HostOutput, call


class ExportCalls:
    """Out of the image, many files at a time."""

    @call(number=105, cancellable=True, paged=True, data=Data.OUT_MANY)
    def export_tree(
        self, directory: GuestPath, names: list[bytes], drives: list[str], xattrs: bool, filename: HostOutput
    ) -> list[records.ExportItem]:
        """List trees and files of one directory (itself: an empty name), with the contents of regular files.

        Where a content lies plainly on one of the `drives` (named by their serial numbers) that the host can read
        itself, the item says where. The other contents come over the data channel, in the order of the items. Used by
        copy_out: the host's side is a sink of its own, `filename` is ignored.
        """

    @call(number=106)
    def content_map(self, path: GuestPath, drives: list[str]) -> records.ContentMap:
        """Say where the content of a file, or a device (a path under /dev/), lies on these drives.

        Used by download and checksum, which read it there.
        """

    @call(number=107, progress=True, cancellable=True)
    def digest_many(self, directory: GuestPath, names: list[bytes]) -> list[str | None]:
        """Return the SHA-256, in hex, of many regular files below a directory; None for one that cannot be read.

        Always made in the guest, from what it reads itself. No link is followed.
        """

    @call(number=108)
    def device_map(self, device: Device, drives: list[str]) -> records.ContentMap:
        """Say where the content of a device lies on these drives; what is in the kernel's memory is written first.

        Used by save_device.
        """
