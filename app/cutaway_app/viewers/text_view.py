"""The area with a file's text: read-only, searched with the keys for that. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from cutaway_app import theme
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.viewers.find_line import is_search_key


class TextView(QPlainTextEdit):
    """The area.

    Signals:
        search_requested(): the person wants to search (Ctrl+F).
    """

    search_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName("Content as text")
        self.setFont(theme.monospace())
        self.setTabChangesFocus(True)
        self.setTabStopDistance(8.0 * self.fontMetrics().horizontalAdvance(" "))
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(8)
        flag = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flag.TextSelectableByMouse | flag.TextSelectableByKeyboard)

    def event(self, event: QEvent) -> bool:
        """Take keys before the window's actions do."""
        return keep_key(event, StandardKey.Find, StandardKey.SelectAll, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin a search with Ctrl+F."""
        if is_search_key(event):
            self.search_requested.emit()
        else:
            super().keyPressEvent(event)
