"""What is installed in a system, as a table. GUI thread; grows while the list comes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from cutaway.records import Application
from PySide6.QtCore import QModelIndex, Qt

from cutaway_app.models.paged_rows import ModelIndex, PagedRows
from cutaway_app.names import display_line, plain_tip

TITLES = ("Name", "Version", "Publisher", "Description")
#: How a cell begins that a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SoftwareTable(PagedRows):
    """The applications; each the texts of its cells."""

    def add(self, rows: list[Application]) -> None:
        """Show more."""
        super().add([tuple(display_line(text) for text in _texts(item)) for item in rows])

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return what is told of each."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        text = self._rows[index.row()][index.column()] if index.isValid() else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text)
        return text if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a title."""
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return TITLES[section] if is_title else None


def csv_text(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows as CSV (RFC 4180), with titles."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(TITLES)
    writer.writerows(tuple(map(_harmless, row)) for row in rows)
    return out.getvalue()


def _harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: the image has written it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _texts(item: Application) -> tuple[str, ...]:
    return item.title, item.full_version, item.publisher, item.summary or item.description.partition("\n")[0]
