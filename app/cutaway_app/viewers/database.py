"""Databases of SQLite: a choice of tables and views, the rows of one page by page, the current value whole. GUI thread.

The database is read in the appliance, as far as somebody looks at it; here nothing is parsed, and nobody waits.
"""

from __future__ import annotations

import asyncio
import functools

from cutaway.records import SqliteTable
from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QSplitter, QTableView, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.figures import count_text, counted
from cutaway_app.models.database_rows import DatabaseRows, kind_text, whole_text
from cutaway_app.names import display_line
from cutaway_app.viewers.content import Database, PreviewContent
from cutaway_app.viewers.readings import Readings

#: How a database begins.
MAGIC = b"SQLite format 3\0"
PAGE, ROW, WIDTH_MAX = 100, 24, 260
#: How long the current value must rest before it is read whole; so much of it is shown.
REST_S, DETAILS_MAX = 0.1, 500_000


def suits(content: PreviewContent) -> int:
    """Return how well it suits."""
    return 95 if content.database is not None and content.head.startswith(MAGIC) else 0


class RowsView(QTableView):
    """The rows; Ctrl+C copies the cells that are selected, with tabs between."""

    def __init__(self, model: DatabaseRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Rows")
        self.setModel(model)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy cells."""
        if event.matches(StandardKey.Copy):
            rows: dict[int, list[str]] = {}
            for index in sorted(self.selectedIndexes(), key=lambda one: (one.row(), one.column())):
                rows.setdefault(index.row(), []).append(str(index.data() or ""))
            QGuiApplication.clipboard().setText("\n".join("\t".join(cells) for cells in rows.values()))
        else:
            super().keyPressEvent(event)


class DatabaseViewer(QWidget):
    """A database."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Table")
        self._database: Database | None = None
        self._tables: list[SqliteTable] = []
        self._readings = Readings(lambda error: self._note.setText(f"It cannot be read: {error}"))
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Tables and views")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.rows = DatabaseRows(self)
        self.view = RowsView(self.rows, self)
        self.details = QPlainTextEdit(self)
        self.details.setAccessibleName("Value")
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.details.setFont(theme.scaled(theme.monospace(), 0.95))
        self._note = plain_label("", self, role="muted")
        self._warning = plain_label("", self, role="warning")
        self._lay_out()
        self.setFocusProxy(self.view)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.rows.more_wanted.connect(self._go_on)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)

    def _lay_out(self) -> None:
        for label in (self._note, self._warning):
            label.setContentsMargins(16, 4, 8, 4)
            label.setWordWrap(True)
        self._warning.hide()
        head = QVBoxLayout()
        head.setContentsMargins(8, 8, 8, 8)
        head.addWidget(self.choice)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(self.details)
        split.setSizes([360, 100])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._warning)
        layout.addWidget(split, 1)
        layout.addWidget(self._note)

    @property
    def said(self) -> str:
        """What is said of the rows."""
        return self._note.text()

    @property
    def warned(self) -> str:
        """What a person should know of the database."""
        return self._warning.text()

    def show_content(self, content: PreviewContent) -> None:
        """Show a database: what is in it, and the rows of its first table."""
        self.clear()
        self._database = content.database
        if self._database is not None:
            self._note.setText("Reading…")
            self._readings.start("tables", functools.partial(self._list_tables, self._database))

    def clear(self) -> None:
        """Forget the database, and stop reading it."""
        self._readings.stop()
        self._tables, self._database = [], None
        self.choice.clear()
        self.rows.begin([])
        self.details.clear()
        self._note.setText("")
        self._warn("")

    def _warn(self, text: str) -> None:
        self._warning.setText(text)
        self._warning.setVisible(bool(text))

    async def _list_tables(self, database: Database) -> None:
        info = await database.info()
        log = "What its write-ahead log holds is not shown: it is too long" if info.wal == "ignored" else ""
        self._warn(". ".join(filter(None, [display_line(info.note), log])))
        self._tables = await database.tables()
        self._note.setText("" if self._tables else "There is no table in it")
        for table in self._tables:
            rows = f" — {counted(table.rows, 'row')}" if table.rows >= 0 else " — view" if table.type == "view" else ""
            self.choice.addItem(display_line(table.name) + rows)

    def _on_chosen(self, place: int) -> None:
        if 0 <= place < len(self._tables):
            self.details.clear()
            self.rows.begin(self._tables[place].columns)
            self._go_on()

    def _go_on(self) -> None:
        if self._database is not None and 0 <= self.choice.currentIndex() < len(self._tables):
            table = self._tables[self.choice.currentIndex()]
            self._readings.start("rows", functools.partial(self._fill, self._database, table))

    async def _fill(self, database: Database, table: SqliteTable) -> None:
        start = self.rows.rowCount()
        self._note.setText("Reading…")
        found = await database.rows(table.name, start, PAGE)
        self.rows.add(found)
        self.rows.has_more = len(found) >= PAGE
        self._note.setText(self._count(table))
        if not start:
            self._fit_columns()
        bar = self.view.verticalScrollBar()
        if self.rows.has_more and self.view.isVisible() and bar.value() >= bar.maximum() > 0:
            self.rows.has_more = False
            QTimer.singleShot(0, self._go_on)

    def _count(self, table: SqliteTable) -> str:
        count = self.rows.rowCount()
        if not self.rows.has_more:
            return counted(count, "row") if count else "No rows"
        return (
            f"{count_text(count)} of {counted(table.rows, 'row')}"
            if table.rows >= 0
            else f"{count_text(count)} rows, more as you scroll"
        )

    def _fit_columns(self) -> None:
        self.view.resizeColumnsToContents()
        for column in range(self.rows.columnCount()):
            self.view.setColumnWidth(column, min(self.view.columnWidth(column), WIDTH_MAX))

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.details.clear()
        value = self.rows.value(current) if current.isValid() else None
        if value is None or self._database is None:
            return
        self.details.setPlainText(f"{kind_text(value)}\n\n{whole_text(value)}"[:DETAILS_MAX])
        if value.size_bytes > len(value.data):
            table = self._tables[self.choice.currentIndex()].name
            self._readings.start("value", functools.partial(self._tell_whole, self._database, table, current))

    async def _tell_whole(self, database: Database, table: str, current: QModelIndex) -> None:
        await asyncio.sleep(REST_S)
        row = await database.whole_row(table, current.row())
        if current.column() < len(row):
            value = row[current.column()]
            self.details.setPlainText(f"{kind_text(value)}\n\n{whole_text(value)}"[:DETAILS_MAX])
