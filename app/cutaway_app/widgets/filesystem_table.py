"""The file systems of an image as rows to open: name, type, label, size, use. GUI thread."""

from __future__ import annotations

from cutaway.records import Filesystem, StatVfs
from cutaway.unlocking import ENCRYPTED
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from cutaway_app import resources, theme
from cutaway_app.controls.data_delegate import DataDelegate
from cutaway_app.figures import exact_size_text, size_text
from cutaway_app.names import display_line, plain_tip
from cutaway_app.widgets.disk_plan import can_be_opened, use_of
from cutaway_app.widgets.sidebar_view import paint_use_bar

_TITLES = ("Where", "Type", "Label", "Size", "Used")
_USE = Qt.ItemDataRole.UserRole
_ROW = 32
_MAX_ROWS_SHOWN = 12
_MAX_BAR = 160
#: Characters that each column has where there is room; the columns that go first where there is none.
_AMPLE = (30, 18, 20, 16, 24)
_DISPENSABLE = (2, 4, 1)


class UseDelegate(DataDelegate):
    """Draws a bar of use beside its figure."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a cell."""
        super().paint(painter, option, index)
        use = index.data(_USE)
        if not isinstance(use, float):
            return
        text = option.fontMetrics.horizontalAdvance("100 %") + 16
        room = option.rect.adjusted(text, 0, -8, 0)
        if option.direction == Qt.LayoutDirection.RightToLeft:
            room = option.rect.adjusted(8, 0, -text, 0)
        width = min(max(0, room.width()), _MAX_BAR)
        left = room.right() - width if option.direction == Qt.LayoutDirection.RightToLeft else room.left()
        bar = QRect(left, option.rect.center().y() - 2, width, 4)
        painter.save()
        paint_use_bar(painter, bar, use, option.direction)
        painter.restore()


class FilesystemTable(QTableWidget):
    """The file systems.

    Signals:
        opened(str): the person wants to look into this mountable, or to unlock it.
        context_menu_requested(str, object): a menu for this device is wanted at this global QPoint.
    """

    opened = Signal(str)
    context_menu_requested = Signal(str, object)

    def __init__(
        self,
        found: list[Filesystem],
        use: dict[str, StatVfs],
        letters: dict[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(len(found), len(_TITLES), parent)
        self._found, self._letters = found, letters or {}
        self.setAccessibleName("File systems")
        self.setHorizontalHeaderLabels(list(_TITLES))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(DataDelegate(self))
        self.setItemDelegateForColumn(4, UseDelegate(self))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.cellDoubleClicked.connect(lambda row, _: self._open(row))
        for row, entry in enumerate(found):
            self._fill(row, entry, use_of(use.get(entry.mountable)))
        self._colour()
        self._size()

    def _fill(self, row: int, entry: Filesystem, use: float | None) -> None:
        letters = self._letters.get(entry.mountable, "")
        where = f"{entry.mountable} ({letters})" if letters else entry.mountable
        texts = (where, entry.vfs_type, entry.label, size_text(entry.size_bytes))
        for column, text in enumerate((*texts, "" if use is None else f"{round(use * 100)} %")):
            item = QTableWidgetItem(display_line(text) if column < 3 else text)
            if column >= 3:
                item.setFont(theme.tabular(self.font()))
            item.setToolTip(exact_size_text(entry.size_bytes) if column == 3 else plain_tip(item.text()))
            item.setData(_USE, use if column == 4 else None)
            self.setItem(row, column, item)

    def _colour(self) -> None:
        """Give all rows the colours of the theme."""
        for row, entry in enumerate(self._found):
            can_open = can_be_opened(entry, self._found)
            cells = [cell for column in range(len(_TITLES)) if (cell := self.item(row, column)) is not None]
            for cell in cells[:1]:
                cell.setIcon(resources.icon(_icon(entry, can_open=can_open)))
            for cell in [] if can_open else cells:
                cell.setForeground(theme.colors().muted)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _size(self) -> None:
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(24)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows = min(len(self._found), _MAX_ROWS_SHOWN)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * _ROW + 2)

    def sizeHint(self) -> QSize:
        """Return room for all columns."""
        return QSize(560, self.height())

    def minimumSizeHint(self) -> QSize:
        """It may become narrow: columns give way."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each column ample room; where there is none what it holds, and leave out what matters least."""
        room, unit = self.viewport().width(), self.fontMetrics().averageCharWidth()
        ample = [characters * unit for characters in _AMPLE]
        tight = [max(self.sizeHintForColumn(column), self._title_width(column)) for column in range(len(_TITLES))]
        widths = ample if sum(ample) <= room else [min(pair) for pair in zip(ample, tight, strict=True)]
        shown = set(range(len(_TITLES)))
        for column in _DISPENSABLE:
            if sum(widths[kept] for kept in shown) > room:
                shown.discard(column)
        for column in range(len(_TITLES)):
            self.setColumnHidden(column, column not in shown)
        others = sum(widths[column] for column in shown if column)
        self.setColumnWidth(0, min(widths[0], max(room - others, 8 * unit)))
        for column in shown - {0}:
            self.setColumnWidth(column, widths[column])

    def _title_width(self, column: int) -> int:
        return self.horizontalHeader().sectionSizeHint(column)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self._found) and can_be_opened(self._found[row], self._found):
            self.opened.emit(self._found[row].mountable)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a row, the current one when the keyboard asks."""
        row, place = self.rowAt(event.pos().y()), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.currentRow()
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if 0 <= row < len(self._found):
            self.context_menu_requested.emit(self._found[row].mountable, place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(self.currentRow())
        else:
            super().keyPressEvent(event)


def _icon(entry: Filesystem, *, can_open: bool) -> str:
    if entry.vfs_type in ENCRYPTED:
        return "lock" if can_open else "unlock"
    others = {"swap": "swap"}
    return "volume" if can_open else others.get(entry.vfs_type, "partition")
