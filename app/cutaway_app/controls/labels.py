"""Labels: muted, scaled, eliding what does not fit, icons. GUI thread. Texts are always plain, never markup."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QWidget

from cutaway_app import resources, theme
from cutaway_app.names import plain_tip


def plain_label(
    text: str = "", parent: QWidget | None = None, *, role: str = "", scale: float = 1.0, bold: bool = False
) -> QLabel:
    """Return a label of plain text, which may come from an image; it wraps."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    if scale != 1.0 or bold:
        label.setFont(theme.scaled(label.font(), scale, bold=bold))
    return label


def line(parent: QWidget | None = None) -> QFrame:
    """Return a thin horizontal line."""
    frame = QFrame(parent)
    frame.setProperty("role", "line")
    return frame


class IconLabel(QLabel):
    """An icon in one of the theme's colours, in which it stays when the theme changes.

    Args:
        size: How wide and high it is.
    """

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size, self._icon, self._color = size, "", "icon"

    def show_icon(self, icon: str, color: str) -> None:
        """Show an icon, in a colour by its name in `theme.Colors`."""
        if (icon, color) != (self._icon, self._color):
            self._icon, self._color = icon, color
            self._draw()

    def _draw(self) -> None:
        color = getattr(theme.colors(), self._color)
        self.setPixmap(resources.tinted_icon(self._icon, color).pixmap(self._size, self._size))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon:
            self._draw()


class ElidedLabel(QLabel):
    """One line of plain text that gives way: the middle is left out, the whole is in the tool tip."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """It may become very narrow."""
        return QSize(self.fontMetrics().horizontalAdvance("…") * 2, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        tip = plain_tip(self.text()) if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter = QPainter(self)
        # Names and paths are data: they run as they are written, whatever way the window runs.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        role = self.palette().color(self.foregroundRole())
        painter.setPen(theme.colors().muted if self.property("role") == "muted" else role)
        align = QStyle.visualAlignment(self.layoutDirection(), self.alignment()) | Qt.TextFlag.TextSingleLine
        painter.drawText(self.contentsRect(), align, shown)
