"""The entries of one folder as a flat table: fast for a hundred thousand rows, sorted and filtered in Python.

GUI thread. Rows are values in a list that is replaced as a whole; names stay bytes. It asks nobody for anything:
`begin`, `append` and `finish` are called by whoever lists the folder. While a listing runs, rows come in the order
in which they arrive; `finish` sorts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from cutaway.records import FolderEntry
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from cutaway_app.models.folder_columns import (
    TITLES,
    Column,
    icon_name,
    natural_key,
    sort_key,
    text_of,
    tooltip_of,
)
from cutaway_app.names import display_name

#: Rows that are shown at once; more come in batches, since each insertion costs the view a layout.
FIRST_ROWS = 500
BATCH_ROWS = 10_000
#: Entry, name for display, folded name, key of the name, whether it is a folder.
Row = tuple[FolderEntry, str, str, str, bool]
ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


def _no_icon(_: str) -> QIcon | None:
    return None


class FolderTableModel(QAbstractTableModel):
    """The table of one folder.

    Args:
        icon_for: Gives the icon of a name (`folder_columns.icon_name`).

    Signals:
        counts_changed(): rows were added, removed or hidden.
        listing_finished(): `finish` was called and the rows are in order.
    """

    counts_changed = Signal()
    listing_finished = Signal()

    def __init__(self, icon_for: Callable[[str], QIcon | None] = _no_icon, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_for = icon_for
        self._icons: dict[str, QIcon | None] = {}
        self._all: list[Row] = []
        self._shown: list[Row] = []
        self._waiting: list[Row] = []
        self._filter = ""
        self._hidden_too = False
        self._column, self._order = Column.NAME, Qt.SortOrder.AscendingOrder
        self._owners: Mapping[int, str] = {}
        self.is_listing = False

    def begin(self) -> None:
        """Forget all rows: another folder is about to be listed."""
        self.beginResetModel()
        self._all, self._shown, self._waiting = [], [], []
        self.is_listing = True
        self.endResetModel()
        self.counts_changed.emit()

    def append(self, entries: list[FolderEntry]) -> None:
        """Take entries of the folder as they come."""
        rows = [_row(entry) for entry in entries]
        self._all += rows
        self._waiting += self._sorted([row for row in rows if self._passes(row)])
        if len(self._shown) < FIRST_ROWS:
            self._show(FIRST_ROWS - len(self._shown))
        elif len(self._waiting) >= BATCH_ROWS:
            self._show(len(self._waiting))

    def finish(self) -> None:
        """All entries have come: show the rest, in order."""
        self._show(len(self._waiting))
        self._rearrange(lambda: self._sorted(self._shown))
        self.is_listing = False
        self.listing_finished.emit()

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
        return self._shown[row][0]

    def display_name(self, row: int) -> str:
        """Return its name for display."""
        return self._shown[row][1]

    def row_of(self, name: bytes) -> int:
        """Return the row of a name, -1 if it is not shown."""
        return next((number for number, row in enumerate(self._shown) if row[0].name == name), -1)

    @property
    def hidden_count(self) -> int:
        """How many entries exist that are not shown."""
        return len(self._all) - len(self._shown) - len(self._waiting)

    def find_prefix(self, text: str, start: int) -> int:
        """Return the first row from `start` on, going round, whose name begins with a text; -1: none."""
        wanted, count = text.casefold(), len(self._shown)
        for number in range(count):
            row = (start + number) % count
            if self._shown[row][2].startswith(wanted):
                return row
        return -1

    def set_owners(self, owners: Mapping[int, str]) -> None:
        """Set the names of users by number, from the image's own table."""
        self._owners = owners
        if self._shown:
            last = self.index(len(self._shown) - 1, Column.OWNER)
            self.dataChanged.emit(self.index(0, Column.OWNER), last)

    def set_show_hidden(self, show: bool) -> None:  # noqa: FBT001 a setter
        """Show names that begin with a dot, or not."""
        if show != self._hidden_too:
            self._hidden_too = show
            self._filter_anew()

    def set_filter(self, text: str) -> None:
        """Show only names that hold a text, without regard to case; "" shows all."""
        if text.casefold() != self._filter:
            self._filter = text.casefold()
            self._filter_anew()

    def _filter_anew(self) -> None:
        self.beginResetModel()
        self._waiting = []
        self._shown = self._sorted([row for row in self._all if self._passes(row)])
        self.endResetModel()
        self.counts_changed.emit()

    def _passes(self, row: Row) -> bool:
        return (self._hidden_too or not row[2].startswith(".")) and self._filter in row[2]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, folders first."""
        self._column, self._order = Column(max(0, column)), order
        self._rearrange(lambda: self._sorted(self._shown))

    def _sorted(self, rows: list[Row]) -> list[Row]:
        folders = sorted((row for row in rows if row[4]), key=itemgetter(3))
        files = sorted((row for row in rows if not row[4]), key=itemgetter(3))
        descending = self._order == Qt.SortOrder.DescendingOrder
        for part in (folders, files):
            if self._column is not Column.NAME:
                part.sort(key=self._key, reverse=descending)
            elif descending:
                part.reverse()
        return folders + files

    def _key(self, row: Row) -> Any:
        return sort_key(row[0], row[1], self._column)

    def _rearrange(self, arrange: Callable[[], list[Row]]) -> None:
        """Replace the rows by the same in another order; selections keep to their entries."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        kept = [self._shown[index.row()] for index in old]
        self._shown = arrange()
        if old:
            rows = {id(row): number for number, row in enumerate(self._shown)}
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
        entry, name, *_ = self._shown[index.row()]
        column = Column(index.column())
        match role:
            case Role.DisplayRole:
                return text_of(entry, name, column, self._owners)
            case Role.DecorationRole:
                return self._icon(icon_name(entry, name)) if column is Column.NAME else None
            case Role.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column is Column.SIZE else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Role.ToolTipRole:
                return tooltip_of(entry, name, column) or None
        return None

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


def _row(entry: FolderEntry) -> Row:
    name = display_name(entry.name)
    is_folder = entry.leads_to_folder or (entry.stat is not None and entry.stat.is_dir)
    return entry, name, name.casefold(), natural_key(name), is_folder
