"""Calls that bring whole trees into an image, and one that packs them for another image.

An insertion fills a hidden folder beside the place where things shall appear, and moves them to their names at the
end: a failure or a cancellation leaves nothing.
"""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Data, GuestPath, HostInput, HostOutput, call


class InsertionCalls:
    """The steps of copy_in, made for it rather than for people; `upload` brings a single file in."""

    @call(number=110)
    def insert_begin(self, directory: GuestPath) -> records.InsertPlace:
        """Make the hidden folder of an insertion in a directory; what killed insertions have left there is removed."""

    @call(number=111, progress=True, cancellable=True, data=Data.IN)
    def insert_unpack(
        self, filename: HostInput, staging: GuestPath, into: bytes, acls: bool
    ) -> list[records.InsertFailure]:
        """Unpack a tar file of the host into a folder in the hidden folder; "" for the hidden folder itself.

        `acls` says whether there may be access control lists in it. What the file system cannot hold is told in the
        reply; a full one fails the call.
        """

    @call(number=112, progress=True, cancellable=True, data=Data.IN)
    def insert_fill(self, filename: HostInput, staging: GuestPath, path: bytes, extents: list[int]) -> None:
        """Give an unpacked, empty file its content; on failure it is removed.

        `extents` are offset and length of all parts that are no holes, one after another; empty: there are no holes.
        """

    @call(number=113)
    def insert_finish(
        self, staging: GuestPath, staged: list[bytes], names: list[bytes], conflict: str, sync: bool
    ) -> list[records.InsertPlace]:
        """Move what was staged to its names beside the hidden folder, all or nothing, and remove the hidden folder.

        `conflict` is "rename", "replace", "skip" or "fail", as in copy_out. With `sync` everything is on the disk
        before the first name appears. Without names it only removes the hidden folder.
        """

    @call(number=114, progress=True, cancellable=True, data=Data.OUT)
    def pack_path(self, path: GuestPath, tarfile: HostOutput) -> None:
        """Pack a file under its name, or the content of a directory, as a tar file that keeps all there is to keep."""
