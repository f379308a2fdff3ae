"""Wiring of the selection: preview and status line. GUI thread."""

from __future__ import annotations

from dataclasses import replace

from cutaway.records import FolderEntry
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from cutaway_app.figures import count_text, counted, size_text
from cutaway_app.models.image_session import Place
from cutaway_app.operations.preview import Previewer
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.windows.actions import NEEDS_SELECTION
from cutaway_app.windows.kept_rows import KeptRows
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.search_wiring import SearchWiring
from cutaway_app.windows.where import Where

#: Above this many selected rows sizes are not added up.
MAX_SUMMED = 20_000


class SelectionWiring(QObject):
    """Connects the table's selection with what shows it."""

    def __init__(self, window: MainWindow, previewer: Previewer, where: Where, search: SearchWiring) -> None:
        super().__init__()
        self._window, self._previewer, self._where, self._search = window, previewer, where, search
        self._table, self._view = window.models.table, window.browser.table
        self._filter = window.browser.filter
        self._kept = KeptRows(self._table, self._view)
        self._folder: Place | None = None
        self._previewed: FolderEntry | None = None
        self._view.selectionModel().selectionChanged.connect(self.refresh)
        self._table.counts_changed.connect(self._show_counts)
        self._table.listing_finished.connect(self.refresh)
        self._table.modelReset.connect(self.refresh)
        window.pages.currentChanged.connect(self.refresh)
        window.actions_["details"].toggled.connect(self.refresh)
        window.actions_["select_all"].triggered.connect(self._view.selectAll)
        window.browser.tree.focus_changed.connect(self._enable_copy)
        self._connect_preview()
        self.refresh()

    def _connect_preview(self) -> None:
        preview = self._window.preview
        self._previewer.loading.connect(preview.show_loading)
        self._previewer.ready.connect(self._show_content)
        self._previewer.failed.connect(preview.show_error)
        self._previewer.cleared.connect(preview.clear)
        self._view.preview_requested.connect(self._window.actions_["details"].trigger)
        self._window.actions_["properties"].triggered.connect(self._show_properties)
        preview.close_requested.connect(lambda: self._window.actions_["details"].setChecked(False))

    def _show_content(self, content: PreviewContent) -> None:
        owner = self._table.owner_name(content.stat.uid)
        self._window.preview.show_content(replace(content, owner=owner))

    def _show_properties(self) -> None:
        self._window.actions_["details"].setChecked(True)
        self._window.preview.choose_viewer("details")

    def arrive(self, place: Place | None) -> None:
        """Begin anew in another folder; the same one, listed again, keeps its filter and what is selected."""
        if place != self._folder:
            self._folder = place
            self._kept.forget()
            self._search.end()

    def refresh(self, *_: object) -> None:
        """Show what is selected now."""
        rows = self._view.selected_rows()
        place = self._where.place
        self._window.actions_.enable(NEEDS_SELECTION, bool(rows) and place is not None)
        self._enable_copy()
        self._show_counts()
        if place is None or len(rows) != 1:
            self._show_no_file(len(rows))
        elif self._window.actions_["details"].isChecked():
            self._show_file(place, self._table.entry(rows[0]))

    def _enable_copy(self, *_: object) -> None:
        """Offer to copy what is selected, or the folder that is current in the tree while that has the focus."""
        tree = self._window.browser.tree
        is_folder = tree.hasFocus() and tree.currentIndex().isValid()
        has_any = is_folder or self._view.selectionModel().hasSelection()
        self._window.actions_["copy"].setEnabled(has_any and self._where.place is not None)

    def _show_file(self, place: Place, entry: FolderEntry) -> None:
        """Look into a file, unless that is what is shown: its rows were only arranged anew."""
        if entry is not self._previewed:
            self._previewed = entry
            self._previewer.show(place, entry, self._search.hit(entry))

    def _show_no_file(self, count: int) -> None:
        if self._kept.is_waiting and count == 0:
            return  # the same folder is listed again
        self._previewed = None
        self._previewer.clear()
        if count > 1:
            self._window.preview.show_note(f"{count_text(count)} items selected", "Select one to look into it.")

    def _show_counts(self) -> None:
        if self._table.rowCount() == 0:
            self._view.set_placeholder(*self._placeholder(), "folder-open")
        if self._where.place is None:
            self._window.status.show_selection("")
            return
        rows = self._view.selected_rows()
        items = counted(self._table.rowCount(), "item")
        if self._table.is_listing:
            items += "…"
        elif not self._table.is_whole:
            items = f"at least {items}" if self._table.rowCount() else "not listed"
        selected = f"{count_text(len(rows))} of {items} selected{self._sum(rows)}"
        self._window.status.show_selection(selected if rows else items)

    def _placeholder(self) -> tuple[str, str]:
        """Return why there are no rows, and what helps."""
        if self._table.is_listing:
            return ("Searching…" if self._search.is_search else "Listing…"), ""
        if not self._table.is_whole:
            unfinished = "The search" if self._search.is_search else "The listing"
            return "Nothing has come so far", f"{unfinished} did not come to its end."
        if self._search.is_search:
            what = "file" if self._search.is_in_contents else "name"
            return "Nothing was found", f"No {what} below this folder holds this text."
        return self._nothing_here()

    def _nothing_here(self) -> tuple[str, str]:
        """Return why a folder that has been listed has no rows, and what helps."""
        hidden, is_filtered = self._table.hidden_count, bool(self._filter.text())
        title = "No name holds this text" if is_filtered else "This folder is empty"
        if not hidden:
            return title, ""
        key = self._window.actions_["hidden"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        is_one = hidden == 1
        verb = ("matches" if is_one else "match") if is_filtered else ("is here" if is_one else "are here")
        items = f"{counted(hidden, 'hidden item')} {verb}"
        return (title if is_filtered else "Only hidden files"), f"{items}; {key} shows {'it' if is_one else 'them'}."

    def _sum(self, rows: list[int]) -> str:
        if len(rows) > MAX_SUMMED:
            return ""
        stats = [self._table.entry(row).stat for row in rows]
        total = sum(status.size for status in stats if status is not None and status.is_file)
        return f" · {size_text(total)}" if total else ""
