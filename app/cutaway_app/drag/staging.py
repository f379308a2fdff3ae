"""Files that lie on the host already, as an ordinary drag or a copy to the clipboard: works with every target.

GUI thread. The private folder for such files is made here; extracting into it is an operation's work.
"""

from __future__ import annotations

import os
import shutil
import tempfile

from PySide6.QtCore import QMimeData, QUrl


def staged_mime(paths: list[str]) -> QMimeData:
    """Return files of the host as what is dragged or copied."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


class StagingFolder:
    """A private folder for files on their way out; removed with `remove`, at the latest when the program ends."""

    def __init__(self, parent: str | None = None) -> None:
        self.path = tempfile.mkdtemp(prefix="cutaway-drag-", dir=parent)

    def new_batch(self) -> str:
        """Return a fresh folder below, so that equal names of two drags do not meet."""
        return tempfile.mkdtemp(prefix="", dir=self.path)

    def remove(self) -> None:
        """Remove it with all that is in it; what cannot be removed stays."""
        if os.path.isdir(self.path):
            shutil.rmtree(self.path, ignore_errors=True)
