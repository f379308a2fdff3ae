"""Buttons that go through a large file part by part. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cutaway_app.controls.buttons import tool_button


class PartButtons(QWidget):
    """Earlier, later, and the end; where that was chosen, other files are shown at their end too.

    Signals:
        step_requested(bool): the part before the one that is shown, or the one after it if true.
        end_toggled(bool): the end of the file, or its beginning.
    """

    step_requested = Signal(bool)
    end_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.earlier = tool_button("chevron-up", "Show the part before this one", self)
        self.earlier.clicked.connect(self._on_earlier_clicked)
        self.later = tool_button("chevron-down", "Show the part after this one", self)
        self.later.clicked.connect(self._on_later_clicked)
        self.end = tool_button("goto", "Show the end of the file", self)
        self.end.setCheckable(True)
        self.end.toggled.connect(self.end_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.earlier, self.later, self.end):
            row.addWidget(button)

    def _on_earlier_clicked(self) -> None:
        is_later = False
        self.step_requested.emit(is_later)

    def _on_later_clicked(self) -> None:
        is_later = True
        self.step_requested.emit(is_later)

    def show_place(self, *, is_first: bool, is_last: bool) -> None:
        """Take note of which part is shown."""
        self.earlier.setEnabled(not is_first)
        self.later.setEnabled(not is_last)
        if not is_last:
            with QSignalBlocker(self.end):
                self.end.setChecked(False)
