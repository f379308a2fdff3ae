"""A page of the window with one column in its middle, which scrolls where there is no room. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

_MARGIN, _SPACING = 24, 8


class CentredPage(QScrollArea):
    """The page; who derives from it fills the column.

    Args:
        width: Of the column at most, in pixels.
    """

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setProperty("role", "content")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        frame = QFrame(page)
        frame.setMaximumWidth(width)
        self._column = QVBoxLayout(frame)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(frame, width)
        middle.addStretch(1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addStretch(3)
        self.setWidget(page)
