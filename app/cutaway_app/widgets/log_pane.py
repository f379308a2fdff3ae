"""The log: live, filtered by level and text, copied and saved. GUI thread; the model bounds how much there is."""

from __future__ import annotations

import os
from typing import cast

from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelectionRange, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cutaway_app import theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.controls.placeholder import Placeholder
from cutaway_app.whole_file import write_whole
from cutaway_app.widgets.log_filter import LogFilter

_LEVELS = (("All", "debug"), ("Info and graver", "info"), ("Warnings and errors", "warning"), ("Errors", "error"))
#: So wide are time, source and image; the message has the rest.
_CHARACTERS = (10, 10, 20)


class _Lines(QTableView):
    copy_requested = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy lines, where Qt would copy one cell."""
        if event.matches(StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)


class LogPane(QFrame):
    """The log.

    Signals:
        saved(str): the shown lines were written to this file.
        save_failed(object): they could not be (OSError).
        close_requested(): the person wants the pane away.
    """

    saved = Signal(str)
    save_failed = Signal(object)
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setAccessibleName("Log")
        self._filter = LogFilter(self)
        self._level = QComboBox(self)
        self._level.setAccessibleName("Level of the log")
        for word, level in _LEVELS:
            self._level.addItem(word, level)
        self._level.currentIndexChanged.connect(self._on_level_changed)
        self._search = QLineEdit(self)
        self._search.setAccessibleName("Search the log")
        self._search.setPlaceholderText("Search the log")
        self._search.setClearButtonEnabled(True)
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(150)
        self._search_timer.timeout.connect(self._on_search_settled)
        self._search.textChanged.connect(lambda _: self._search_timer.start())
        self._follow = tool_button("follow", "Follow the newest line", self)
        self._follow.setCheckable(True)
        self._follow.setChecked(True)
        self._follow.toggled.connect(self._on_follow_toggled)
        self._copy = tool_button("copy", "Copy lines", self)
        self._copy.clicked.connect(self.copy)
        self._save = tool_button("save", "Save log…", self)
        self._save.clicked.connect(self._on_save_clicked)
        self._close = tool_button("close", "Close log", self)
        self._close.clicked.connect(self.close_requested)
        self._table = self._make_table()
        self._placeholder = Placeholder(self._table)
        self._placeholder.set_message(
            "Nothing logged", "Lines of the appliance's kernel appear here as they come.", "log"
        )
        self._lay_out()

    def _make_table(self) -> _Lines:
        table = _Lines(self)
        table.setAccessibleName("Log lines")
        table.setModel(self._filter)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setFont(theme.scaled(theme.monospace(), 0.9))
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(table.verticalHeader().ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 4)
        table.horizontalHeader().hide()
        table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        table.copy_requested.connect(self.copy)
        return table

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._level)
        row.addWidget(self._search, 1)
        for button in (self._follow, self._copy, self._save, self._close):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._table, 1)

    def set_model(self, model: QAbstractTableModel) -> None:
        """Show this log."""
        self._filter.setSourceModel(model)
        for signal in (self._filter.rowsInserted, self._filter.rowsRemoved, self._filter.modelReset):
            signal.connect(self._on_rows_changed)
        self._filter.layoutChanged.connect(self._on_rows_changed)
        width = self._table.fontMetrics().averageCharWidth()
        for column, characters in enumerate(_CHARACTERS):
            self._table.setColumnWidth(column, characters * width + 12)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._on_rows_changed()

    @property
    def shown_count(self) -> int:
        """How many lines pass the filter."""
        return self._filter.rowCount()

    def set_filter(self, level: str, text: str = "") -> None:
        """Show lines of this level and graver ones that hold this text."""
        self._level.setCurrentIndex(self._level.findData(level))
        self._search.setText(text)
        self._on_search_settled()

    def focus_search(self) -> None:
        """Let the person type what to search for."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def event(self, event: QEvent) -> bool:
        """Take keys before the window's actions do: none of them means the files while the focus is here."""
        return keep_key(event, StandardKey.Find, StandardKey.SelectAll, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Search with Ctrl+F, wherever in the pane the focus is."""
        if event.matches(StandardKey.Find):
            self.focus_search()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the selected lines, or all that are shown."""
        ranges = cast("list[QItemSelectionRange]", self._table.selectionModel().selection())
        chosen = sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})
        rows = chosen or list(range(self._filter.rowCount()))
        QGuiApplication.clipboard().setText(self._filter.as_text(rows))

    def save_to(self, path: str) -> None:
        """Write the shown lines to a file; tells by a signal how that went."""
        text = self._filter.as_text(list(range(self._filter.rowCount())))
        try:
            write_whole(path, text.encode())
        except OSError as error:
            self.save_failed.emit(error)
        else:
            self.saved.emit(path)

    def _on_save_clicked(self) -> None:
        dialog = QFileDialog(self, "Save log", os.path.expanduser("~/cutaway.log"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def _on_level_changed(self) -> None:
        self._filter.set_level(str(self._level.currentData()))
        self._on_rows_changed()

    def _on_search_settled(self) -> None:
        self._filter.set_text(self._search.text())
        self._on_rows_changed()

    def _on_rows_changed(self) -> None:
        is_empty = self._filter.rowCount() == 0
        self._placeholder.setGeometry(self._table.rect())
        self._placeholder.setVisible(is_empty)
        is_filtered = bool(self._search.text()) or self._level.currentIndex() > 0
        if is_empty and is_filtered:
            self._placeholder.set_message(
                "No line matches", "Choose another level or search for something else.", "filter"
            )
        if self._follow.isChecked():
            self._table.scrollToBottom()

    def _on_follow_toggled(self, follows: bool) -> None:  # noqa: FBT001 Qt's slot
        if follows:
            self._table.scrollToBottom()

    def _on_scrolled(self, value: int) -> None:
        bar = self._table.verticalScrollBar()
        if bar.isSliderDown():
            self._follow.setChecked(value >= bar.maximum())
