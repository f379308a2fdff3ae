"""The log that the window shows: the appliances' kernels, the daemons, warnings, the window itself.

GUI thread. Keeps the newest lines only. Texts are untrusted; they are made harmless when they come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from cutaway_app.names import display_line, plain_tip

MAX_LINES = 20_000
#: How many are dropped at once when the log is full.
DROP_LINES = 2_000
TITLES = ("Time", "Source", "Image", "Message")
ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line.

    Attributes:
        level: "error", "warning", "info" or "debug".
        source: Who says it: "kernel", "daemon", "engine", "window".
        image: Of which image's appliance, "" if of none.
    """

    time: datetime
    level: str
    source: str
    text: str
    image: str = ""


def log_line(source: str, text: str, level: str = "info", image: str = "") -> LogLine:
    """Return a line of now, its text made harmless."""
    harmless = display_line(text)
    return LogLine(datetime.now().astimezone(), level, source, harmless, image)


class LogModel(QAbstractTableModel):
    """The newest lines, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[LogLine] = []

    def append_many(self, lines: list[LogLine]) -> None:
        """Add lines, dropping old ones if there are too many."""
        lines = lines[-MAX_LINES:]
        if not lines:
            return
        if len(self._lines) + len(lines) > MAX_LINES:
            self._drop(min(len(self._lines), max(DROP_LINES, len(self._lines) + len(lines) - MAX_LINES)))
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
        self._lines += lines
        self.endInsertRows()

    def _drop(self, count: int) -> None:
        if count == 0:
            return
        self.beginRemoveRows(QModelIndex(), 0, count - 1)
        del self._lines[:count]
        self.endRemoveRows()

    def line(self, row: int) -> LogLine:
        """Return a line."""
        return self._lines[row]

    @property
    def last(self) -> LogLine | None:
        """The newest line."""
        return self._lines[-1] if self._lines else None

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Role.DisplayRole:
            return (line.time.strftime("%H:%M:%S"), line.source, line.image, line.text)[index.column()]
        return plain_tip(line.text) if role == Role.ToolTipRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return the title of a column."""
        is_title = orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole
        return TITLES[section] if is_title else None
