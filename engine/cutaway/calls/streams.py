"""Calls about the alternate data streams of NTFS: further contents of a file, which are called FILE:STREAM."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class StreamCalls:
    """Streams are there if the file system was mounted with the option "streams_interface=windows" (ntfs-3g(8))."""

    @call(number=480, feature="linuxxattrs")
    def ntfs_streams(self, path: GuestPath) -> list[records.DataStream]:
        """List the alternate data streams of a file or folder; each is read as the file PATH:NAME.

        Fails with ENOTSUP if its file system has none, or is mounted without the option.
        """
