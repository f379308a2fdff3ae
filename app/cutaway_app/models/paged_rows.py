"""Rows that come page by page, of whatever kind: a table of them asks for more where it is scrolled to its end."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Signal

ModelIndex = QModelIndex | QPersistentModelIndex


class PagedRows(QAbstractTableModel):
    """The rows that have come; what is in them is for the models that build on it.

    Attributes:
        has_more: Whether there are more to be had.

    Signals:
        more_wanted(): the end is shown, and there is more.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Any] = []
        self.has_more = False

    def clear(self) -> None:
        """Have no rows."""
        self.beginResetModel()
        self._forget()
        self.endResetModel()

    def _forget(self) -> None:
        """Drop the rows, within a reset."""
        self._rows, self.has_more = [], False

    def add(self, rows: list[Any]) -> None:
        """Show more."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def canFetchMore(self, parent: ModelIndex) -> bool:
        """Return whether there is more."""
        return self.has_more and not parent.isValid()

    def fetchMore(self, _parent: ModelIndex) -> None:
        """Ask for more, once."""
        self.has_more = False
        self.more_wanted.emit()

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return how many have come."""
        return 0 if parent.isValid() else len(self._rows)
