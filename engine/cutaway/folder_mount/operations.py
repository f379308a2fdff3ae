"""FUSE's questions, answered from an image's tree: paths as text with surrogates in, dictionaries and bytes out.

Runs in FUSE's thread, one question at a time. What would write is not here: the folder is mounted read-only, and
the kernel refuses it. Names of methods and keys are mfusepy's.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutaway.folder_mount.errnos import with_errnos
from cutaway.folder_mount.image_tree import ImageTree
from cutaway.folder_mount.links import inside
from cutaway.records import Stat

#: Inode numbers are of one file system each; the number of the file system goes above these bits.
INODE_BITS = 56


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the image's files are shown.

    Attributes:
        owner: User and group of everything; None: those of the image.
        links_inside: Whether absolute links lead into the folder instead of to the host's root.
    """

    owner: tuple[int, int] | None = None
    links_inside: bool = False


class Operations:
    """What FUSE asks.

    Args:
        tree: The mounted tree.
        appearance: How it is shown.
        on_ready: Called when the kernel has taken the mount.
    """

    #: Times are in nanoseconds.
    use_ns = True

    def __init__(self, tree: ImageTree, appearance: Appearance, on_ready: Callable[[], None]) -> None:
        self._tree, self._appearance, self._on_ready = tree, appearance, on_ready
        self._devices: dict[int, int] = {}

    def init_with_config(self, _connection: object, _config: object) -> None:
        """Tell that the folder can be used."""
        self._on_ready()

    @with_errnos
    def getattr(self, path: str, _handle: int | None = None) -> dict[str, int]:
        """Return a file's status."""
        return self._attributes(self._tree.status(os.fsencode(path)))

    @with_errnos
    def readdir(self, path: str, _handle: int) -> list[tuple[str, dict[str, int], int]]:
        """Return what is in a folder, as names with inode and type."""
        own = {"st_ino": 0, "st_mode": 0o040000}
        found = [(".", own, 0), ("..", own, 0)]
        for name, entry in self._tree.entries(os.fsencode(path)).items():
            known = {} if entry.stat is None else {"st_ino": self._inode(entry.stat), "st_mode": entry.stat.mode}
            found.append((os.fsdecode(name), known, 0))
        return found

    @with_errnos
    def readlink(self, path: str) -> str:
        """Return what a link says."""
        raw = os.fsencode(path)
        target = self._tree.target(raw)
        return os.fsdecode(inside(raw, target) if self._appearance.links_inside else target)

    @with_errnos
    def read(self, path: str, size: int, offset: int, _handle: int) -> bytes:
        """Return a part of a file."""
        return self._tree.read(os.fsencode(path), offset, size)

    @with_errnos
    def listxattr(self, path: str) -> list[str]:
        """Return the names of extended attributes."""
        return [os.fsdecode(name) for name in self._tree.attributes(os.fsencode(path))]

    @with_errnos
    def getxattr(self, path: str, name: str, _position: int = 0) -> bytes:
        """Return an extended attribute."""
        value = self._tree.attributes(os.fsencode(path)).get(os.fsencode(name))
        if value is None:
            raise OSError(errno.ENODATA, os.strerror(errno.ENODATA))
        return value

    @with_errnos
    def statfs(self, path: str) -> dict[str, int]:
        """Return how full the file system is."""
        use = self._tree.use(os.fsencode(path))
        names = ("bsize", "frsize", "blocks", "bfree", "bavail", "files", "ffree", "favail", "namemax")
        return {f"f_{name}": getattr(use, name) for name in names}

    def _attributes(self, status: Stat) -> dict[str, Any]:
        uid, gid = self._appearance.owner or (status.uid, status.gid)
        return {
            "st_ino": self._inode(status), "st_mode": status.mode, "st_nlink": status.nlink, "st_uid": uid,
            "st_gid": gid, "st_rdev": status.rdev, "st_size": status.size, "st_blksize": status.blksize,
            "st_blocks": status.blocks, "st_atime": status.atime_ns, "st_mtime": status.mtime_ns,
            "st_ctime": status.ctime_ns,
        }  # fmt: skip

    def _inode(self, status: Stat) -> int:
        """Return a number that tells hard links, and files of several file systems apart."""
        device = self._devices.setdefault(status.dev, len(self._devices))
        return status.ino + (device << INODE_BITS)
