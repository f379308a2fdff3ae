"""Wiring of symbolic links: the way from a link to what it leads to. GUI thread.

Where it leads is found out in the guest, which never leaves the mounted tree.
"""

from __future__ import annotations

from cutaway.errors import Cancelled, EngineError, GuestError
from cutaway.records import FolderEntry
from PySide6.QtCore import QObject

from cutaway_app.bridge.tasks import async_slot
from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import Place
from cutaway_app.names import display_name, join_path, parent_path
from cutaway_app.operations.browse import FindEngine, Navigator
from cutaway_app.operations.preview import why_broken
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Notices
from cutaway_app.windows.search_wiring import SearchWiring
from cutaway_app.windows.where import Where


class LinkWiring(QObject):
    """Connects the action that goes to the target of the link that is selected."""

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        *,
        where: Where,
        search: SearchWiring,
        notices: Notices,
        find_engine: FindEngine,
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._where = window, navigator, where
        self._search, self._notices, self._find_engine = search, notices, find_engine
        self._action = window.actions_["go_to_target"]
        self._action.triggered.connect(self._go)
        window.browser.table.selectionModel().selectionChanged.connect(self._refresh)
        window.models.table.modelReset.connect(self._refresh)
        window.pages.currentChanged.connect(self._refresh)
        navigator.place_changed.connect(lambda _: notices.hide(about=self))
        self._refresh()

    def _link(self) -> FolderEntry | None:
        """Return the link that is selected, if one is and nothing else."""
        rows = self._window.browser.table.selected_rows()
        if self._where.place is None or len(rows) != 1:
            return None
        entry = self._window.models.table.entry(rows[0])
        return entry if entry.stat is not None and entry.stat.is_symlink else None

    def _refresh(self, *_: object) -> None:
        is_link = self._link() is not None
        self._action.setVisible(is_link)
        self._action.setEnabled(is_link)

    @async_slot
    async def _go(self, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's signal
        place, link = self._where.place, self._link()
        engine = self._find_engine(place.session) if place is not None else None
        if place is None or link is None or engine is None:
            return
        try:
            target = await engine.real_path(join_path(place.path, link.name))
        except Cancelled:
            return
        except GuestError as error:
            self._tell_broken(link, why_broken(error))
        except EngineError as error:
            self._notices.show_error(explain(error, doing="The target cannot be shown"), about=self, is_local=True)
        else:
            if self._where.place == place:
                self._show(place, target)

    def _tell_broken(self, link: FolderEntry, problem: str) -> None:
        text = f"It says {display_name(link.target)}: {problem}."
        self._notices.show(f"{display_name(link.name)} leads nowhere", text, "warning", about=self, is_local=True)

    def _show(self, place: Place, target: bytes) -> None:
        name = target.rpartition(b"/")[2]
        if name.startswith(b"."):
            self._window.actions_["hidden"].setChecked(True)
        self._search.end()
        self._navigator.go(Place(place.session, place.tree, parent_path(target)), select=name or None)
        self._window.browser.table.setFocus()
