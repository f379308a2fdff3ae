"""Buttons as this program makes them: each with a word for eyes and for screen readers. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from cutaway_app import resources


def tool_button(icon: str, name: str, parent: QWidget | None = None, *, tip: str = "") -> QToolButton:
    """Return a quiet button with an icon only; its name is its tool tip and what a screen reader says."""
    button = QToolButton(parent)
    resources.set_icon(button, icon)
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(tip or name)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def text_button(text: str, parent: QWidget | None = None, *, role: str = "", icon: str = "") -> QPushButton:
    """Return a button with a word; role is "", "primary" (one per page) or "link"."""
    button = QPushButton(text, parent)
    button.setAccessibleName(text.replace("&", ""))
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    if icon:
        resources.set_icon(button, icon)
    return button
