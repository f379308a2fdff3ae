"""The area with a file's text: read-only, searched with the keys for that. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from cutaway_app import theme
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.viewers.find_line import is_search_key


class TextView(QPlainTextEdit):
    """The area.

    Attributes:
        is_part: Whether it is a part of a file that is shown; keys then lead out of it.

    Signals:
        search_requested(): the person wants to search (Ctrl+F).
        step_requested(bool): the part before this one, or the one after it if true (Page Up, Page Down at its edges).
        edge_requested(bool): the beginning of the file, or its end if true (Ctrl+Home, Ctrl+End).
    """

    search_requested = Signal()
    step_requested = Signal(bool)
    edge_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_part = False
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
        """Begin a search with Ctrl+F, and leave a part at its edges."""
        if is_search_key(event):
            self.search_requested.emit()
        elif not self.is_part or not self._leaves(event):
            super().keyPressEvent(event)

    def _leaves(self, event: QKeyEvent) -> bool:
        """Ask for another part if a key means that."""
        key, bar = QKeySequence.StandardKey, self.verticalScrollBar()
        for edge, page, is_end, place in (
            (key.MoveToStartOfDocument, key.MoveToPreviousPage, False, bar.minimum()),
            (key.MoveToEndOfDocument, key.MoveToNextPage, True, bar.maximum()),
        ):
            if event.matches(edge):
                self.edge_requested.emit(is_end)
                return True
            if event.matches(page) and bar.value() == place:
                self.step_requested.emit(is_end)
                return True
        return False
