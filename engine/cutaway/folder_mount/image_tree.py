"""The mounted tree of a handle as FUSE asks for it: statuses, folders, content, attributes, all remembered.

Blocking, for one thread: FUSE's; content is read ahead in another. Knows nothing of FUSE itself.
"""

from __future__ import annotations

import os
import threading

from cutaway.folder_mount.attributes import Attributes
from cutaway.folder_mount.blocks import UNIT, Blocks
from cutaway.folder_mount.listings import Listing, Listings
from cutaway.handle import Handle
from cutaway.records import Stat, StatVfs


class ImageTree:
    """A launched handle with a mounted tree.

    Args:
        handle: The handle; nobody else need be kept from it, but calls queue.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._listings = Listings(handle)
        self._blocks = Blocks(self._fetch)
        self._attributes = Attributes(handle)
        self._scratch = os.memfd_create("cutaway-read-ahead")
        self._scratch_in_use = threading.Lock()

    def close(self) -> None:
        """Give back the memory of what was read ahead."""
        self._blocks.close()
        with self._scratch_in_use:
            os.close(self._scratch)
            self._scratch = -1

    def status(self, path: bytes) -> Stat:
        """Return the status of a file, a folder or a link itself."""
        return self._listings.status(path)

    def entries(self, folder: bytes) -> Listing:
        """Return what is in a folder."""
        return self._listings.entries(folder)

    def target(self, path: bytes) -> bytes:
        """Return what a symbolic link says."""
        return self._listings.target(path)

    def read(self, path: bytes, offset: int, length: int) -> bytes:
        """Return a part of a file's content, cut at its end."""
        return self._blocks.read(path, self.status(path).size, offset, length)

    def attributes(self, path: bytes) -> dict[bytes, bytes]:
        """Return the extended attributes of a file, of a link itself."""
        return self._attributes.of(path)

    def use(self, path: bytes) -> StatVfs:
        """Return how full the file system is that holds a path."""
        return self._handle.statvfs(path)

    def _fetch(self, path: bytes, offset: int, length: int) -> bytes:
        """Bring a part of a file: a small one as a call's answer, a large one by the much quicker data channel."""
        if length <= UNIT:
            return self._handle.pread(path, length, offset)
        with self._scratch_in_use:
            os.ftruncate(self._scratch, 0)
            os.lseek(self._scratch, 0, os.SEEK_SET)
            self._handle.download_offset(path, self._scratch, offset, length)
            return os.pread(self._scratch, length, 0)
