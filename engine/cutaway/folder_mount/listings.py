"""What is in the image's folders, remembered: the image cannot change while it is mounted, and a call costs much.

A program that asks for one name in a folder gets one small call; one that asks for many makes the folder be listed
once, with the status of everything in it. Runs in FUSE's thread.
"""

from __future__ import annotations

import errno
import os

from cutaway.calls import AllCalls
from cutaway.folder_mount.lru import Lru
from cutaway.handle import Handle
from cutaway.records import FolderEntry, Stat
from cutaway.transfer.policy import NAME_MAX, is_plain_name

#: After so many single questions about a folder it is listed.
QUESTIONS_MAX = 8
#: A folder that nobody has listed is not listed for the sake of questions, if it holds more than this.
UNASKED_MAX = 5000
#: Entries of all remembered folders; one takes about 500 bytes.
ENTRIES_MAX = 100_000
#: Folders whose questions are counted.
COUNTED_MAX = 1000

Listing = dict[bytes, FolderEntry]


class Listings:
    """The folders of the mounted tree.

    Args:
        handle: A handle with a mounted tree.
        entries_max: How many entries are remembered; for tests.
    """

    def __init__(self, handle: Handle, *, entries_max: int = ENTRIES_MAX) -> None:
        self._handle = handle
        self._listings: Lru[bytes, Listing] = Lru(entries_max, lambda listing: len(listing) + 1)
        self._questions: Lru[bytes, int] = Lru(COUNTED_MAX)
        self._root: Stat | None = None

    def entries(self, folder: bytes) -> Listing:
        """Return what is in a folder, by name.

        Raises:
            EngineError: it cannot be listed.
        """
        listing = self._listings.get(folder)
        if listing is None:
            listing = {entry.name: entry for entry in self._handle.scandir(folder) if is_shown(entry.name)}
            self._listings.put(folder, listing)
        return listing

    def status(self, path: bytes) -> Stat:
        """Return the status of anything but what a link leads to.

        Raises:
            EngineError: it cannot be read.
            OSError: ENOENT, or EIO for an entry that is damaged.
        """
        if path == b"/":
            self._root = self._root or self._handle.lstat(path)
            return self._root
        entry = self._remembered(path)
        if entry is None:
            return self._handle.lstat(path)
        if entry.stat is None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return entry.stat

    def target(self, path: bytes) -> bytes:
        """Return what a symbolic link says.

        Raises:
            EngineError: it is none, or cannot be read.
        """
        entry = self._remembered(path)
        return entry.target if entry is not None and entry.target else self._handle.readlink(path)

    def _remembered(self, path: bytes) -> FolderEntry | None:
        """Return an entry of a folder that has been listed, or is worth it; None: ask for this one."""
        folder, _, name = path.rpartition(b"/")
        folder = folder or b"/"
        listing = self._listings.get(folder)
        if listing is None and self._is_worth_listing(folder):
            listing = self._list_if_small(folder)
        if listing is None:
            return None
        if name not in listing:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return listing[name]

    def _is_worth_listing(self, folder: bytes) -> bool:
        questions = (self._questions.get(folder) or 0) + 1
        self._questions.put(folder, questions)
        return questions == QUESTIONS_MAX + 1

    def _list_if_small(self, folder: bytes) -> Listing | None:
        """List a folder that nobody wants to see; give up when it turns out to be large."""
        listing: Listing = {}
        pages = self._handle.pages(AllCalls.scandir, folder)
        for page in pages:
            listing.update((entry.name, entry) for entry in page if is_shown(entry.name))
            if len(listing) > UNASKED_MAX:
                pages.close()  # that cancels the call
                return None
        self._listings.put(folder, listing)
        return listing


def is_shown(name: bytes) -> bool:
    """Tell whether the kernel takes a name: a single other one would make it refuse the whole folder."""
    return is_plain_name(name) and len(name) <= NAME_MAX
