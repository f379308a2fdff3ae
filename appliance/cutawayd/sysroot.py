"""Paths in the image: resolved by the kernel inside the mounted tree (openat2 with RESOLVE_IN_ROOT), so that no
symbolic link, however hostile, leads out of it. Families work on the descriptors that come from here.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from cutawayd.syscalls import (
    RESOLVE_BENEATH,
    RESOLVE_IN_ROOT,
    RESOLVE_NO_MAGICLINKS,
    RESOLVE_NO_SYMLINKS,
    before_mounts,
    openat2,
)

SYSROOT = "/sysroot"
#: The kernel takes paths of less than 4096 bytes at a time; trees may be deeper.
PATH_PIECE = 3500
_RESOLVE = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
_BELOW = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS


class NotMountedError(Exception):
    """Nothing is mounted on the root of the tree."""


class Sysroot:
    """The tree below a folder.

    Args:
        folder: Its root in the daemon's own tree.
        must_be_mounted: Whether to refuse while nothing is mounted there.
        keeps_root: Whether its root stays open until something is mounted or unmounted: for one that lives on.
    """

    def __init__(self, folder: str = SYSROOT, *, must_be_mounted: bool = True, keeps_root: bool = False) -> None:
        self.folder = folder
        self._must_be_mounted = must_be_mounted
        self._keeps_root = keeps_root
        self._root = -1
        if keeps_root:
            before_mounts.append(self.forget_root)

    def forget_root(self) -> None:
        """Close the root, if it is open, and look anew for it next time."""
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    @cached_property
    def _outer_device(self) -> int:
        """The device number of what the folder lies on while nothing is mounted there."""
        return os.stat(os.path.dirname(self.folder)).st_dev

    def is_usable(self, root: int) -> bool:
        """Return whether a file system is mounted on the root, or mount points have been made in it."""
        return os.fstat(root).st_dev != self._outer_device or bool(os.listdir(self.folder))

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
        if self._keeps_root:
            if self._root < 0:
                self._root = self.open_root()
            return openat2(self._root, path, flags, _RESOLVE, mode)
        root = self.open_root()
        try:
            return openat2(root, path, flags, _RESOLVE, mode)
        finally:
            os.close(root)

    def open_root(self) -> int:
        """Return a descriptor (O_PATH) of the root itself.

        Raises:
            NotMountedError: nothing is mounted.
        """
        root = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if self._must_be_mounted and not self.is_usable(root):
            os.close(root)
            raise NotMountedError
        return root

    def look(self, path: bytes, *, follow: bool) -> int:
        """Return a descriptor that only names a file (O_PATH): of the link itself unless `follow`."""
        return self.open(path, os.O_PATH | (0 if follow else os.O_NOFOLLOW))

    def status(self, path: bytes, *, follow: bool) -> os.stat_result:
        """Return the status of a file; of the link itself unless `follow`."""
        descriptor = self.open(path, os.O_PATH if follow else os.O_PATH | os.O_NOFOLLOW)
        try:
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    def open_file(self, path: bytes) -> int:
        """Open a regular file to be read; nothing else is touched, which could wait for ever.

        Raises:
            OSError: EISDIR, EINVAL: it is something else.
        """
        with self.looked_at(path, follow=True) as seen:
            mode = os.fstat(seen).st_mode
            if stat.S_ISDIR(mode):
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
            if not stat.S_ISREG(mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            return os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)

    @contextmanager
    def file(self, path: bytes) -> Iterator[int]:
        """As `open_file`; the descriptor is closed at the end."""
        descriptor = self.open_file(path)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

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

    def name_inside(self, folder: int, name: bytes) -> bytes:
        """Return the name by which calls find an entry of an open folder: what is above the root is the root itself.

        Raises:
            OSError: EINVAL for what is more than a name.
        """
        if b"/" in name:
            raise OSError(errno.EINVAL, "a name cannot hold '/'", name)
        return b"." if name == b".." and self.real_path(folder) == b"/" else name

    def real_path(self, descriptor: int) -> bytes:
        """Return the path in the image of an open descriptor, all links resolved."""
        real = os.readlink(b"/proc/self/fd/%d" % descriptor)
        root = os.fsencode(os.path.realpath(self.folder))
        return real.removeprefix(root) or b"/"


def leads_to_folder(root: int, path: bytes) -> bool:
    """Return whether a path below an open root resolves to a directory."""
    try:
        os.close(openat2(root, path, os.O_PATH | os.O_DIRECTORY, _RESOLVE))
    except OSError:
        return False
    return True


def open_below(folder: int, path: bytes, flags: int) -> int:
    """Open what a relative path of any length names below an open folder; no link on the way is followed.

    Raises:
        OSError: with the path as its file name.
    """
    start, opened = folder, []
    try:
        while len(path) > PATH_PIECE:
            cut = path.rfind(b"/", 0, PATH_PIECE)
            if cut <= 0:
                raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), os.fsdecode(path))
            start = openat2(start, path[:cut], os.O_PATH | os.O_DIRECTORY, _BELOW)
            opened.append(start)
            path = path[cut + 1 :]
        return openat2(start, path or b".", flags | os.O_NOFOLLOW, _BELOW)
    finally:
        for descriptor in opened:
            os.close(descriptor)


def magic_path(descriptor: int) -> str:
    """Return a path that means exactly this descriptor, for calls that know only paths."""
    return f"/proc/self/fd/{descriptor}"
