"""A button that tells how many jobs run at once, with a menu to change that. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

CHOICES = (1, 2, 3, 4)


class AtOnceButton(QToolButton):
    """The button.

    Signals:
        chosen(int): so many jobs shall run at once.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("How many jobs run at once; the others wait")
        menu, group = QMenu(self), QActionGroup(self)
        self._actions = {number: menu.addAction(_words(number)) for number in CHOICES}
        for number, action in self._actions.items():
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(partial(self._on_triggered, number))
        self.setMenu(menu)
        self.show_number(CHOICES[1])

    def show_number(self, number: int) -> None:
        """Show what holds."""
        self._actions[number].setChecked(True)
        self.setText(f"{number} at once ▾")
        self.setAccessibleName(f"Jobs at once: {number}")

    def _on_triggered(self, number: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        self.show_number(number)
        self.chosen.emit(number)


def _words(number: int) -> str:
    return "1 job at once" if number == 1 else f"{number} jobs at once"
