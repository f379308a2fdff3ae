"""What is installed in a system: a list to be searched, copied, and written to a file. GUI thread; not modal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator

from cutaway.errors import EngineError
from cutaway.records import Application
from PySide6.QtCore import QEvent, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHBoxLayout, QLineEdit, QTableView, QVBoxLayout
from PySide6.QtWidgets import QWidget as Widget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.data_delegate import DataDelegate
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.controls.tab_order import OrderedDialog
from cutaway_app.error_messages import explain
from cutaway_app.figures import counted
from cutaway_app.models.software_table import TITLES, SoftwareTable, csv_text
from cutaway_app.whole_file import write_whole

Listing = AsyncGenerator[list[Application], None]


class SoftwareView(QTableView):
    """The list; Ctrl+C copies the rows that are selected."""

    def __init__(self, parent: Widget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Installed software")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setItemDelegate(DataDelegate(self))
        self.setFrameShape(QTableView.Shape.NoFrame)

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy rows."""
        if event.matches(StandardKey.Copy):
            model = self.model()
            rows = sorted({index.row() for index in self.selectedIndexes()})
            cells = [[str(model.index(row, column).data()) for column in range(len(TITLES))] for row in rows]
            QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in cells))
        else:
            super().keyPressEvent(event)


class SoftwareDialog(OrderedDialog):
    """The list of a system.

    Args:
        title: What the system is called.
        listing: Gives what is installed as it comes; closed with the dialog, which ends the call.
    """

    def __init__(self, title: str, listing: Listing, parent: Widget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Installed Software — {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.table = SoftwareTable(self)
        self.shown = QSortFilterProxyModel(self)
        self.shown.setSourceModel(self.table)
        self.shown.setFilterKeyColumn(-1)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.shown.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter = QLineEdit(self)
        self.filter.setAccessibleName("Search in the list")
        self.filter.setPlaceholderText("Search")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.view = SoftwareView(self)
        self.view.setModel(self.shown)
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.note = plain_label("Listing…", self, role="muted")
        self.export_button = text_button("Export as CSV…", self)
        self.export_button.clicked.connect(self._choose_file)
        self.export_button.setEnabled(False)
        self._lay_out()
        self._task: asyncio.Task[None] | None = spawn(self._list(listing), name="installed software")
        self.finished.connect(self.stop)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 12)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.export_button)
        head = QHBoxLayout()
        head.setContentsMargins(12, 12, 12, 8)
        head.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.resize(760, 520)

    def stop(self) -> None:
        """End listing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _list(self, listing: Listing) -> None:
        try:
            async for page in listing:
                self.table.add(page)
                self._count("…")
        except EngineError as error:
            text = explain(error)
            self.note.setText(f"{text.title}: {text.text}" if text.text else text.title)
        else:
            self._count("")
            self.view.resizeColumnToContents(1)
            self.view.setColumnWidth(0, 260)
        finally:
            await listing.aclose()
        self.export_button.setEnabled(self.table.rowCount() > 0)

    def _on_filter_changed(self, text: str) -> None:
        self.shown.setFilterFixedString(text)
        self._count("" if self.export_button.isEnabled() else "…")

    def _count(self, more: str) -> None:
        shown, total = self.shown.rowCount(), self.table.rowCount()
        said = counted(total, "item") if shown == total else f"{shown} of {counted(total, 'item')}"
        self.note.setText(said + more)

    def rows(self) -> list[tuple[str, ...]]:
        """Return what is shown, in the order in which it is."""
        cells = range(len(TITLES))
        return [
            tuple(str(self.shown.index(row, column).data()) for column in cells) for row in range(self.shown.rowCount())
        ]

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Export what is installed")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Comma-separated values (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.setDirectory(os.path.expanduser("~"))
        dialog.selectFile("software.csv")
        dialog.fileSelected.connect(self.export)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: str) -> None:
        """Write what is shown to a file."""
        spawn(self._export(path, csv_text(self.rows())), name="export software")

    async def _export(self, path: str, text: str) -> None:
        try:
            await asyncio.to_thread(write_whole, path, text.encode("utf-8-sig"))
        except OSError as error:
            self.note.setText(f"{path} cannot be written: {error.strerror}")
        else:
            self.note.setText(f"Written to {path}")
