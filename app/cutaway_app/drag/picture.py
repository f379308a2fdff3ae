"""The picture at the pointer during a drag: a small card with a name and a count. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from cutaway_app import resources, theme
from cutaway_app.names import display_name

_HEIGHT, _MAX_TEXT, _MARGIN = 32, 240, 8


def drag_picture(names: list[bytes], widget: QWidget) -> QPixmap:
    """Return the picture for a drag of these names, sharp on the widget's screen."""
    text = display_name(names[0]) if len(names) == 1 else f"{len(names)} items"
    metrics = QFontMetrics(widget.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _MAX_TEXT)
    width = metrics.horizontalAdvance(shown) + 16 + 3 * _MARGIN
    ratio = widget.devicePixelRatioF()
    pixmap = QPixmap(round(width * ratio), round(_HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _paint(painter, QRect(0, 0, width, _HEIGHT), shown, widget)
    painter.end()
    return pixmap


def _paint(painter: QPainter, area: QRect, text: str, widget: QWidget) -> None:
    colors = theme.colors()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(colors.control_line)
    painter.setBrush(colors.raised)
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    resources.icon("extract").paint(
        painter, QRect(area.topLeft() + QPoint(_MARGIN, _MARGIN), QRect(0, 0, 16, 16).size())
    )
    painter.setPen(colors.text)
    painter.setFont(widget.font())
    painter.drawText(area.adjusted(16 + 2 * _MARGIN, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
