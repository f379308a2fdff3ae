"""Wiring of going somewhere: every way in which a person says where to, to the navigator. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.errors import EngineError, NotFound
from cutaway.records import FolderEntry
from PySide6.QtCore import QModelIndex, QObject

from cutaway_app.bridge.tasks import async_slot
from cutaway_app.error_messages import explain
from cutaway_app.figures import count_text
from cutaway_app.models.image_session import ImageSession, Place, SessionState
from cutaway_app.names import display_name, join_path, normal_path
from cutaway_app.operations.browse import FindEngine, Navigator
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices
from cutaway_app.windows.selection_wiring import SelectionWiring
from cutaway_app.windows.where import Where


class BrowseWiring(QObject):
    """Connects path bar, sidebar, tree, table and keys with the navigator.

    Attributes:
        file_opened: Called with a file that a person opens, and where it is, beside its preview.
    """

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        *,
        images: ImageWiring,
        where: Where,
        selection: SelectionWiring,
        notices: Notices,
        find_engine: FindEngine,
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._images = window, navigator, images
        self._where, self._selection = where, selection
        self._notices, self._find_engine = notices, find_engine
        self.file_opened: Callable[[Place, FolderEntry], None] = lambda _place, _entry: None
        self._table, self._tree = window.models.table, window.models.tree
        navigator.place_changed.connect(self._on_place_changed)
        navigator.reloaded.connect(lambda _: self._notices.hide(about=self))
        navigator.failed.connect(self._on_failed)
        navigator.found_many.connect(self._on_found_many)
        navigator.stopped.connect(self._on_stopped)
        navigator.select_requested.connect(self._select)
        self._connect_views()
        self._connect_actions()

    def _connect_views(self) -> None:
        window = self._window
        window.browser.table.opened.connect(self._on_row_opened)
        window.browser.tree.clicked.connect(self._on_tree_chosen)
        window.browser.tree.activated.connect(self._on_tree_chosen)
        window.top_bar.path_bar.path_requested.connect(self._go_to_path)
        window.top_bar.path_bar.edit_ended.connect(self._where.focus_page)
        window.top_bar.path_bar.overview_requested.connect(window.actions_["overview"].trigger)
        window.sidebar.clicked.connect(self._on_sidebar_chosen)
        window.sidebar.activated.connect(self._on_sidebar_chosen)
        window.overview.filesystem_opened.connect(self._open_filesystem)

    def _connect_actions(self) -> None:
        actions, navigator = self._window.actions_, self._navigator
        actions["back"].triggered.connect(self._go_back)
        actions["forward"].triggered.connect(lambda: navigator.step(1))
        actions["up"].triggered.connect(navigator.up)
        actions["home"].triggered.connect(self._go_home)
        actions["open_entry"].triggered.connect(self._open_current)
        actions["reload"].triggered.connect(navigator.reload)
        actions["edit_path"].triggered.connect(self._window.top_bar.path_bar.edit)

    def _on_place_changed(self, place: Place | None) -> None:
        self._selection.arrive(place)
        self._notices.hide(about=self)

    def _on_failed(self, error: EngineError, place: Place) -> None:
        if place.session.death:
            self._images.restarts.tell(place.session)
            return
        self._leave_opening_page()
        what = where_is(place)
        has_part = place == self._navigator.place and self._table.rowCount() > 0
        doing = f"Not all of {what} is shown" if has_part else f"{what[:1].upper()}{what[1:]} cannot be shown"
        text = explain(error, doing=doing)
        self._notices.show_error(text, about=self, is_local=True)

    def _on_stopped(self, _place: Place, is_cut_off: bool) -> None:  # noqa: FBT001 a signal's argument
        self._leave_opening_page()
        place, sought = self._navigator.place, self._navigator.sought
        if not is_cut_off or place is None:
            return
        title = f"Not all of {where_is(place)} is shown"
        text = "Listing it was stopped."
        if sought:
            title, text = f"Not all of {where_is(place)} was searched", "The search was stopped."
        again = [Answer("Search All" if sought else "List All", self._navigator.reload)]
        self._notices.show(title, text, "info", again, about=self, is_local=True)

    def _on_found_many(self, count: int) -> None:
        text = "Look for a longer text, or in a folder further down."
        what = "files" if self._navigator.sought.in_contents else "names"
        title = f"The search has ended after {count_text(count)} {what}"
        self._notices.show(title, text, "info", about=self, is_local=True)

    def _leave_opening_page(self) -> None:
        """Show what there is of the image, when the folder that was waited for does not come."""
        session = self._images.current
        is_waiting = session is not None and session.state is SessionState.BROWSING
        if session is not None and is_waiting and self._window.pages.currentWidget() is self._window.opening:
            self._images.show_overview_of(session)

    def _go_back(self) -> None:
        place = self._navigator.place
        if self._where.place is None and place is not None:
            self._images.show_session(place.session)
        else:
            self._navigator.step(-1)

    def _go_home(self) -> None:
        place = self._navigator.place
        if place is not None:
            self._navigator.go(Place(place.session, place.tree, b"/"))

    def _open_current(self) -> None:
        rows = self._window.browser.table.selected_rows()
        if rows:
            current = self._window.browser.table.currentIndex().row()
            self._on_row_opened(current if current in rows else rows[0])

    def _on_row_opened(self, row: int) -> None:
        place, entry = self._where.place, self._table.entry(row)
        if place is None:
            return
        if entry.leads_to_folder or (entry.stat is not None and entry.stat.is_dir):
            self._navigator.go(Place(place.session, place.tree, join_path(place.path, entry.name)))
        else:
            self._window.actions_["details"].setChecked(True)
            self._window.preview.take_focus()
            self.file_opened(place, entry)

    def _on_tree_chosen(self, index: QModelIndex) -> None:
        place, path = self._navigator.place, self._tree.node(index).path
        if place is not None and path != place.path:
            self._navigator.go(Place(place.session, place.tree, path))

    def _on_sidebar_chosen(self, index: QModelIndex) -> None:
        model = self._window.models.sidebar
        session, entry = model.session_at(index), model.entry_at(index)
        if session is None or entry is None or not entry.is_enabled:
            return
        if entry.place is not None:
            self._go_or_show(entry.place)
        elif model.is_image(index):
            self._images.show_overview_of(session)
        elif entry.is_locked:
            self._images.unlock(session, entry.device)

    def _go_or_show(self, place: Place) -> None:
        if place == self._navigator.place and not place.session.death:
            self._navigator.give_up(None)
            self._images.show_session(place.session)
        else:
            self._navigator.go(place)

    def _open_filesystem(self, mountable: str) -> None:
        session = self._images.current
        place = place_of(session, mountable) if session is not None else None
        if place is not None:
            self._go_or_show(place)
        elif session is not None:
            self._images.unlock(session, mountable)

    @async_slot
    async def _go_to_path(self, typed: bytes) -> None:
        place = self._navigator.place
        engine = self._find_engine(place.session) if place is not None else None
        if place is None or engine is None:
            return
        path = normal_path(typed if typed.startswith(b"/") else join_path(place.path, typed))
        try:
            is_folder = path == b"/" or await engine.is_folder(path)
            if not is_folder:
                await engine.status(path)
        except EngineError as error:
            self._on_path_failed(error, place, path)
            return
        if is_folder:
            self._navigator.go(Place(place.session, place.tree, path))
        else:
            self._go_to_file(place, path)
        self._window.browser.table.setFocus()

    def _on_path_failed(self, error: EngineError, place: Place, path: bytes) -> None:
        """Tell it, and let the person go on with what was typed."""
        if isinstance(error, NotFound):
            title = f"There is no {display_name(path)} in {place.session.trees[place.tree].title}"
            self._notices.show(title, "Check how it is written.", "warning", about=self, is_local=True)
        else:
            self._on_failed(error, Place(place.session, place.tree, path))
        if self._where.place == place and not place.session.death:
            self._window.top_bar.path_bar.edit_again(path)

    def _go_to_file(self, place: Place, path: bytes) -> None:
        """Show a file in its folder, though it be hidden."""
        folder, _, name = path.rpartition(b"/")
        if name.startswith(b"."):
            self._window.actions_["hidden"].setChecked(True)
        self._navigator.go(Place(place.session, place.tree, folder or b"/"), select=name)

    def _select(self, name: bytes) -> None:
        self._window.browser.table.select_row(self._table.row_of(name))


def place_of(session: ImageSession, mountable: str) -> Place | None:
    """Return where a file system is found: in the first tree that mounts it."""
    for number, tree in enumerate(session.trees):
        for mount in tree.mounts:
            if mount.mountable == mountable:
                return Place(session, number, mount.mountpoint)
    return None


def where_is(place: Place) -> str:
    """Return what a directory is called in a sentence; a root is told by its file system."""
    if place.path != b"/":
        return display_name(place.path)
    return f"the root of {place.session.trees[place.tree].title}"
