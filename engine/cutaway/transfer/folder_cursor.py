"""Goes about in folders that we have made ourselves, by descriptors, following no link. Each thread has its own."""

from __future__ import annotations

import os

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class FolderCursor:
    """Remembers the folder it was in last: the next is mostly the same, or lies in it.

    Args:
        root: Descriptor of the folder that paths are relative to; it stays the caller's.
    """

    def __init__(self, root: int) -> None:
        self._root = os.dup(root)
        self._here = b""
        try:
            self._folder = os.dup(root)
        except OSError:
            os.close(self._root)
            raise

    def close(self) -> None:
        """Close the descriptors. May be called again."""
        for descriptor in {self._root, self._folder} - {-1}:
            os.close(descriptor)
        self._root = self._folder = -1

    def enter(self, path: bytes) -> int:
        """Return a descriptor of a folder; valid until the next call."""
        if path == self._here:
            return self._folder
        above = self._here + b"/" if self._here else b""
        below = path.startswith(above) and bool(path)
        names = path[len(above) :].split(b"/") if below else [name for name in path.split(b"/") if name]
        at = os.dup(self._folder if below else self._root)
        for name in names:
            try:
                entered = os.open(name, OPEN_FOLDER, dir_fd=at)
            finally:
                os.close(at)
            at = entered
        os.close(self._folder)
        self._folder, self._here = at, path
        return at

    def parent(self, path: bytes) -> tuple[int, bytes]:
        """Return a descriptor of the folder that something is in, and its name; valid until the next call."""
        above, _, name = path.rpartition(b"/")
        return self.enter(above), name
