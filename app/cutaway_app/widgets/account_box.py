"""A line for a user or a group of the image: chosen by name, or typed, also as a number. GUI thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from cutaway_app.models.access import account_number, account_text


class AccountBox(QComboBox):
    """The line.

    Args:
        word: What it is for: "Owner" or "Group".
        number: Who it is now; None if that differs among several things.

    Signals:
        changed(): the person has changed something.
    """

    changed = Signal()

    def __init__(self, word: str, number: int | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word, self._was = word, number
        self._names: Mapping[int, str] = {}
        self._is_touched = self._is_open = False
        typed = QLineEdit(self)
        typed.setAccessibleName(word)
        typed.setPlaceholderText("as it is")
        self.setLineEdit(typed)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(word)
        self.setMinimumContentsLength(20)
        typed.textEdited.connect(self._on_touched)
        self.activated.connect(self._on_touched)
        self.set_names({})

    def set_names(self, names: Mapping[int, str]) -> None:
        """Offer users or groups; what was typed stays."""
        typed = self.currentText()
        self._names = names
        self.clear()
        self.addItems([account_text(number, names) for number in sorted(names)])
        if self._is_touched:
            self.setEditText(typed)
        else:
            self._show_first()

    def leave_untouched(self, *, wanted: bool) -> None:
        """Leave what the person has not touched as it is, or show it as it was at first."""
        self._is_open = wanted
        if not self._is_touched:
            self._show_first()

    def _show_first(self) -> None:
        is_known = self._was is not None and not self._is_open
        self.setEditText(account_text(self._was, self._names) if self._was is not None and is_known else "")

    def _on_touched(self) -> None:
        self._is_touched = True
        self.changed.emit()

    @property
    def wish(self) -> int:
        """The number that is wished; -1 to leave it."""
        number = account_number(self.currentText(), self._names) if self.currentText().strip() else None
        is_same = number == self._was and not self._is_open
        return -1 if number is None or is_same else number

    @property
    def problem(self) -> str:
        """What is wrong with what was typed, "" if nothing is."""
        text = self.currentText().strip()
        if not text or account_number(text, self._names) is not None:
            return ""
        return f"The image knows no {self._word.lower().replace('owner', 'user')} “{text}”; a number can be given too."
