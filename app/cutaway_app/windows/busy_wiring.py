"""Wiring of waiting: what a folder waits for is stopped, and if it does not come at once it is told. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer

from cutaway_app.figures import size_text
from cutaway_app.models.image_session import Place
from cutaway_app.names import display_name
from cutaway_app.operations.browse import Navigator
from cutaway_app.windows.main_window import MainWindow

#: What comes within this time needs no word.
PATIENCE_MS = 150


class BusyWiring(QObject):
    """Connects the navigator with the status line and the Escape key."""

    def __init__(self, window: MainWindow, navigator: Navigator) -> None:
        super().__init__()
        self._window, self._navigator = window, navigator
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._show)
        window.actions_["stop"].setEnabled(False)
        window.actions_["stop"].triggered.connect(navigator.halt)
        navigator.busy_changed.connect(self._on_busy_changed)
        navigator.findings.told = self._on_searched
        self._share = ""

    def _on_busy_changed(self, is_busy: bool) -> None:  # noqa: FBT001 a signal's argument
        self._share = ""
        if is_busy:
            self._window.preview.stop_work()
            self._timer.start()
        else:
            self._timer.stop()
            self._say("")

    def _on_searched(self, done: int, total: int) -> None:
        """Say how much was looked through: of all, as soon as it is known how much that is."""
        share = f" {min(100, done * 100 // total)} %" if total else f" {size_text(done)}"
        if share != self._share:
            self._share = share
            if self._window.actions_["stop"].isEnabled():
                self._show()

    def _show(self) -> None:
        place = self._navigator.wanted or self._navigator.place
        if place is not None:
            is_search = bool(self._navigator.sought) and self._navigator.wanted is None
            self._say(f"Searching {display_name(place.path)}…{self._share}" if is_search else _words(place))

    def _say(self, text: str) -> None:
        window = self._window
        window.status.show_waiting(text)
        window.actions_["stop"].setEnabled(bool(text))
        shape = Qt.CursorShape.BusyCursor if text else Qt.CursorShape.ArrowCursor
        window.browser.table.viewport().setCursor(shape)


def _words(place: Place) -> str:
    session = place.session
    if session.tree != place.tree:
        return f"Mounting {session.trees[place.tree].title} of {session.name}…"
    return f"Listing {display_name(place.path)}…"
