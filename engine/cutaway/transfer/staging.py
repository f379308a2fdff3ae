"""The hidden folder in which an extraction is built, on the same file system as its destination.

Everything is made relative to descriptors of folders, exclusively, following no link. Nobody but this user can enter
the folder until its content is moved to its place. Blocking; in the worker's thread.
"""

from __future__ import annotations

import os
from typing import Self

from cutaway.records import Stat
from cutaway.transfer.host_files import hidden_name
from cutaway.transfer.journal import JournalEntry, remove_tree
from cutaway.transfer.policy import ExtractPolicy

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Staging:
    """A hidden folder, and what is made in it. Paths are bytes, relative to it, of plain names only."""

    def __init__(self, destination: str, name: str, policy: ExtractPolicy) -> None:
        self._path = os.path.join(os.path.abspath(destination), hidden_name(name))
        self._policy = policy
        self._umask = _umask()
        os.mkdir(self._path, 0o700)
        self._journal = JournalEntry(self._path)
        self.descriptor = os.open(self._path, _OPEN_FOLDER)
        self._here = b""
        self._folder = os.dup(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the descriptors; the folder stays until `remove`. May be called again."""
        for descriptor in {self.descriptor, self._folder} - {-1}:
            os.close(descriptor)
        self.descriptor = self._folder = -1

    def remove(self) -> None:
        """Remove the folder with what is left in it."""
        self.close()
        remove_tree(self._path)
        self._journal.erase()

    def _enter(self, path: bytes) -> int:
        """Return a descriptor of a folder that was made before; valid until the next call."""
        if path == self._here:
            return self._folder
        above = self._here + b"/" if self._here else b""
        below = path.startswith(above) and bool(path)
        names = path[len(above) :].split(b"/") if below else [name for name in path.split(b"/") if name]
        at = os.dup(self._folder if below else self.descriptor)
        for name in names:
            try:
                entered = os.open(name, _OPEN_FOLDER, dir_fd=at)
            finally:
                os.close(at)
            at = entered
        os.close(self._folder)
        self._folder, self._here = at, path
        return at

    def _parent(self, path: bytes) -> tuple[int, bytes]:
        above, _, name = path.rpartition(b"/")
        return self._enter(above), name

    def make_folder(self, path: bytes) -> None:
        """Make a folder, open to its owner only."""
        parent, name = self._parent(path)
        os.mkdir(name, 0o700, dir_fd=parent)

    def make_file(self, path: bytes) -> int:
        """Make a file and return its descriptor."""
        parent, name = self._parent(path)
        return os.open(name, _NEW_FILE, 0o600, dir_fd=parent)

    def remove_file(self, path: bytes) -> None:
        """Remove a file."""
        parent, name = self._parent(path)
        os.unlink(name, dir_fd=parent)

    def make_link(self, path: bytes, target: bytes, status: Stat) -> None:
        """Make a symbolic link."""
        parent, name = self._parent(path)
        os.symlink(target, name, dir_fd=parent)
        if self._policy.keep_times:
            os.utime(name, ns=_times(status), dir_fd=parent, follow_symlinks=False)

    def make_hard_link(self, path: bytes, original: bytes) -> None:
        """Give a file that was made before a second name."""
        source, source_name = self._parent(original)
        source = os.dup(source)
        try:
            parent, name = self._parent(path)
            os.link(source_name, name, src_dir_fd=source, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(source)

    def finish_file(self, descriptor: int, status: Stat) -> None:
        """Give a file its permissions and times."""
        self._finish(descriptor, status, 0o666)

    def finish_folder(self, path: bytes, status: Stat) -> None:
        """Give a folder its permissions and times; what it holds has to be there."""
        self.finish_opened_folder(self._enter(path), status)

    def open_folder(self, path: bytes) -> int:
        """Return a descriptor of a folder for the caller, who closes it."""
        return os.dup(self._enter(path))

    def finish_opened_folder(self, descriptor: int, status: Stat) -> None:
        """Do the same for an open folder, wherever it is by now."""
        self._finish(descriptor, status, 0o777)

    def _finish(self, descriptor: int, status: Stat, usual: int) -> None:
        if self._policy.keep_times:
            os.utime(descriptor, ns=_times(status))
        mode = status.mode & 0o777 if self._policy.keep_modes else usual
        os.fchmod(descriptor, mode & ~self._umask)


def _times(status: Stat) -> tuple[int, int]:
    """Return times of a hostile file system as the kernel takes them."""
    low, high = -(1 << 62), 1 << 62
    return min(max(status.atime_ns, low), high), min(max(status.mtime_ns, low), high)


def _umask() -> int:
    """Return the umask without setting it, which would be seen by other threads."""
    with open("/proc/self/status", "rb") as file:
        found = next((line for line in file if line.startswith(b"Umask:")), b"Umask:\t0022")
    return int(found.split()[1], 8)
