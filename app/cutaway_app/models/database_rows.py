"""Rows of a table of a database, as they are shown. GUI thread."""

from __future__ import annotations

from typing import Any

from cutaway.records import SqliteValue
from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QBrush

from cutaway_app import theme
from cutaway_app.figures import size_text
from cutaway_app.models.paged_rows import ModelIndex, PagedRows
from cutaway_app.names import display_line, display_name, plain_tip

Role = Qt.ItemDataRole
#: Of a text no more is put into a cell.
CELL_MAX = 300
#: How many bytes of what is no text are shown.
BYTES_MAX = 24


class DatabaseRows(PagedRows):
    """The rows; each a list of values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: list[str] = []

    def begin(self, columns: list[str]) -> None:
        """Have no rows yet, of these columns."""
        self.beginResetModel()
        self._forget()
        self._columns = columns
        self.endResetModel()

    def value(self, index: ModelIndex) -> SqliteValue | None:
        """Return a value; None where a row has none."""
        row: list[SqliteValue] = self._rows[index.row()] if index.isValid() else []
        return row[index.column()] if index.column() < len(row) else None

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return what a cell shows, or how."""
        value = self.value(index)
        if value is None:
            return None
        if role == Role.DisplayRole:
            return cell_text(value)
        if role == Role.ToolTipRole:
            return plain_tip(whole_text(value))
        if role == Role.TextAlignmentRole and value.type in {"integer", "real"}:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Role.ForegroundRole and value.type in {"null", "blob"}:
            return QBrush(theme.colors().muted)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return the name of a column, or the number of a row."""
        if role != Role.DisplayRole:
            return None
        return display_line(self._columns[section]) if orientation == Qt.Orientation.Horizontal else section + 1


def cell_text(value: SqliteValue) -> str:
    """Return what a cell shows: one line, and nothing that does harm."""
    if value.type == "null":
        return "NULL"
    if value.type == "blob":
        start = value.data[:BYTES_MAX].hex(" ")
        return f"{start}{' …' if value.size_bytes > BYTES_MAX else ''} ({size_text(value.size_bytes)})"
    lines = value.data[: 4 * CELL_MAX].decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\n", " ⏎ ")
    return display_line(lines[:CELL_MAX])


def whole_text(value: SqliteValue) -> str:
    """Return a value with its lines, as far as it is there."""
    if value.type == "null":
        return "NULL"
    if value.type == "blob":
        return value.data.hex(" ")
    return "\n".join(display_name(line) for line in value.data.split(b"\n"))


def kind_text(value: SqliteValue) -> str:
    """Return what a value is: "Text, 1.2 kB"."""
    words = {"null": "NULL", "integer": "Integer", "real": "Real number", "text": "Text", "blob": "Bytes"}
    size = f", {size_text(value.size_bytes)}" if value.type in {"text", "blob"} else ""
    return words.get(value.type, display_line(value.type)) + size
