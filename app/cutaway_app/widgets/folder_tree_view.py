"""The tree of folders beside the table. GUI thread; the model fetches what is unfolded."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from cutaway_app import theme
from cutaway_app.controls.data_delegate import DataDelegate
from cutaway_app.controls.tree_arrow import paint_arrow

ModelIndex = QModelIndex | QPersistentModelIndex
ScrollHint = QAbstractItemView.ScrollHint
#: Between rows, and what a name needs to be known by, with its icon.
_ROW_GAP, _NAME_WIDTH = 8, 110


class _Airy(DataDelegate):
    """Rows with a little air, and a line around the current one when keys brought the focus here."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw one row."""
        super().paint(painter, option, index)
        state = QStyle.StateFlag
        if option.state & state.State_HasFocus and option.state & state.State_KeyboardFocusChange:
            painter.setPen(theme.colors().accent)
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        """Return the size with some height added."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), option.fontMetrics.height() + _ROW_GAP)


class FolderTreeView(QTreeView):
    """The tree.

    Signals:
        focus_changed(): it has the focus now, or has it no more.
    """

    focus_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Folders")
        self.setItemDelegate(_Airy(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setMinimumWidth(120)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.header().setStretchLastSection(False)
        self.expanded.connect(self._fit)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell it."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell it."""
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def scrollTo(self, index: ModelIndex, hint: ScrollHint = ScrollHint.EnsureVisible) -> None:
        """Show a folder, sideways too: deep down its name would be beyond the edge."""
        self._fit(index)
        super().scrollTo(index, hint)
        bar = self.horizontalScrollBar()
        bar.setValue(max(0, self._end_of_name(index) - self.viewport().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the whole width."""
        super().resizeEvent(event)
        self._fit(self.currentIndex())

    def _fit(self, index: ModelIndex) -> None:
        """Make room for the name of a folder, and for those in it."""
        wanted = self._end_of_name(index) + (self.indentation() if self.isExpanded(index) else 0)
        self.header().resizeSection(0, max(self.viewport().width(), wanted))
        self.updateGeometries()

    def _end_of_name(self, index: ModelIndex) -> int:
        depth = 0
        while index.isValid():
            depth, index = depth + 1, index.parent()
        return depth * self.indentation() + _NAME_WIDTH

    def drawBranches(self, painter: QPainter, rect: QRect, index: ModelIndex) -> None:
        """Draw an arrow where there is something to unfold."""
        paint_arrow(self, painter, rect, index)
