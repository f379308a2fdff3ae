"""The bar above the files of an image that is edited: what becomes of changes, and what can be done. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.flow_row import FlowRow
from cutaway_app.controls.labels import ElidedLabel, IconLabel

UNCHANGED = "Drop or paste files, rename, delete. Changes stay in a layer beside the image; Save as Image keeps them."
UNSAVED = "Changes stay in a layer beside the image, which is gone when it is closed; Save as Image keeps them."


class EditBar(QFrame):
    """What is being edited.

    Args:
        actions: What can be done, as buttons.
    """

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Editing")
        self.setProperty("level", "info")
        self._title = ElidedLabel("", self, Qt.TextElideMode.ElideMiddle)
        self._title.setFont(theme.scaled(self._title.font(), 1.0, bold=True))
        self._text = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # the title says how wide it is
        row = FlowRow(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._words())
        for action in actions:
            row.addWidget(_button(action, self))
        self.hide()

    def _words(self) -> QWidget:
        icon = IconLabel(20, self)
        icon.show_icon("layers", "accent")
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(self._title)
        lines.addWidget(self._text)
        words = QWidget(self)
        row = QHBoxLayout(words)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        return words

    def show_state(self, name: str, *, is_unsaved: bool, waits_for: str = "") -> None:
        """Show the bar.

        Args:
            name: What a person calls the image.
            is_unsaved: Whether there are changes that no file has.
            waits_for: What the appliance is busy with while something else is wanted of it.
        """
        self._title.setText(f"You are editing a copy of {name}" + (" · not saved" if is_unsaved else ""))
        text = UNSAVED if is_unsaved else UNCHANGED
        self._text.setText(f"Waiting until this is done: {waits_for}" if waits_for else text)
        self.setAccessibleDescription(f"{self._title.text()}. {text}")
        self.show()

    @property
    def said(self) -> str:
        """What it says."""
        return f"{self._title.text()}. {self._text.toolTip() or self._text.text()}"


def _button(action: QAction, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setAutoRaise(True)
    button.setIconSize(QSize(18, 18))
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
