"""The clipboard with files that lie on the host; taken back when those are about to vanish. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from cutaway_app.drag.staging import copied_mime


class FileClipboard(QObject):
    """Puts files onto the clipboard."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_ours = False
        QGuiApplication.clipboard().dataChanged.connect(self._on_data_changed)

    def put(self, paths: list[str]) -> None:
        """Let these files be pasted."""
        QGuiApplication.clipboard().setMimeData(copied_mime(paths))
        self._is_ours = True

    def take_back(self) -> None:
        """Leave nothing to paste, unless something else has been copied since, anywhere."""
        if self._is_ours:
            QGuiApplication.clipboard().clear()

    def _on_data_changed(self) -> None:
        self._is_ours = False
