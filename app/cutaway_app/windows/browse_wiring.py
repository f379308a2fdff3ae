"""Wiring of browsing: path bar, sidebar, tree, table, preview and status line on one side, navigator on the other.

GUI thread.
"""

from __future__ import annotations

from cutaway.errors import EngineError
from PySide6.QtCore import QModelIndex, QObject

from cutaway_app.bridge.tasks import async_slot
from cutaway_app.error_messages import explain
from cutaway_app.figures import count_text, size_text
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.names import display_name, join_path, normal_path, parent_path
from cutaway_app.operations.browse import FindEngine, Navigator
from cutaway_app.operations.preview import Previewer
from cutaway_app.windows.actions import NEEDS_PLACE, NEEDS_SELECTION
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Notices

#: Above this many selected rows sizes are not added up.
MAX_SUMMED = 20_000


class BrowseWiring(QObject):
    """Connects the window with the navigator and the previewer."""

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        previewer: Previewer,
        images: ImageWiring,
        notices: Notices,
        find_engine: FindEngine,
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._previewer = window, navigator, previewer
        self._images, self._notices, self._find_engine = images, notices, find_engine
        self._table, self._tree = window.models.table, window.models.tree
        self._connect_navigator()
        self._connect_views()
        self._connect_actions()
        self._on_place_changed(None)

    def _connect_navigator(self) -> None:
        self._navigator.place_changed.connect(self._on_place_changed)
        self._navigator.busy_changed.connect(self._on_busy_changed)
        self._navigator.failed.connect(self._on_failed)
        self._navigator.select_requested.connect(self._select)
        self._table.counts_changed.connect(self._show_counts)
        self._table.listing_finished.connect(self._show_counts)

    def _connect_views(self) -> None:
        window = self._window
        table = window.browser.table
        table.opened.connect(self._on_row_opened)
        table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        window.browser.tree.clicked.connect(self._on_tree_chosen)
        window.browser.tree.activated.connect(self._on_tree_chosen)
        window.browser.filter.textChanged.connect(self._table.set_filter)
        window.browser.filter.returnPressed.connect(table.setFocus)
        window.browser.filter.dismissed.connect(self._end_filter)
        window.top_bar.path_bar.path_requested.connect(self._go_to_path)
        window.sidebar.clicked.connect(self._on_sidebar_chosen)
        window.sidebar.activated.connect(self._on_sidebar_chosen)
        window.top_bar.path_bar.overview_requested.connect(window.actions_["overview"].trigger)
        window.overview.filesystem_opened.connect(self._open_filesystem)
        self._previewer.loading.connect(window.preview.show_loading)
        self._previewer.ready.connect(window.preview.show_content)
        self._previewer.failed.connect(window.preview.show_error)
        self._previewer.cleared.connect(window.preview.clear)

    def _connect_actions(self) -> None:
        actions, navigator = self._window.actions_, self._navigator
        actions["back"].triggered.connect(lambda: navigator.step(-1))
        actions["forward"].triggered.connect(lambda: navigator.step(1))
        actions["up"].triggered.connect(navigator.up)
        actions["home"].triggered.connect(self._go_home)
        actions["reload"].triggered.connect(lambda: navigator.reload(select=self._current_name()))
        actions["edit_path"].triggered.connect(self._window.top_bar.path_bar.edit)
        actions["filter"].triggered.connect(self._begin_filter)
        actions["select_all"].triggered.connect(self._window.browser.table.selectAll)

    def _on_place_changed(self, place: Place | None) -> None:
        window, actions = self._window, self._window.actions_
        actions.enable(NEEDS_PLACE, place is not None)
        self._show_steps()
        self._previewer.clear()
        self._end_filter()
        if place is None:
            window.top_bar.path_bar.set_location("", "", b"/")
            window.setWindowTitle("Cutaway")
            self._on_selection_changed()
            return
        tree = place.session.trees[place.tree]
        window.top_bar.path_bar.set_location(place.session.name, tree.title, place.path)
        window.setWindowTitle(f"{display_name(place.path)} — {place.session.name} — Cutaway")
        self._images.show_session(place.session)
        if not window.focusWidget() or not window.focusWidget().isVisible():
            window.browser.table.setFocus()
        self._notices.hide(about=self)
        self._reveal(place)
        self._on_selection_changed()

    def _show_steps(self) -> None:
        actions, place = self._window.actions_, self._navigator.place
        actions["back"].setEnabled(self._navigator.can_step(-1))
        actions["forward"].setEnabled(self._navigator.can_step(1))
        actions["up"].setEnabled(place is not None and place.path != b"/")

    def _reveal(self, place: Place) -> None:
        tree = self._window.browser.tree
        index = self._tree.reveal(place.path)
        tree.setCurrentIndex(index)
        tree.scrollTo(index)
        if place.path == b"/":
            tree.expand(index)
        self._window.sidebar.setCurrentIndex(self._window.models.sidebar.index_of(place.session, place))

    def _on_busy_changed(self, busy: bool) -> None:  # noqa: FBT001 a slot
        self._window.browser.table.setProperty("busy", busy)
        self._show_counts()

    def _on_failed(self, error: EngineError, place: Place) -> None:
        if place.session.death:
            self._images.show_death(place.session)
            return
        text = explain(error, doing=f"{display_name(place.path)} cannot be shown")
        self._notices.show_error(text, about=self)

    def _on_row_opened(self, row: int) -> None:
        place, entry = self._navigator.place, self._table.entry(row)
        if place is None:
            return
        if entry.leads_to_folder or (entry.stat is not None and entry.stat.is_dir):
            self._navigator.go(Place(place.session, place.tree, join_path(place.path, entry.name)))
        else:
            self._window.actions_["details"].setChecked(True)
            self._window.preview.setFocus()

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
            self._navigator.go(entry.place)
        elif model.is_image(index):
            self._images.show_overview_of(session)
        else:
            self._notices.show(entry.text, f"{entry.subtitle}. It cannot be opened yet.", about=self)

    def _open_filesystem(self, mountable: str) -> None:
        session = self._images.current
        place = place_of(session, mountable) if session is not None else None
        if place is not None:
            self._navigator.go(place)

    def _go_home(self) -> None:
        place = self._navigator.place
        if place is not None:
            self._navigator.go(Place(place.session, place.tree, b"/"))

    @async_slot
    async def _go_to_path(self, typed: bytes) -> None:
        place = self._navigator.place
        engine = self._find_engine(place.session) if place is not None else None
        if place is None or engine is None:
            return
        path = normal_path(typed if typed.startswith(b"/") else join_path(place.path, typed))
        try:
            is_folder = await engine.is_folder(path)
        except EngineError as error:
            self._on_failed(error, Place(place.session, place.tree, path))
            return
        if is_folder or path == b"/":
            self._navigator.go(Place(place.session, place.tree, path))
        else:
            above = Place(place.session, place.tree, parent_path(path))
            self._navigator.go(above, select=path.rpartition(b"/")[2])
        self._window.browser.table.setFocus()

    def _begin_filter(self) -> None:
        self._window.browser.filter.show()
        self._window.browser.filter.setFocus()
        self._window.browser.filter.selectAll()

    def _end_filter(self) -> None:
        had_focus = self._window.browser.filter.hasFocus()
        self._window.browser.filter.clear()
        self._window.browser.filter.hide()
        if had_focus:
            self._window.browser.table.setFocus()

    def _current_name(self) -> bytes | None:
        index = self._window.browser.table.currentIndex()
        return self._table.entry(index.row()).name if index.isValid() else None

    def _select(self, name: bytes) -> None:
        self._window.browser.table.select_row(self._table.row_of(name))

    def _on_selection_changed(self, *_: object) -> None:
        rows = self._window.browser.table.selected_rows()
        place = self._navigator.place
        self._window.actions_.enable(NEEDS_SELECTION, bool(rows) and place is not None)
        self._show_counts()
        if place is None or len(rows) != 1:
            self._previewer.clear()
        elif self._window.preview.isVisible():
            self._previewer.show(place, self._table.entry(rows[0]))

    def preview_again(self) -> None:
        """Preview what is selected: the pane has become visible."""
        self._on_selection_changed()

    def _show_placeholder(self) -> None:
        if self._table.is_listing:
            text = "Listing…"
        elif self._table.hidden_count:
            filtered = bool(self._window.browser.filter.text())
            text = "No name holds this text" if filtered else "Only hidden files"
        else:
            text = "This folder is empty"
        self._window.browser.table.set_placeholder(text, "", "folder-open")

    def _show_counts(self) -> None:
        self._show_placeholder()
        shown = self._table.rowCount()
        if self._navigator.place is None:
            self._window.status.show_selection("")
            return
        rows = self._window.browser.table.selected_rows()
        items = f"{count_text(shown)} {'item' if shown == 1 else 'items'}"
        if self._table.is_listing:
            items = f"{items}…"
        selected = f"{count_text(len(rows))} of {items} selected{self._sum(rows)}"
        self._window.status.show_selection(selected if rows else items)

    def _sum(self, rows: list[int]) -> str:
        if len(rows) > MAX_SUMMED:
            return ""
        stats = [self._table.entry(row).stat for row in rows]
        total = sum(status.size for status in stats if status is not None and status.is_file)
        return f" · {size_text(total)}" if total else ""


def place_of(session: ImageSession, mountable: str) -> Place | None:
    """Return where a file system is found: in the first tree that mounts it."""
    for number, tree in enumerate(session.trees):
        for mount in tree.mounts:
            if mount.mountable == mountable:
                return Place(session, number, mount.mountpoint)
    return None
