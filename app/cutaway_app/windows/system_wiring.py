"""Wiring of what the overview offers for a system: the list of installed software, and its journal. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.models.image_session import ImageSession
from cutaway_app.names import display_line
from cutaway_app.operations.browse import FindEngine
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.journal_dialog import JournalDialog
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.software_dialog import SoftwareDialog


class SystemWiring(QObject):
    """Connects the overview with windows about a system.

    Attributes:
        software: The list of software that was opened last.
        journal: The journal that was opened last.
    """

    def __init__(self, window: MainWindow, shown: ImageWiring, find_engine: FindEngine) -> None:
        super().__init__()
        self._window, self._shown, self._find_engine = window, shown, find_engine
        self.software: SoftwareDialog | None = None
        self.journal: JournalDialog | None = None
        window.overview.software_requested.connect(self._list_software)
        window.overview.journal_requested.connect(self._show_journal)

    def _list_software(self, root: str) -> None:
        if self._shown.current is not None:
            self.list_software(self._shown.current, root)

    def _show_journal(self, root: str) -> None:
        if self._shown.current is not None:
            self.show_journal(self._shown.current, root)

    def list_software(self, session: ImageSession, root: str) -> None:
        """Show what is installed in a system of an image."""
        if (engine := self._engine_of(session)) is not None:
            self.software = SoftwareDialog(_title(session, root), engine.software(root), self._window)
            self.software.show()

    def show_journal(self, session: ImageSession, root: str) -> None:
        """Show the journal of a system of an image."""
        if (engine := self._engine_of(session)) is not None:
            self.journal = JournalDialog(_title(session, root), engine.log(b"/", root), self._window)
            self.journal.show()

    def _engine_of(self, session: ImageSession) -> ImageEngine | None:
        """Return what can be asked about an image's systems; None while nothing can."""
        return None if session.survey is None or session.death else self._find_engine(session)


def _title(session: ImageSession, root: str) -> str:
    systems = session.survey.systems if session.survey is not None else []
    return display_line(next((system.title for system in systems if system.root == root), root))
