"""Which lines of the log are shown: those of a level or graver, that hold a text. GUI thread."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from cutaway_app import theme

LEVELS = ("debug", "info", "warning", "error")


class Line(Protocol):
    """What is read of a line; its time is the model's affair."""

    @property
    def image(self) -> str:
        """Of which image's appliance."""

    @property
    def source(self) -> str:
        """Who says it."""

    @property
    def level(self) -> str:
        """One of LEVELS."""

    @property
    def text(self) -> str:
        """What is said."""


class LinesModel(Protocol):
    """What is asked of the log's model beside Qt's own."""

    def line(self, row: int, /) -> Line:
        """Return the line of a row."""


def rank(level: str) -> int:
    """Return how grave a level is; an unknown one counts as "info"."""
    return LEVELS.index(level) if level in LEVELS else 1


class LogFilter(QSortFilterProxyModel):
    """The lines that pass; new lines are judged as they come, old ones only when the filter changes."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rank = 0
        self._text = ""

    def set_level(self, level: str) -> None:
        """Show lines of this level and graver ones."""
        self._rank = rank(level)
        self.invalidate()

    def set_text(self, text: str) -> None:
        """Show lines that hold this text, without regard to case."""
        self._text = text.casefold()
        self.invalidate()

    def line(self, row: int) -> Line:
        """Return the line of a shown row."""
        source = self.mapToSource(self.index(row, 0))
        return cast("LinesModel", self.sourceModel()).line(source.row())

    def filterAcceptsRow(self, row: int, _parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether a line passes."""
        line = cast("LinesModel", self.sourceModel()).line(row)
        if rank(line.level) < self._rank:
            return False
        return not self._text or any(self._text in part.casefold() for part in (line.text, line.source, line.image))

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows, grave lines in colour, the rest of the columns quiet."""
        if role == Qt.ItemDataRole.ForegroundRole:
            level = self.line(index.row()).level
            grave = {"error": theme.colors().error, "warning": theme.colors().warning}.get(level)
            if grave is not None:
                return grave
            is_text = index.column() == self.columnCount() - 1
            return theme.colors().text if is_text and level != "debug" else theme.colors().muted
        return super().data(index, role)

    def as_text(self, rows: list[int]) -> str:
        """Return lines as text, to copy or to save."""
        columns = range(self.columnCount())
        cells = ([super(LogFilter, self).data(self.index(row, column)) for column in columns] for row in rows)
        return "".join("  ".join(str(cell) for cell in line if cell) + "\n" for line in cells)
