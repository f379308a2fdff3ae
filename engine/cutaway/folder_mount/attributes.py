"""The extended attributes of the image's files, remembered. ls(1) asks for some of each file that it lists.

A program that asks about several files of one folder makes all of that folder be fetched by one call. Runs in FUSE's
thread.
"""

from __future__ import annotations

from cutaway.folder_mount.lru import Lru
from cutaway.handle import Handle
from cutaway.records import ExtendedAttribute

#: After so many single questions about a folder all of it is fetched.
QUESTIONS_MAX = 3
#: Files and folders that are remembered.
FILES_MAX, FOLDERS_MAX = 4096, 1000
#: Attributes of all files of remembered folders.
FOUND_MAX = 100_000

Found = dict[bytes, bytes]


class Attributes:
    """The attributes of files, of links themselves.

    Args:
        handle: A handle with a mounted tree.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._files: Lru[bytes, Found] = Lru(FILES_MAX)
        self._folders: Lru[bytes, dict[bytes, Found]] = Lru(FOUND_MAX, lambda found: len(found) + 1)
        self._questions: Lru[bytes, int] = Lru(FOLDERS_MAX)

    def of(self, path: bytes) -> Found:
        """Return the attributes of a file, by name.

        Raises:
            EngineError: they cannot be read.
        """
        folder, _, name = path.rpartition(b"/")
        known = self._folder(folder or b"/") if name else None
        if known is not None:
            return known.get(name, {})
        found = self._files.get(path)
        if found is None:
            found = _by_name(self._handle.lgetxattrs(path))
            self._files.put(path, found)
            self._questions.put(folder or b"/", (self._questions.get(folder or b"/") or 0) + 1)
        return found

    def _folder(self, folder: bytes) -> dict[bytes, Found] | None:
        """Return the attributes of all files of a folder, if they are known or it is worth it."""
        known = self._folders.get(folder)
        if known is None and (self._questions.get(folder) or 0) >= QUESTIONS_MAX:
            known = {entry.name: _by_name(entry.attributes) for entry in self._handle.scanxattrs(folder)}
            self._folders.put(folder, known)
        return known


def _by_name(attributes: list[ExtendedAttribute]) -> Found:
    return {item.name: item.value for item in attributes}
