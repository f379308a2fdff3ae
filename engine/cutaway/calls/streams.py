"""Calls about the alternate data streams of NTFS: further contents of a file, which are called FILE:STREAM."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Data, GuestPath, HostOutput, call


class StreamCalls:
    """Streams are there if the file system was mounted with the option "streams_interface=windows" (ntfs-3g(8))."""

    @call(number=480, feature="linuxxattrs")
    def ntfs_streams(self, path: GuestPath) -> list[records.DataStream]:
        """List the alternate data streams of a file or folder; each is read as the file PATH:NAME.

        Fails with ENOTSUP if its file system has none, or is mounted without the option.
        """

    @call(number=750, feature="ntfs3g", cancellable=True)
    def file_streams(self, path: GuestPath) -> list[records.DataStream]:
        """List the alternate data streams of a file or folder, whatever its file system was mounted with.

        ENOTSUP if that is no NTFS. The volume is mounted once more for it, for a moment, where nobody else looks.
        """

    @call(number=751, feature="ntfs3g", cancellable=True)
    def stream_read(self, path: GuestPath, name: bytes, count: int, offset: int = 0) -> bytes:
        """Return up to `count` bytes of an alternate data stream from `offset`, see `file_streams`; 2 MiB at most."""

    @call(number=752, feature="ntfs3g", progress=True, cancellable=True, data=Data.OUT)
    def stream_download(self, path: GuestPath, name: bytes, filename: HostOutput) -> None:
        """Copy an alternate data stream to a file of the host, see `file_streams` and `download`."""
