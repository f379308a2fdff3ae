"""The line at the bottom: the newest line of the log, what is selected, and that nothing is written. GUI thread.

While something is waited for, it says so in place of the log, with a button that stops it. A line of the log goes after
a while: it may be about another image than the one that is shown by then.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from cutaway_app.controls.labels import ElidedLabel
from cutaway_app.models.log import LogModel

_BAR_WIDTH, _BAR_HEIGHT = 64, 4
#: How long the newest line of the log is shown.
LAST_MS = 8000


class StatusLine(QWidget):
    """Log, selection, mode.

    Args:
        log: The lines of which the newest is shown.
        log_action: Shows the whole log.
        stop_action: Stops what is waited for.
    """

    def __init__(self, log: LogModel, log_action: QAction, stop_action: QAction) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self._log = log
        self._selection = QLabel(self)
        self._selection.setAccessibleName("Selection")
        self._last = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._last.setAccessibleName("Last log line")
        self._last.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._last.setProperty("role", "muted")
        self._mode = QLabel(self)
        self._mode.setAccessibleName("Mode")
        self._mode.setProperty("role", "muted")
        self.show_mode(is_edited=False)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(_BAR_WIDTH, _BAR_HEIGHT)
        self._bar.setAccessibleName("Waiting")
        self._waiting = ElidedLabel("", self)
        self._waiting.setAccessibleName("What is waited for")
        self._stop = _button(stop_action, self)
        self.show_waiting("")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 10, 2)
        layout.setSpacing(10)
        layout.addWidget(_button(log_action, self))
        layout.addWidget(self._bar)
        layout.addWidget(self._waiting, 1)
        layout.addWidget(self._stop)
        layout.addWidget(self._last, 1)
        layout.addWidget(self._selection)
        layout.addWidget(self._mode)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(lambda: self._last.setText(""))
        log.rowsInserted.connect(self._show_last)

    def show_mode(self, *, is_edited: bool) -> None:
        """Show whether files can be put in; the image is never written."""
        self._mode.setText("Editing a copy" if is_edited else "Read-only")
        self._mode.setToolTip("Nothing is ever written to the image")

    def show_waiting(self, text: str) -> None:
        """Show what is waited for; "": nothing is."""
        self._waiting.setText(text)
        for widget in (self._bar, self._waiting, self._stop):
            widget.setVisible(bool(text))
        self._last.setVisible(not text)

    @property
    def waiting_text(self) -> str:
        """What is shown about waiting."""
        return self._waiting.text()

    def show_selection(self, text: str) -> None:
        """Show what is selected, or how much there is."""
        self._selection.setText(text)

    @property
    def last_text(self) -> str:
        """What is shown of the log."""
        return self._last.text()

    @property
    def selection_text(self) -> str:
        """What is shown about the selection."""
        return self._selection.text()

    def _show_last(self) -> None:
        line = self._log.last
        self._last.setText(f"{line.source}: {line.text}" if line else "")
        self._fading.start(LAST_MS)


def _button(action: QAction, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setAccessibleName(action.text())
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
