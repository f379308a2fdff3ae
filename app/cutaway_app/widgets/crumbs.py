"""The parts of the path bar: a crumb as a button, the mark between two, and which of them fit. GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from cutaway_app import resources, theme
from cutaway_app.names import plain_tip

_PADDING, _MARK, _MAX_TEXT = 16, 12, 220


@dataclass(frozen=True)
class Crumb:
    """A folder on the way; without a path it is the image itself."""

    text: str
    path: bytes | None


def elide(text: str, metrics: QFontMetrics) -> str:
    """Return a crumb's text, shortened in the middle if it is very long."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _MAX_TEXT)


def shorten(crumbs: list[Crumb], width: int, metrics: QFontMetrics) -> tuple[list[Crumb], list[Crumb]]:
    """Return the crumbs that must hide and those that fit, from the right; the last is always shown."""
    left, first = width, len(crumbs)
    for number in range(len(crumbs) - 1, -1, -1):
        left -= metrics.horizontalAdvance(elide(crumbs[number].text, metrics)) + _PADDING + _MARK
        if left < 0 and number < len(crumbs) - 1:
            break
        first = number
    return crumbs[:first], crumbs[first:]


class CrumbButton(QToolButton):
    """A crumb to click."""

    def __init__(self, crumb: Crumb, *, is_last: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(elide(crumb.text, self.fontMetrics()).replace("&", "&&"))
        self.setAccessibleName(f"Image {crumb.text}" if crumb.path is None else f"Folder {crumb.text}")
        self.setToolTip(plain_tip(crumb.text if crumb.path is None else f"Go to {crumb.text}"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if crumb.path is None:
            resources.set_icon(self, "image")
            self.setIconSize(QSize(16, 16))
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if is_last:
            self.setFont(theme.scaled(self.font(), 1.0, bold=True))


class Separator(QWidget):
    """The mark between two crumbs; points the way the language runs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(_MARK, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the mark."""
        is_reversed = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        icon = resources.tinted_icon("chevron-left" if is_reversed else "chevron-right", theme.colors().muted)
        painter = QPainter(self)
        icon.paint(painter, self.rect().adjusted(0, 6, 0, -6))
