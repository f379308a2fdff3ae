"""The entries of one folder as a flat table: fast for a hundred thousand rows, sorted and filtered in Python.

GUI thread. Rows are values in a list that is replaced as a whole; names stay bytes. It asks nobody for anything:
`begin`, `append` and `finish` are called by whoever lists the folder. While a listing runs, rows come in the order
in which they arrive; `finish` sorts them. Sorting and filtering a large folder is done in slices between events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from cutaway.records import FolderEntry
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from cutaway_app.models.folder_columns import TITLES, Column, icon_name, text_of, tooltip_of
from cutaway_app.models.folder_order import Order, Row, arrange, by_name, row_of
from cutaway_app.models.sliced_work import SlicedWork, Steps, run
from cutaway_app.names import folded

#: Rows that are shown at once; more come in batches, since each insertion costs the view a layout.
FIRST_ROWS = 500
BATCH_ROWS = 10_000
#: More rows than these are arranged in slices.
AT_ONCE_ROWS = 4_000
#: How long, and how many, texts of cells are kept. "Today" is not true for ever.
TEXTS_S, MAX_TEXTS = 30.0, 5_000
ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Arrangement = tuple[list[Row], list[Row]]


def _no_icon(_: str) -> QIcon | None:
    return None


class FolderTableModel(QAbstractTableModel):
    """The table of one folder.

    Args:
        icon_for: Gives the icon of a name (`folder_columns.icon_name`).

    Attributes:
        is_listing: Whether entries are still to come, or to be put in order.
        is_whole: Whether nothing is missing of what has been listed.

    Signals:
        counts_changed(): rows were added, removed or hidden.
        listing_finished(): `finish` was called and the rows are in order.
        about_to_arrange(): the rows will be put into another order, all of them.
        arranged(): rows are in the order, or chosen by the filter, that was asked for last.
    """

    counts_changed = Signal()
    listing_finished = Signal()
    about_to_arrange = Signal()
    arranged = Signal()

    def __init__(self, icon_for: Callable[[str], QIcon | None] = _no_icon, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_for = icon_for
        self._icons: dict[str, QIcon | None] = {}
        self._all: list[Row] = []
        self._shown: list[Row] = []
        self._waiting: list[Row] = []
        self._order = self._shown_order = Order()
        self._is_sorted = False
        self._owners: Mapping[int, str] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._texts_until = 0.0
        self._work: SlicedWork[Arrangement] = SlicedWork(self._apply, self)
        self._is_complete = True
        self.is_listing, self.is_whole = False, True

    def begin(self, *, is_found: bool = False) -> None:
        """Forget all rows: another folder is about to be listed, or what is found below it."""
        self._order = replace(self._order, is_found=is_found)
        self._work.forget()
        self.beginResetModel()
        self._all, self._shown, self._waiting = [], [], []
        self._texts.clear()
        self._shown_order = self._order
        self._is_sorted = self._is_complete = False
        self.is_listing = self.is_whole = True
        self.endResetModel()
        self.counts_changed.emit()

    def append(self, entries: list[FolderEntry]) -> None:
        """Take entries of the folder as they come."""
        rows = run(by_name([row_of(entry) for entry in entries]))
        self._all += rows
        self._waiting += run(arrange(rows, self._order))
        if len(self._shown) < FIRST_ROWS:
            self._show(FIRST_ROWS - len(self._shown))
        elif len(self._waiting) >= BATCH_ROWS:
            self._show(len(self._waiting))

    def finish(self, *, is_whole: bool = True) -> None:
        """All entries have come, or no more will: show the rest, and put all in order."""
        self.is_whole = is_whole
        self._show(len(self._waiting))
        self._is_complete = True
        self._arrange()

    def _show(self, count: int) -> None:
        new, self._waiting = self._waiting[:count], self._waiting[count:]
        if not new:
            return
        first = len(self._shown)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self._shown += new
        self.endInsertRows()
        self.counts_changed.emit()

    def entry(self, row: int) -> FolderEntry:
        """Return the entry that a row shows."""
        return self._shown[row].entry

    def display_name(self, row: int) -> str:
        """Return its name for display."""
        return self._shown[row].name

    def row_of(self, name: bytes) -> int:
        """Return the row of a name, -1 if it is not shown."""
        return next((number for number, row in enumerate(self._shown) if row.entry.name == name), -1)

    def rows_of(self, names: Collection[bytes]) -> dict[bytes, int]:
        """Return the rows of those of these names that are shown."""
        if not names:
            return {}
        return {row.entry.name: number for number, row in enumerate(self._shown) if row.entry.name in names}

    @property
    def hidden_count(self) -> int:
        """How many entries are not shown only because their names begin with a dot."""
        if self._order.shows_hidden:
            return 0
        everything = replace(self._order, shows_hidden=True)
        return sum(1 for row in self._all if everything.passes(row) and not self._order.passes(row))

    def find_prefix(self, text: str, start: int) -> int:
        """Return the first row from `start` on, going round, whose name begins with a text; -1: none."""
        wanted, count = folded(text), len(self._shown)
        for number in range(count):
            row = (start + number) % count
            if self._shown[row].folded.startswith(wanted):
                return row
        return -1

    def owner_name(self, number: int) -> str:
        """Return what the image calls a user; "" if it has no name for it."""
        return self._owners.get(number, "")

    def set_owners(self, owners: Mapping[int, str]) -> None:
        """Set the names of users by number, from the image's own table."""
        self._owners = owners
        self._texts.clear()
        if self._shown:
            last = self.index(len(self._shown) - 1, Column.OWNER)
            self.dataChanged.emit(self.index(0, Column.OWNER), last)

    def set_show_hidden(self, show: bool) -> None:  # noqa: FBT001 a setter
        """Show names that begin with a dot, or not."""
        self._set_order(replace(self._order, shows_hidden=show))

    def set_filter(self, text: str) -> None:
        """Show only names that hold a text, without regard to case; "" shows all."""
        self._set_order(replace(self._order, text=folded(text)))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, folders first."""
        is_descending = order == Qt.SortOrder.DescendingOrder
        self._set_order(replace(self._order, column=Column(max(0, column)), is_descending=is_descending))

    def _set_order(self, order: Order) -> None:
        if order == self._order:
            return
        self._order = order
        if self._is_complete:
            self._arrange()
        elif not self._shows_the_same(order):
            self._choose_while_listing()

    def _shows_the_same(self, order: Order) -> bool:
        old = self._shown_order
        return (old.text, old.shows_hidden) == (order.text, order.shows_hidden)

    def _choose_while_listing(self) -> None:
        """Filter what has come so far; `finish` will sort it."""
        self.beginResetModel()
        self._waiting, self._shown_order = [], self._order
        self._shown = [row for row in self._all if self._order.passes(row)]
        self.endResetModel()
        self.counts_changed.emit()

    def _arrange(self) -> None:
        """Put the rows into the order that is wanted; an earlier wish is forgotten."""
        self._work.start(self._arrangement(self._order), at_once=len(self._all) <= AT_ONCE_ROWS)

    def _arrangement(self, order: Order) -> Steps[Arrangement]:
        everything = self._all if self._is_sorted else (yield from by_name(self._all))
        return everything, (yield from arrange(everything, order))

    def _apply(self, arrangement: Arrangement) -> None:
        self._all, shown = arrangement
        self._is_sorted = True
        if self._shows_the_same(self._order):
            self._rearrange(shown)
        else:
            self.beginResetModel()
            self._shown = shown
            self.endResetModel()
            self.counts_changed.emit()
        self._shown_order = self._order
        self.arranged.emit()
        if self.is_listing:
            self.is_listing = False
            self.listing_finished.emit()

    def _rearrange(self, shown: list[Row]) -> None:
        """Replace the rows by the same in another order; selections keep to their entries."""
        self.about_to_arrange.emit()
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        kept = [self._shown[index.row()] for index in old]
        self._shown = shown
        if old:
            wanted = {id(row) for row in kept}
            rows = {id(row): number for number, row in enumerate(shown) if id(row) in wanted}
            new = [self.index(rows[id(row)], index.column()) for row, index in zip(kept, old, strict=True)]
            self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of rows that are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        row = self._shown[index.row()]
        entry, name, *_ = row
        column = Column(index.column())
        match role:
            case Role.DisplayRole:
                return self._text(row, column)
            case Role.DecorationRole:
                return self._icon(icon_name(entry, name)) if column is Column.NAME else None
            case Role.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column is Column.SIZE else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Role.ToolTipRole:
                return tooltip_of(entry, name, column) or None
        return None

    def _text(self, row: Row, column: Column) -> str:
        """Return the text of a cell, which is asked for again with every picture of the table.

        NB: its making calls Qt, and each such call may hand Python's lock to the thread that receives the folder.
        """
        if time.monotonic() > self._texts_until or len(self._texts) > MAX_TEXTS:
            self._texts.clear()
            self._texts_until = time.monotonic() + TEXTS_S
        key = (id(row), column)
        if key not in self._texts:
            self._texts[key] = text_of(row.entry, row.name, column, self._owners)
        return self._texts[key]

    def _icon(self, name: str) -> QIcon | None:
        if name not in self._icons:
            self._icons[name] = self._icon_for(name)
        return self._icons[name]

    def refresh_icons(self) -> None:
        """Take icons anew: the theme has changed."""
        self._icons.clear()
        if self._shown:
            last = self.index(len(self._shown) - 1, Column.NAME)
            self.dataChanged.emit(self.index(0, Column.NAME), last, [Role.DecorationRole])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.DisplayRole:
            return TITLES[Column(section)]
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == Column.SIZE else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
