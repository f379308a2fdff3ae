"""Lets files be dropped onto a table: into the folder under the mouse, else into the one that is shown. GUI thread.

It looks at the viewport's events while it is switched on; else a drop is for the window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QTableView

from cutaway_app.drag.incoming import may_hold_files, paths_of


class DropTarget(QObject):
    """Takes drops for a table.

    Args:
        table: The table.
        is_folder: Tells whether a row is a folder.

    Signals:
        files_dropped(object, int): these paths (list of str), onto this row; -1: onto none that is a folder.
    """

    files_dropped = Signal(object, int)

    def __init__(self, table: QTableView, is_folder: Callable[[int], bool]) -> None:
        super().__init__(table)
        self._table, self._is_folder = table, is_folder
        self._is_on = False
        self._frame = QFrame(table.viewport())
        self._frame.setProperty("role", "drop")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._frame.hide()

    @property
    def is_on(self) -> bool:
        """Whether drops are taken."""
        return self._is_on

    def switch(self, *, on: bool) -> None:
        """Take drops from now on, or leave them to the window."""
        if on == self._is_on:
            return
        self._is_on = on
        viewport = self._table.viewport()
        viewport.setAcceptDrops(on)
        viewport.installEventFilter(self) if on else viewport.removeEventFilter(self)
        self._frame.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow a drag of files from another program."""
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDragMoveEvent):
                return self._follow(event)
            case QEvent.Type.DragLeave:
                self._frame.hide()
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                return self._take(event)
        return False

    def _follow(self, event: QDragMoveEvent) -> bool:
        if event.source() is not None or not may_hold_files(event.mimeData()):
            return False
        self._mark(self._row_at(event.position().toPoint()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _take(self, event: QDropEvent) -> bool:
        if event.source() is not None or not may_hold_files(event.mimeData()):
            return False
        self._frame.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.files_dropped.emit(paths_of(event.mimeData()), self._row_at(event.position().toPoint()))
        return True

    def _row_at(self, place: QPoint) -> int:
        index = self._table.indexAt(place)
        return index.row() if index.isValid() and self._is_folder(index.row()) else -1

    def _mark(self, row: int) -> None:
        """Show where a drop would go: a row, or all."""
        area = self._table.viewport().rect()
        if row >= 0:
            rows = self._table.verticalHeader()
            area = QRect(0, rows.sectionViewportPosition(row), area.width(), rows.sectionSize(row))
        self._frame.setGeometry(area)
        self._frame.raise_()
        self._frame.show()
