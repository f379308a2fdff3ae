"""A log: entries that come page by page, the newest first, filters, and all that is known of the current one.

GUI thread. Everything is read in the appliance, where somebody looks; the newest wish ends the one before.
"""

from __future__ import annotations

import asyncio
import functools
from contextlib import aclosing

from cutaway.records import JournalField
from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QSplitter, QTableView, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.figures import counted
from cutaway_app.models.log_table import (
    PRIORITY,
    SOURCE,
    TIME,
    LogTable,
    entries_text,
    entry_text,
    message_text,
)
from cutaway_app.names import display_line, display_name
from cutaway_app.viewers.content import Log
from cutaway_app.viewers.find_line import is_search_key
from cutaway_app.viewers.log_filters import LogFilters
from cutaway_app.viewers.readings import Readings

#: Begins to read something.
PAGE, ROW, MARGIN, NARROW = 200, 24, 28, 640
#: For what there is to be room in a column.
WIDEST = {TIME: "0000-00-00 00:00:00", PRIORITY: "Emergency", SOURCE: "systemd[1000] (mariadb.service)"}
#: How long the current entry must rest before it is read whole; so much of it is shown.
REST_S, DETAILS_MAX = 0.1, 500_000


class LogList(QTableView):
    """The entries; Ctrl+C copies those that are selected."""

    def __init__(self, model: LogTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Entries")
        self.setModel(model)
        self._entries = model
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setStretchLastSection(True)
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        for column, widest in WIDEST.items():
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(widest) + MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for messages, where there is little: the details tell what is hidden then."""
        super().resizeEvent(event)
        for column in (PRIORITY, SOURCE):
            self.setColumnHidden(column, event.size().width() < NARROW)

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy entries, in the order of time."""
        if event.matches(StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectedIndexes()}, reverse=True)
            QGuiApplication.clipboard().setText("\n".join(entry_text(self._entries.entry(row)) for row in rows))
        else:
            super().keyPressEvent(event)


class LogView(QWidget):
    """A log.

    Signals:
        changed(): what is shown, or said, is another.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Journal")
        self._log: Log | None = None
        self._readings = Readings(lambda error: self._say(f"It cannot be read: {error}"))
        self.filters = LogFilters(self)
        self.table = LogTable(self)
        self.list = LogList(self.table, self)
        self.details = QPlainTextEdit(self)
        self.details.setAccessibleName("Entry")
        self.details.setReadOnly(True)
        self.details.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.details.setFont(theme.scaled(theme.monospace(), 0.95))
        self.details.setTabChangesFocus(True)
        self._note = plain_label("", self, role="muted")
        self._problem = plain_label("", self, role="warning")
        self._problem.setWordWrap(True)
        self._lay_out()
        self.setFocusProxy(self.list)
        self.filters.changed.connect(self._begin)
        self.table.more_wanted.connect(self._go_on)
        self.list.selectionModel().currentRowChanged.connect(self._on_current_changed)

    def _lay_out(self) -> None:
        self._problem.setContentsMargins(16, 0, 8, 4)
        self._note.setContentsMargins(16, 4, 8, 4)
        self._problem.hide()
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.details)
        split.setSizes([320, 140])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filters)
        layout.addWidget(self._problem)
        layout.addWidget(split, 1)
        layout.addWidget(self._note)

    @property
    def log(self) -> Log | None:
        """What is shown."""
        return self._log

    @property
    def said(self) -> str:
        """What is said of the list."""
        return self._note.text()

    @property
    def problem(self) -> str:
        """What is said of files that are damaged."""
        return self._problem.text()

    def show_log(self, log: Log) -> None:
        """Show a log from its end."""
        self.clear()
        self._log = log
        self._begin()

    def clear(self) -> None:
        """Forget the log, and stop reading it."""
        self._readings.stop()
        self._log = None
        self.filters.clear()
        self.table.clear()
        self.details.clear()
        self._say("")
        self._warn("")

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Find) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Search with Ctrl+F."""
        if is_search_key(event):
            self.filters.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filters.text.selectAll()
        else:
            super().keyPressEvent(event)

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self.changed.emit()

    def _warn(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _begin(self) -> None:
        self.table.clear()
        self.details.clear()
        self._go_on()

    def _go_on(self) -> None:
        if self._log is not None:
            self._readings.start("entries", functools.partial(self._fill, self._log))

    async def _fill(self, log: Log) -> None:
        start = self.table.rowCount()
        cursor = self.table.entry(start - 1).cursor if start else ""
        self._say("Reading…" if not start else self._count("…"))
        async with aclosing(log.pages(self.filters.wishes, cursor, PAGE)) as pages:
            async for page in pages:
                self.table.add(page)
                self._say(self._count("…"))
        self.table.has_more = self.table.rowCount() - start >= PAGE
        self._say(self._count(", more as you scroll" if self.table.has_more else ""))
        if not start and self.table.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.table.index(0, 0))
        self._go_on_at_end()
        if "facts" not in self._readings:
            self._readings.start("facts", functools.partial(self._tell_facts, log))

    def _go_on_at_end(self) -> None:
        """Ask for more where the end was scrolled to meanwhile: nobody can scroll further for it."""
        bar = self.list.verticalScrollBar()
        if self.table.has_more and self.list.isVisible() and bar.value() >= bar.maximum() > 0:
            self.table.has_more = False
            QTimer.singleShot(0, self._go_on)

    def _count(self, more: str) -> str:
        count = self.table.rowCount()
        return (entries_text(count) if count else "No entries") + more

    async def _tell_facts(self, log: Log) -> None:
        """Tell what takes longer: what is damaged, and which boots there are."""
        damaged = [file for file in await log.files() if file.problem]
        if damaged:
            first = f"{display_name(damaged[0].path.rpartition(b'/')[2])}: {damaged[0].problem}"
            others = f"; {counted(len(damaged) - 1, 'other file')} too" if len(damaged) > 1 else ""
            self._warn(display_line(first + others) + ". What is readable is shown.")
        self.filters.show_boots(await log.boots())

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.details.clear()
        if self._log is not None and current.isValid():
            entry = self.table.entry(current.row())
            self.details.setPlainText(message_text(entry.message))
            self._readings.start("fields", functools.partial(self._tell_fields, self._log, entry.cursor))

    async def _tell_fields(self, log: Log, cursor: str) -> None:
        await asyncio.sleep(REST_S)
        self.details.setPlainText(fields_text(await log.fields(cursor))[:DETAILS_MAX])


def fields_text(fields: list[JournalField]) -> str:
    """Return all that is known of an entry: its message, and a line for each other field."""
    message = next((field.value for field in fields if field.name == "MESSAGE"), b"")
    lines = [f"{display_line(field.name)}={message_text(field.value)}" for field in fields if field.name != "MESSAGE"]
    return "\n".join([message_text(message), "", *lines])
