"""The table of a folder: selection, keys, type-to-find, the wish to open, extract or drag. GUI thread.

Built for a hundred thousand rows: fixed heights, no vertical header, selections as ranges, no sizing by content. Knows
the model by duck's rules (`TableModel`); what a row means is for others.
"""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QElapsedTimer,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView, QWidget

from cutaway_app.controls.placeholder import Placeholder
from cutaway_app.widgets.file_columns import FileColumns
from cutaway_app.widgets.file_delegate import FileDelegate

ModelIndex = QModelIndex | QPersistentModelIndex
CursorAction = QAbstractItemView.CursorAction


class TableModel(Protocol):
    """What the table asks of its model beside Qt's own."""

    def find_prefix(self, text: str, start: int, /) -> int:
        """Return the first row from `start` on, going round, whose name begins so; -1 if none."""


class FileTable(QTableView):
    """The table of a folder.

    Attributes:
        columns: Its columns.

    Signals:
        opened(object): a row was double-clicked, or Enter pressed on it (int).
        extract_requested(): the selection shall be extracted.
        context_menu_requested(object): a menu is wanted at this global QPoint.
        drag_requested(): the person drags the selection; start the drag in the slot itself.
        preview_requested(): the person pressed the space bar.
    """

    opened = Signal(object)
    extract_requested = Signal()
    context_menu_requested = Signal(object)
    drag_requested = Signal()
    preview_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sought = ""
        self._pressed: QPoint | None = None
        self._has_dragged = False
        self._since_key = QElapsedTimer()
        self.placeholder = Placeholder(self.viewport())
        self.setAccessibleName("Files")
        self.setItemDelegate(FileDelegate(self))
        self._set_behaviour()
        self._set_rows()
        self.columns = FileColumns(self)
        self.doubleClicked.connect(self._on_double_clicked)

    def _set_behaviour(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSortingEnabled(True)

    def _set_rows(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(28, self.fontMetrics().height() + 12))

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a folder."""
        super().setModel(model)
        if model is not None:
            for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
                signal.connect(self._update_placeholder)
        self.columns.begin()
        self._update_placeholder()

    def set_placeholder(self, title: str, text: str = "", icon: str = "") -> None:
        """Say what to show while there are no rows: loading, an empty folder, an error."""
        self.placeholder.set_message(title, text, icon)
        self._update_placeholder()

    def _update_placeholder(self) -> None:
        model = self.model()
        self.placeholder.setVisible(model is None or model.rowCount() == 0)

    def selected_rows(self) -> list[int]:
        """Return the selected rows in order; fast however many they are."""
        if self.model() is None:
            return []
        # The stub does not know that it is a list of ranges.
        ranges = cast("list[QItemSelectionRange]", self.selectionModel().selection())
        return sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})

    def selectAll(self) -> None:
        """Select all rows as one range."""
        model = self.model()
        if model is None or model.rowCount() == 0:
            return
        last = model.index(model.rowCount() - 1, model.columnCount() - 1)
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(QItemSelection(model.index(0, 0), last), flag.ClearAndSelect)

    def select_row(self, row: int) -> None:
        """Select one row, make it the current one and show it."""
        model = self.model()
        if model is not None and 0 <= row < model.rowCount():
            index = model.index(row, 0)
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
            self.scrollTo(index)

    def fit_bars(self) -> None:
        """Let the scroll bars reach as far as there are rows, at once: Qt does so a moment after rows have changed."""
        self.doItemsLayout()

    def keyboardSearch(self, search: str) -> None:
        """Go to the next row whose name begins with what is being typed."""
        model = self.model()
        if model is None or model.rowCount() == 0 or not search:
            return
        goes_on = self._is_searching()
        self._since_key.start()
        repeats = goes_on and self._sought == search
        self._sought = self._sought + search if goes_on and not repeats else search
        current = max(0, self.currentIndex().row())
        start = current if goes_on and not repeats else current + (1 if self.currentIndex().isValid() else 0)
        row = cast("TableModel", model).find_prefix(self._sought, start % model.rowCount())
        if row >= 0:
            self.select_row(row)

    def _is_searching(self) -> bool:
        return self._since_key.isValid() and self._since_key.elapsed() < 2 * QApplication.keyboardInputInterval()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter, extract with Ctrl+E, look with Space unless that belongs to a name being typed."""
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and plain and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_E and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.extract_requested.emit()
        elif event.key() == Qt.Key.Key_Space and plain:
            self.keyboardSearch(" ") if self._is_searching() else self.preview_requested.emit()
        else:
            super().keyPressEvent(event)

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Go to the first and the last row with Home and End, and nowhere sideways: a row is one thing."""
        rows = self.model().rowCount() if self.model() is not None else 0
        if action in {CursorAction.MoveHome, CursorAction.MoveEnd} and rows:
            return self.model().index(0 if action is CursorAction.MoveHome else rows - 1, 0)
        if action in {CursorAction.MoveLeft, CursorAction.MoveRight}:
            return self.currentIndex()
        return super().moveCursor(action, modifiers).siblingAtColumn(0)

    def currentChanged(self, current: ModelIndex, previous: ModelIndex) -> None:
        """Draw both rows anew as a whole, for the line around the current one: Qt draws their cells only."""
        super().currentChanged(current, previous)
        for rect in (self.visualRect(index) for index in (current, previous) if index.isValid()):
            self.viewport().update(0, rect.top(), self.viewport().width(), rect.height())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin: on a selected row. Qt would ask the model for each row's leave."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        can_drag = is_left and index.isValid() and self.selectionModel().isSelected(index)
        self._pressed = event.position().toPoint() if can_drag else None
        self._has_dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the selection, or select by dragging."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
        elif (
            not self._has_dragged
            and (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        ):
            self._has_dragged = True
            self.startDrag(Qt.DropAction.CopyAction)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Tell that a drag is wanted; Qt's own would ask the model for all data."""
        if self.selected_rows():
            self.drag_requested.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu, at the current row when the keyboard asks."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.scrollTo(self.currentIndex())
            rect = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(rect.bottomLeft() + QPoint(8, 0))
        elif not self.indexAt(event.pos()).isValid():
            self.clearSelection()
        self.context_menu_requested.emit(place)

    def saveState(self) -> QByteArray:
        """Return how the columns are."""
        return self.columns.save_state()

    def restoreState(self, state: QByteArray) -> bool:
        """Show columns as they were when the state was saved; False if it makes no sense."""
        return self.columns.restore_state(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what the other columns leave."""
        super().resizeEvent(event)
        self.placeholder.setGeometry(self.viewport().rect())
        self.columns.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, and a line around the current one when the keyboard moved there without selecting."""
        super().paintEvent(event)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid() and not self.selectionModel().isSelected(current):
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().accent().color())
            top = self.visualRect(current)
            painter.drawRect(0, top.top(), self.viewport().width() - 1, top.height() - 1)
