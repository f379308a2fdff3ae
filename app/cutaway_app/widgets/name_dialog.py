"""A small dialog that asks for a name, and says at once what is wrong with one. GUI thread; waits for nobody."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.tab_order import OrderedDialog


class NameDialog(OrderedDialog):
    """Asks for a name.

    Args:
        title: What it is for; stands in the title bar.
        question: The same as a sentence.
        word: What the button says that does it.
        problem: Gives for a name why it cannot be, "" if it can.

    Signals:
        chosen(str): the person has decided.
    """

    chosen = Signal(str)

    def __init__(
        self, title: str, question: str, word: str, problem: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._problem = problem
        self.line = QLineEdit(self)
        self.line.setAccessibleName("Name")
        self.line.textChanged.connect(self._check)
        self._said = plain_label(parent=self)
        self._said.setWordWrap(True)
        self._said.setAccessibleName("What is wrong with the name")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._do = text_button(word, self, role="primary")
        self._buttons.addButton(self._do, QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self._decide)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for part in (plain_label(question, parent=self), self.line, self._said, self._buttons):
            column.addWidget(part)
        self._check()

    def suggest(self, name: str, *, selected: int | None = None) -> None:
        """Begin with a name, so much of its beginning selected, by default all."""
        self.line.setText(name)
        self.line.setSelection(0, len(name) if selected is None else selected)

    def _check(self) -> None:
        text = self.line.text()
        said = self._problem(text)
        self._said.setText(said)
        self.line.setAccessibleDescription(said)
        self._do.setEnabled(bool(text) and not said)

    def _decide(self) -> None:
        if self._do.isEnabled():
            self.chosen.emit(self.line.text())
            self.accept()
