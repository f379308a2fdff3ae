"""Bytes as hexadecimal digits and characters: scrolling, cursor, selection. GUI thread; `hex_source` has the bytes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cutaway_app import theme
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.viewers.find_line import is_search_key
from cutaway_app.viewers.hex_layout import HexLayout
from cutaway_app.viewers.hex_source import HexSource

_MARGIN = 8
_TEXT = [chr(byte) if 32 <= byte < 127 else "·" for byte in range(256)]


class HexView(QAbstractScrollArea):
    """The area with the bytes.

    Signals:
        cursor_moved(object): the cursor is at this offset (int).
        search_requested(): the person wants to search (Ctrl+F).
        copy_requested(): the person wants to copy the selection (Ctrl+C).
    """

    cursor_moved = Signal(object)
    copy_requested = Signal()
    search_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Content as bytes")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFont(theme.monospace())
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._source: HexSource | None = None
        self._layout = HexLayout(0)
        self._first_row = 0
        self.cursor_offset = 0
        self._anchor = 0
        self._is_moving_bar = False
        self.verticalScrollBar().valueChanged.connect(self._on_bar_changed)

    def set_source(self, source: HexSource | None) -> None:
        """Show these bytes from their beginning."""
        self._source = source
        self._layout = HexLayout(source.size if source else 0).fitting(self._room())
        self._first_row = self.cursor_offset = self._anchor = 0
        if source is not None:
            source.arrived.connect(self.viewport().update)
        self._fit_bars()
        self.viewport().update()

    @property
    def selection(self) -> tuple[int, int]:
        """Offset and length of what is selected; one byte at least."""
        first, last = sorted((self._anchor, self.cursor_offset))
        return first, last - first + 1

    @property
    def first_visible_offset(self) -> int:
        """The offset of the first byte in view."""
        return self._first_row * self._layout.row_bytes

    def go_to(self, offset: int, *, selecting: bool = False) -> None:
        """Move the cursor and show it."""
        self.cursor_offset = min(max(0, offset), max(0, self._layout.size - 1))
        if not selecting:
            self._anchor = self.cursor_offset
        row = self.cursor_offset // self._layout.row_bytes
        if row < self._first_row:
            self._scroll_to(row)
        elif row >= self._first_row + self._visible_rows():
            self._scroll_to(row - self._visible_rows() + 1)
        self.viewport().update()
        self.cursor_moved.emit(self.cursor_offset)

    def select(self, offset: int, length: int) -> None:
        """Select bytes and show their beginning."""
        self.go_to(offset + length - 1)
        self.go_to(offset, selecting=True)

    def _visible_rows(self) -> int:
        return max(1, (self.viewport().height() - _MARGIN) // self._line_height())

    def _line_height(self) -> int:
        return self.fontMetrics().height() + 2

    def _char_width(self) -> float:
        return float(self.fontMetrics().horizontalAdvance("0" * 64)) / 64

    def _room(self) -> int:
        """Return how many characters fit beside each other."""
        return int((self.viewport().width() - _MARGIN) / self._char_width())

    def sizeHint(self) -> QSize:
        """Return room for a whole row."""
        return QSize(round(HexLayout(self._layout.size).columns * self._char_width()) + 3 * _MARGIN, 240)

    def _fit_bars(self) -> None:
        visible = self._visible_rows()
        bar = self.verticalScrollBar()
        self._is_moving_bar = True
        bar.setRange(0, self._layout.bar_maximum(visible))
        bar.setPageStep(visible)
        bar.setValue(self._layout.bar_of_row(self._first_row, visible))
        self._is_moving_bar = False
        width = round(self._layout.columns * self._char_width()) + _MARGIN
        self.horizontalScrollBar().setRange(0, max(0, width - self.viewport().width()))
        self.horizontalScrollBar().setPageStep(self.viewport().width())

    def _scroll_to(self, row: int) -> None:
        self._first_row = min(max(0, row), max(0, self._layout.row_count - self._visible_rows()))
        self._is_moving_bar = True
        self.verticalScrollBar().setValue(self._layout.bar_of_row(self._first_row, self._visible_rows()))
        self._is_moving_bar = False
        self.viewport().update()

    def _on_bar_changed(self, value: int) -> None:
        if not self._is_moving_bar:
            self._first_row = self._layout.row_of_bar(value, self._visible_rows())
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit rows and bars to the new size; what is at the top stays there."""
        super().resizeEvent(event)
        top = self.first_visible_offset
        self._layout = self._layout.fitting(self._room())
        self._first_row = top // self._layout.row_bytes
        self._fit_bars()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by rows, even where a step of the bar is many."""
        if event.angleDelta().y():
            self._scroll_to(self._first_row - round(event.angleDelta().y() / 40))
            event.accept()
        else:
            super().wheelEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows in view."""
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.translate(_MARGIN - self.horizontalScrollBar().value(), _MARGIN // 2)
        if self._source is None:
            return
        for line in range(self._visible_rows() + 1):
            row = self._first_row + line
            if row < self._layout.row_count and row * self._layout.row_bytes < self._layout.size:
                self._paint_row(painter, row, line * self._line_height())

    def _paint_row(self, painter: QPainter, row: int, top: int) -> None:
        colors, width, start = theme.colors(), self._char_width(), row * self._layout.row_bytes
        assert self._source is not None  # noqa: S101 checked by the caller
        data, _ = self._source.get(start, self._layout.row_bytes)
        self._paint_selection(painter, start, top)
        base = top + self.fontMetrics().ascent() + 1
        painter.setPen(colors.muted)
        painter.drawText(QPoint(0, base), f"{start:0{self._layout.offset_digits}x}")
        for place in range(min(self._layout.row_bytes, self._layout.size - start)):
            known = place < len(data)
            quiet = not known or data[place] == 0
            painter.setPen(colors.disabled if quiet else colors.text)
            digits, character = (f"{data[place]:02x}", _TEXT[data[place]]) if known else ("··", " ")
            painter.drawText(QPoint(round(self._layout.hex_column(place) * width), base), digits)
            painter.setPen(colors.disabled if quiet or character == "·" else colors.accent_strong)
            painter.drawText(QPoint(round(self._layout.text_column(place) * width), base), character)

    def _paint_selection(self, painter: QPainter, start: int, top: int) -> None:
        colors, width, height = theme.colors(), self._char_width(), self._line_height()
        first, length = self.selection
        for place in range(self._layout.row_bytes):
            offset = start + place
            if not first <= offset < first + length:
                continue
            is_cursor = offset == self.cursor_offset
            for column, chars in ((self._layout.hex_column(place), 2), (self._layout.text_column(place), 1)):
                box = QRectF(column * width - 1, top, chars * width + 2, height)
                painter.fillRect(box, colors.selected)
                if is_cursor and self.hasFocus():
                    painter.setPen(colors.accent)
                    painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _offset_at(self, place: QPoint) -> int:
        row = self._first_row + max(0, place.y() - _MARGIN // 2) // self._line_height()
        column = (place.x() - _MARGIN + self.horizontalScrollBar().value()) / self._char_width()
        return row * self._layout.row_bytes + self._layout.place_at(column)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the cursor; with Shift, select up to it."""
        if event.button() == Qt.MouseButton.LeftButton:
            is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.go_to(self._offset_at(event.position().toPoint()), selecting=is_shift)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.go_to(self._offset_at(event.position().toPoint()), selecting=True)

    def event(self, event: QEvent) -> bool:
        """Take keys before the window's actions do."""
        return keep_key(event, StandardKey.Find, StandardKey.Copy, StandardKey.SelectAll) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, select with Shift, copy, search."""
        if is_search_key(event):
            self.search_requested.emit()
            return
        if event.matches(StandardKey.Copy):
            self.copy_requested.emit()
            return
        if event.matches(StandardKey.SelectAll):
            self.select(0, max(1, self._layout.size))
            return
        target = self._target_of(event)
        if target is None:
            super().keyPressEvent(event)
            return
        self.go_to(target, selecting=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _target_of(self, event: QKeyEvent) -> int | None:
        at, page = self.cursor_offset, self._visible_rows() * self._layout.row_bytes
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        row = at - at % self._layout.row_bytes
        targets = {
            Qt.Key.Key_Left: at - 1, Qt.Key.Key_Right: at + 1, Qt.Key.Key_Up: at - self._layout.row_bytes,
            Qt.Key.Key_Down: at + self._layout.row_bytes, Qt.Key.Key_PageUp: at - page, Qt.Key.Key_PageDown: at + page,
            Qt.Key.Key_Home: 0 if is_control else row,
            Qt.Key.Key_End: self._layout.size - 1 if is_control else row + self._layout.row_bytes - 1,
        }  # fmt: skip
        return targets.get(Qt.Key(event.key()))
