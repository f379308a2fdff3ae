"""The page with a directory: folder tree on the left, filter line and table on the right. GUI thread; layout only."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget

from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderTreeModel
from cutaway_app.widgets.file_table import FileTable
from cutaway_app.widgets.folder_tree_view import FolderTreeView


class FilterLine(QLineEdit):
    """The line for a text that names must hold; Escape ends it.

    Signals:
        dismissed(): the person wants no filter any more.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Show only names that contain…")
        self.setAccessibleName("Filter")
        self.setClearButtonEnabled(True)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the filter on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)


class BrowserPage(QWidget):
    """The page with a directory.

    Attributes:
        tree, table, filter: Its widgets.
        splitter: Divides tree and table.
    """

    def __init__(self, table_model: FolderTableModel, tree_model: FolderTreeModel) -> None:
        super().__init__()
        self.tree = FolderTreeView(self)
        self.tree.setModel(tree_model)
        self.table = FileTable(self)
        self.table.setModel(table_model)
        # NB: a header asks its selection model whether whole columns are selected, which visits all rows: 1.4 s for
        # 100,000. So it gets one in which nothing is ever selected.
        self.table.horizontalHeader().setSelectionModel(QItemSelectionModel(table_model, self.table))
        self.filter = FilterLine(self)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.tree)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([160, 510])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)
