"""What is selected in the table, and what is in view, across a filter, hidden names and a new listing. GUI thread.

Rows are known by their names, since a new listing has new ones. What the person selected last comes back as far as it
is shown: a name that a filter leaves out is selected again when the filter ends, unless another was chosen meanwhile.
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject

from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.widgets.file_table import FileTable

#: More selected rows than these are not left to Qt when rows are put into another order: it visits each cell of theirs
#: several times, some seconds for 50,000 rows.
MANY = 500


class KeptRows(QObject):
    """Remembers before the rows are replaced, and restores after.

    Args:
        table: Whose rows are replaced.
        view: Where they are selected.
    """

    def __init__(self, table: FolderTableModel, view: FileTable) -> None:
        super().__init__()
        self._table, self._view = table, view
        self._selected: set[bytes] = set()
        self._current: bytes | None = None
        #: Names that were in view, the most important first, and how far below the upper edge.
        self._in_view: list[tuple[bytes, int]] = []
        self._is_chosen_anew = self._is_restoring = False
        self._scrolled_to = 0
        self._moving: set[bytes] = set()
        view.selectionModel().selectionChanged.connect(self._on_chosen)
        view.selectionModel().currentChanged.connect(self._on_chosen)
        table.modelAboutToBeReset.connect(self._remember)
        table.modelReset.connect(self._restore)
        table.listing_finished.connect(self._on_listing_finished)
        table.about_to_arrange.connect(self._take_off)
        table.arranged.connect(self._put_back)

    def forget(self) -> None:
        """Restore nothing: another folder is shown."""
        self._selected, self._current, self._in_view = set(), None, []
        self._is_chosen_anew = False

    @property
    def is_waiting(self) -> bool:
        """Whether something was selected that may come back when the folder has been listed."""
        return self._table.is_listing and bool(self._selected) and not self._is_chosen_anew

    def _on_chosen(self, *_: object) -> None:
        self._is_chosen_anew = self._is_chosen_anew or not self._is_restoring

    def _remember(self) -> None:
        bar = self._view.verticalScrollBar()
        if self._is_chosen_anew or bar.value() != self._scrolled_to:
            self._in_view = self._names_in_view()
        if self._is_chosen_anew:
            current = self._view.currentIndex()
            self._selected = {self._table.entry(row).name for row in self._view.selected_rows()}
            self._current = self._table.entry(current.row()).name if current.isValid() else None
        self._is_chosen_anew = False

    def _take_off(self) -> None:
        """Select nothing for as long as the rows are being moved, if that is much."""
        rows = self._view.selected_rows()
        if len(rows) > MANY:
            self._moving = {self._table.entry(row).name for row in rows}
            selection = self._view.selectionModel()
            selection.blockSignals(True)  # noqa: FBT003 Qt's own
            selection.clearSelection()
            selection.blockSignals(False)  # noqa: FBT003 Qt's own

    def _put_back(self) -> None:
        moving, self._moving = self._moving, set()
        if moving:
            self._is_restoring = True
            self._select(list(self._table.rows_of(moving).values()))
            self._is_restoring = False

    def _names_in_view(self) -> list[tuple[bytes, int]]:
        """Return what is in view from the top, but the current row before all others."""
        view = self._view
        bottom = view.viewport().height()
        first, last = view.rowAt(0), view.rowAt(bottom - 1)
        rows = range(max(0, first), (last if last >= 0 else self._table.rowCount() - 1) + 1)
        current = view.currentIndex().row()
        ordered = sorted(rows, key=lambda row: row != current)
        return [(self._table.entry(row).name, view.rowViewportPosition(row)) for row in ordered]

    def _on_listing_finished(self) -> None:
        if not self._is_chosen_anew:
            self._restore()

    def _restore(self) -> None:
        self._is_restoring = True
        names = self._selected | {name for name, _ in self._in_view}
        rows = self._table.rows_of(names if self._current is None else names | {self._current})
        self._select([rows[name] for name in self._selected if name in rows])
        current = rows.get(self._current) if self._current is not None else None
        if current is not None:
            index, flag = self._table.index(current, 0), QItemSelectionModel.SelectionFlag
            self._view.selectionModel().setCurrentIndex(index, flag.NoUpdate)
        self._scroll(rows)
        self._is_restoring = False

    def _select(self, rows: list[int]) -> None:
        chosen, last_column = QItemSelection(), self._table.columnCount() - 1
        for first, last in _runs(sorted(rows)):
            chosen.select(self._table.index(first, 0), self._table.index(last, last_column))
        if rows:
            self._view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _scroll(self, rows: dict[bytes, int]) -> None:
        """Put the first of the names that were in view where it was."""
        bar = self._view.verticalScrollBar()
        self._view.fit_bars()
        found = next(((rows[name], top) for name, top in self._in_view if name in rows), None)
        if found is not None:
            row, top = found
            bar.setValue(bar.value() + self._view.rowViewportPosition(row) - top)
        self._scrolled_to = bar.value()


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Return rows in order as ranges, each with its first and last row."""
    firsts = [row for before, row in zip([-2, *rows], rows, strict=False) if row != before + 1]
    lasts = [row for row, after in zip(rows, [*rows[1:], -2], strict=False) if after != row + 1]
    return list(zip(firsts, lasts, strict=True))
