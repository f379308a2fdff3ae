"""Wiring of journals: the link in the overview, and the window that it opens. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from cutaway_app.models.image_session import ImageSession
from cutaway_app.names import display_line
from cutaway_app.operations.browse import FindEngine
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.journal_dialog import JournalDialog
from cutaway_app.windows.main_window import MainWindow


class JournalWiring(QObject):
    """Connects the overview with journals of systems.

    Attributes:
        dialog: The one that was opened last.
    """

    def __init__(self, window: MainWindow, shown: ImageWiring, find_engine: FindEngine) -> None:
        super().__init__()
        self._window, self._shown, self._find_engine = window, shown, find_engine
        self.dialog: JournalDialog | None = None
        window.overview.journal_requested.connect(self._open_for_current)

    def _open_for_current(self, root: str) -> None:
        if self._shown.current is not None:
            self.open(self._shown.current, root)

    def open(self, session: ImageSession, root: str) -> None:
        """Show the journal of a system of an image."""
        engine = self._find_engine(session)
        if engine is None or session.survey is None or session.death:
            return
        title = next((system.title for system in session.survey.systems if system.root == root), root)
        self.dialog = JournalDialog(display_line(title), engine.log(b"/", root), self._window)
        self.dialog.show()
