"""Files that lie on the host already, as an ordinary drag or a copy to the clipboard: works with every target.

GUI thread, but for `remove`, which may take its time. The private folder for such files is made here; extracting into
it is an operation's work.
"""

from __future__ import annotations

import os
import tempfile
import urllib.parse

import platformdirs
from cutaway.transfer.journal import JournalEntry, remove_tree
from PySide6.QtCore import QMimeData

URI_LIST = "text/uri-list"
#: What GNOME's family and MATE's Caja read, where others read the list.
COPIED_FILES = ("x-special/gnome-copied-files", "x-special/mate-copied-files")
KDE_IS_CUT = "application/x-kde-cutselection"


def file_address(path: str) -> bytes:
    """Return a file's address. NB: QUrl would lose a name that is not UTF-8."""
    return b"file://" + urllib.parse.quote_from_bytes(os.fsencode(path)).encode()


def uri_list(paths: list[str]) -> bytes:
    """Return files as a list of addresses."""
    return b"".join(file_address(path) + b"\r\n" for path in paths)


def staged_mime(paths: list[str]) -> QMimeData:
    """Return files of the host as what is dragged."""
    mime = QMimeData()
    mime.setData(URI_LIST, uri_list(paths))
    return mime


def copied_mime(paths: list[str]) -> QMimeData:
    """Return files of the host as what is copied to the clipboard; file managers want to know that they are not cut."""
    mime = staged_mime(paths)
    copied = b"\n".join([b"copy", *map(file_address, paths)])
    for kind in COPIED_FILES:
        mime.setData(kind, copied)
    mime.setData(KDE_IS_CUT, b"0")
    return mime


class StagingFolder:
    """A private folder for files on their way out; one that a killed program has left is removed by a later one.

    Args:
        parent: Where to make it; without, in the user's cache, which is on a disk where /tmp may be memory.
    """

    def __init__(self, parent: str | None = None) -> None:
        if parent is None:
            parent = str(platformdirs.user_cache_path("cutaway"))
            os.makedirs(parent, mode=0o700, exist_ok=True)
        self.path = tempfile.mkdtemp(prefix="outgoing-", dir=parent)
        self._note = JournalEntry(self.path)

    def new_batch(self) -> str:
        """Return a fresh folder below, so that equal names of two selections do not meet."""
        return tempfile.mkdtemp(prefix="", dir=self.path)

    def remove(self) -> None:
        """Remove it with all that is in it. Blocking.

        Raises:
            OSError: Something cannot be removed; a later program tries again.
        """
        remove_tree(self.path)
        self._note.erase()
