"""Hives of a Windows registry: keys as a tree, the values of the current key below it. GUI thread.

The hive is read in the appliance, key by key as somebody looks at it; here nothing is parsed, and nobody waits.
"""

from __future__ import annotations

import asyncio
import functools

from cutaway.errors import EngineError
from cutaway.records import RegistryKey, RegistryValue
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cutaway_app.controls.data_delegate import DataDelegate
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.controls.tree_arrow import paint_arrow
from cutaway_app.names import display_line, plain_tip
from cutaway_app.viewers.content import PreviewContent, Registry
from cutaway_app.viewers.hive_values import data_text, type_text
from cutaway_app.viewers.readings import Readings

#: How a hive begins (its base block).
MAGIC = b"regf"
#: Rows that are made between two turns of the loop, and at most.
SLICE, ROWS_MAX = 500, 50_000
ROW = 24
#: Of a text no more is put into a cell; the tool tip has the rest.
CELL_MAX = 300
DEFAULT = "(Default)"
_NAME = Qt.ItemDataRole.UserRole
_IS_LISTED = Qt.ItemDataRole.UserRole + 1


def suits(content: PreviewContent) -> int:
    """Return how well it suits."""
    return 95 if content.registry is not None and content.head.startswith(MAGIC) else 0


class KeyTree(QTreeWidget):
    """The keys; Ctrl+C copies the path of the current one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keys")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setItemDelegate(DataDelegate(self))
        self.setFrameShape(QTreeWidget.Shape.NoFrame)

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the arrow of a row."""
        paint_arrow(self, painter, rect, index)

    def path_of(self, item: QTreeWidgetItem | None) -> list[str]:
        """Return the names that lead to a key from the root."""
        names: list[str] = []
        while item is not None and item.parent() is not None:
            names.insert(0, str(item.data(0, _NAME)))
            item = item.parent()
        return names

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy a path."""
        if event.matches(StandardKey.Copy):
            QGuiApplication.clipboard().setText("\\".join(self.path_of(self.currentItem())))
        else:
            super().keyPressEvent(event)


class ValueTable(QTableWidget):
    """The values of a key; Ctrl+C copies what the current one holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setAccessibleName("Values")
        self.setHorizontalHeaderLabels(["Name", "Type", "Value"])
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setStretchLastSection(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setItemDelegate(DataDelegate(self))
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setWordWrap(False)

    def show_values(self, values: list[RegistryValue]) -> None:
        """Show them, the default value first."""
        self.setRowCount(len(values))
        for row, value in enumerate(sorted(values, key=lambda one: one.name.casefold())):
            whole = data_text(value)
            cells = (display_line(value.name) if value.name else DEFAULT, type_text(value), whole)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(display_line(text.replace("\n", " | ")[:CELL_MAX]))
                item.setToolTip(plain_tip(text))
                item.setData(_NAME, whole)
                self.setItem(row, column, item)
        self.resizeColumnsToContents()
        self.setColumnWidth(0, min(self.columnWidth(0), 220))

    def event(self, event: QEvent) -> bool:
        """Take the key before the window's action does."""
        return keep_key(event, StandardKey.Copy) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what a value holds."""
        item = self.currentItem()
        if event.matches(StandardKey.Copy) and item is not None:
            QGuiApplication.clipboard().setText(str(item.data(_NAME)))
        else:
            super().keyPressEvent(event)


class HiveViewer(QWidget):
    """A hive."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Registry")
        self._registry: Registry | None = None
        self._readings = Readings(lambda error: self._say(f"It cannot be read: {error}"))
        self.tree, self.table = KeyTree(self), ValueTable(self)
        self._note = plain_label("", self, role="muted")
        self._note.setContentsMargins(16, 4, 8, 4)
        self._note.hide()
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(self.table)
        split.setSizes([300, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._note)
        layout.addWidget(split, 1)
        self.setFocusProxy(self.tree)
        self.tree.itemExpanded.connect(self._on_expanded)
        self.tree.currentItemChanged.connect(self._on_current_changed)

    @property
    def said(self) -> str:
        """What is said of keys that cannot be read."""
        return self._note.text()

    def show_content(self, content: PreviewContent) -> None:
        """Show a hive: its root and the keys below it."""
        self.clear()
        self._registry = content.registry
        root = _item(display_line(content.name.decode("utf-8", "replace")))
        root.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        self.tree.addTopLevelItem(root)
        root.setExpanded(True)
        self.tree.setCurrentItem(root)

    def clear(self) -> None:
        """Forget the hive, and stop reading it."""
        self._readings.stop()
        self._registry = None
        self.tree.clear()
        self.table.setRowCount(0)
        self._say("")

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _on_expanded(self, item: QTreeWidgetItem) -> None:
        if self._registry is not None and not item.data(0, _IS_LISTED):
            item.setData(0, _IS_LISTED, True)  # noqa: FBT003 Qt's own signature
            work = functools.partial(self._list, self._registry, item)
            self._readings.start(f"keys {id(item)}", work)

    def _on_current_changed(self, item: QTreeWidgetItem | None, _before: object) -> None:
        self._readings.end("values")
        self.table.setRowCount(0)
        if self._registry is not None and item is not None:
            work = functools.partial(self._show_values, self._registry, self.tree.path_of(item))
            self._readings.start("values", work)

    async def _list(self, registry: Registry, item: QTreeWidgetItem) -> None:
        try:
            keys = await registry.keys(self.tree.path_of(item))
        except EngineError:
            item.setData(0, _IS_LISTED, False)  # noqa: FBT003 Qt's own signature
            raise
        self._say("")
        for start in range(0, min(len(keys), ROWS_MAX), SLICE):
            item.addChildren([_row(key) for key in keys[start : min(start + SLICE, ROWS_MAX)]])
            await asyncio.sleep(0)
        if not keys:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.DontShowIndicator)
        if len(keys) > ROWS_MAX:
            self._say(f"Only the first {ROWS_MAX} of {len(keys)} keys are shown.")

    async def _show_values(self, registry: Registry, path: list[str]) -> None:
        self.table.show_values(await registry.values(path))


def _item(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setSizeHint(0, QSize(0, ROW))
    return item


def _row(key: RegistryKey) -> QTreeWidgetItem:
    item = _item(display_line(key.name))
    item.setData(0, _NAME, key.name)
    policy = QTreeWidgetItem.ChildIndicatorPolicy
    item.setChildIndicatorPolicy(policy.ShowIndicator if key.subkeys else policy.DontShowIndicator)
    return item
