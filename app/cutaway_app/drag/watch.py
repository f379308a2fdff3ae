"""Tells whether a drag that ended with nothing was refused by another program, or given up. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication


class DragWatch(QObject):
    """Looks on during one drag."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_given_up = False

    def begin(self) -> None:
        """Look on from when the drag's own loop runs: a filter installed later than Qt's sees the keys before it."""
        QTimer.singleShot(0, self, self._install)

    def _install(self) -> None:
        if (app := QCoreApplication.instance()) is not None:
            app.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take note of the key that ends a drag."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._is_given_up = True
        return False

    def end(self) -> bool:
        """Look on no more; return whether another program had the chance to take what was dragged."""
        if (app := QCoreApplication.instance()) is not None:
            app.removeEventFilter(self)
        self.deleteLater()
        # Wayland tells nobody where the pointer is outside one's own windows.
        is_outside = QGuiApplication.platformName() == "wayland" or QApplication.topLevelAt(QCursor.pos()) is None
        return is_outside and not self._is_given_up
