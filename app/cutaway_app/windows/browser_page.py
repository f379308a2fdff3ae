"""The page with a directory: folder tree on the left, filter line and table on the right. GUI thread; layout only."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderTreeModel
from cutaway_app.widgets.file_table import FileTable
from cutaway_app.widgets.folder_tree_view import FolderTreeView

#: Widths in pixels: of the table at least, and of a page from which on the tree has room.
_MIN_TABLE, _ROOM_FOR_TREE = 240, 460
IN_NAMES, IN_CONTENTS = "Names that contain…", "Files that contain…"


class FilterLine(QLineEdit):
    """The line for a text that names must hold; Escape ends it.

    Signals:
        dismissed(): the person wants no filter any more.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(IN_NAMES)
        self.setAccessibleName("Filter")
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the filter on Escape; go on to what it leaves with Down, as with Enter."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)


class BrowserPage(QWidget):
    """The page with a directory.

    Attributes:
        tree, table, filter: Its widgets.
        below: Whether the filter is for all that lies below the folder.
        scope: Whether it is for names or for contents.
        splitter: Divides tree and table.

    In a narrow page there is no room for the tree: it comes back when there is.
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
        self.table.setMinimumWidth(_MIN_TABLE)
        self._wants_tree = True
        self.filter = FilterLine(self)
        self.scope = QComboBox(self)
        self.scope.setAccessibleName("What is looked through")
        self.scope.setToolTip("Look for a text in names, or in the contents of files")
        self.scope.addItems(["Names", "Contents"])
        self.below = QCheckBox("In &subfolders", self)
        self.below.setToolTip("Look for names anywhere below this folder")
        self._filter_row = self._make_filter_row()
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._filter_row)
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

    def _make_filter_row(self) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self.filter, 1)
        layout.addWidget(self.scope)
        layout.addWidget(self.below)
        row.hide()
        return row

    @property
    def is_for_contents(self) -> bool:
        """Whether contents are looked through, not names."""
        return self.scope.currentIndex() > 0

    def show_scope(self) -> None:
        """Say what the line is for: contents are looked through below the folder only."""
        self.below.setHidden(self.is_for_contents)
        self.filter.setPlaceholderText(IN_CONTENTS if self.is_for_contents else IN_NAMES)
        self.filter.setAccessibleName("Text in files" if self.is_for_contents else "Filter")

    def show_filter(self, *, wanted: bool) -> None:
        """Show the line for the filter, or not."""
        self._filter_row.setVisible(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the filter on Escape, wherever in the page the focus is."""
        if event.key() == Qt.Key.Key_Escape and self._filter_row.isVisible():
            self.filter.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def show_tree(self, wanted: bool) -> None:  # noqa: FBT001 connected to toggled(bool)
        """Show the folder tree, if there is room, or not."""
        self._wants_tree = wanted
        self._fit_tree()

    def minimumSizeHint(self) -> QSize:
        """Return room for the table: the tree goes before it does."""
        return QSize(_MIN_TABLE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the tree in a narrow page."""
        super().resizeEvent(event)
        self._fit_tree()

    def _fit_tree(self) -> None:
        self.tree.setVisible(self._wants_tree and self.width() >= _ROOM_FOR_TREE)
