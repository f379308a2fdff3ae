"""A recent image as a row to click: its name, more quietly its folder, a pin if it is to stay. GUI thread."""

from __future__ import annotations

import os

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QStyle, QWidget

from cutaway_app import resources, theme
from cutaway_app.names import display_name, plain_tip

_MARGIN, _ICON, _HEIGHT = 8, 20, 44


class RecentButton(QAbstractButton):
    """A row to click; its menu pins it or takes it out of the list.

    Signals:
        pin_requested(bool): it shall stay in the list, or not.
        forget_requested(): it shall not be offered any more.
    """

    pin_requested = Signal(bool)
    forget_requested = Signal()

    def __init__(self, name: str, folder: str, parent: QWidget, *, is_pinned: bool = False) -> None:
        super().__init__(parent)
        self._is_pinned = is_pinned
        self._folder = display_name(os.fsencode(folder))
        self.setText(name)
        self.setAccessibleName(f"Open {name}")
        self.setAccessibleDescription(f"{self._folder}, pinned" if is_pinned else self._folder)
        self.setToolTip(plain_tip(f"{self._folder}/{name}"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Return room for two lines."""
        return QSize(240, max(_HEIGHT, 2 * self.fontMetrics().height() + 10))

    def menu(self) -> QMenu:
        """Return the menu of this image."""
        menu = QMenu(self)
        menu.addAction("Open").triggered.connect(self.click)
        menu.addAction("Unpin" if self._is_pinned else "Pin").triggered.connect(
            lambda: self.pin_requested.emit(not self._is_pinned)
        )
        menu.addAction("Remove from List").triggered.connect(self.forget_requested)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu, below the row when the keyboard asks."""
        is_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()) if is_keyboard else event.globalPos())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be clicked."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the row."""
        colors = theme.colors()
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(0, 1, -1, -1)
        painter.setPen(colors.accent if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(
            colors.accent_soft if self.isDown() else colors.hover if self.underMouse() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(box, 6, 6)
        area = box.adjusted(_MARGIN, 4, -_MARGIN, -4)
        place = QRect(area.left(), area.top(), _ICON, area.height())
        resources.icon("image").paint(painter, QStyle.visualRect(self.layoutDirection(), area, place))
        pin = QRect(area.right() - _ICON + 1, area.top(), _ICON, area.height())
        if self._is_pinned:
            resources.icon("pin").paint(painter, QStyle.visualRect(self.layoutDirection(), area, pin))
        room = area.width() - (_ICON + _MARGIN) * (2 if self._is_pinned else 1)
        words = QRect(area.left() + _ICON + _MARGIN, area.top(), room, area.height())
        self._paint_words(painter, QStyle.visualRect(self.layoutDirection(), area, words))

    def _paint_words(self, painter: QPainter, area: QRect) -> None:
        half = QSize(area.width(), area.height() // 2)
        flags = (
            QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        )
        small = theme.scaled(self.font(), 0.9)
        for text, font, color, top in (
            (self.text(), self.font(), theme.colors().text, area.top()),
            (self._folder, small, theme.colors().muted, area.top() + half.height()),
        ):
            painter.setFont(font)
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
            line = QRect(area.left(), top, area.width(), half.height())
            painter.drawText(line, flags | Qt.TextFlag.TextSingleLine, shown)
