"""Paths in the image: resolved by the kernel inside the mounted tree (openat2 with RESOLVE_IN_ROOT), so that no
symbolic link, however hostile, leads out of it. Families work on the descriptors that come from here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.syscalls import RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS, openat2

SYSROOT = "/sysroot"
_RESOLVE = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS


class NotMountedError(Exception):
    """Nothing is mounted on the root of the tree."""


class Sysroot:
    """The tree below a folder.

    Args:
        folder: Its root in the daemon's own tree.
        must_be_mounted: Whether to refuse while nothing is mounted there.
    """

    def __init__(self, folder: str = SYSROOT, *, must_be_mounted: bool = True) -> None:
        self.folder = folder
        self._must_be_mounted = must_be_mounted

    def is_mounted(self) -> bool:
        """Return whether a file system is mounted on the root, or mount points have been made in it."""
        if os.path.ismount(self.folder):
            return True
        return bool(os.listdir(self.folder))

    @contextmanager
    def opened(self, path: bytes, flags: int, mode: int = 0) -> Iterator[int]:
        """Open a path; the descriptor is closed at the end.

        Raises:
            OSError: as open(2), with the path in the image as its file name.
            NotMountedError: nothing is mounted.
        """
        descriptor = self.open(path, flags, mode)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def open(self, path: bytes, flags: int, mode: int = 0) -> int:
        """Open a path and return the descriptor; see `opened`."""
        if self._must_be_mounted and not self.is_mounted():
            raise NotMountedError
        root = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return openat2(root, path, flags, _RESOLVE, mode)
        finally:
            os.close(root)

    def look(self, path: bytes, *, follow: bool) -> int:
        """Return a descriptor that only names a file (O_PATH): of the link itself unless `follow`."""
        return self.open(path, os.O_PATH | (0 if follow else os.O_NOFOLLOW))

    @contextmanager
    def looked_at(self, path: bytes, *, follow: bool) -> Iterator[int]:
        """As `look`; the descriptor is closed at the end."""
        descriptor = self.look(path, follow=follow)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def parent_of(self, path: bytes) -> Iterator[tuple[int, bytes]]:
        """Open the folder that holds a path, and give it with the last component.

        Raises:
            OSError: EINVAL for the root itself or a path that ends in "..".
        """
        head, _, name = path.rstrip(b"/").rpartition(b"/")
        if name in {b"", b".", b".."}:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), os.fsdecode(path))
        with self.opened(head or b"/", os.O_RDONLY | os.O_DIRECTORY) as folder:
            yield folder, name

    def real_path(self, descriptor: int) -> bytes:
        """Return the path in the image of an open descriptor, all links resolved."""
        real = os.readlink(b"/proc/self/fd/%d" % descriptor)
        root = os.fsencode(os.path.realpath(self.folder))
        return real.removeprefix(root) or b"/"


def magic_path(descriptor: int) -> str:
    """Return a path that means exactly this descriptor, for calls that know only paths."""
    return f"/proc/self/fd/{descriptor}"
