"""What of a log is shown: a text, how important, of which boot, of which unit or program. GUI thread."""

from __future__ import annotations

from cutaway.records import JournalBoot
from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from cutaway_app.models.log_table import time_text
from cutaway_app.viewers.content import LogWishes

#: How long typing must rest before it counts.
REST_MS = 300
#: Priorities to choose from: what they are called, the number.
CHOICES = (
    ("All priorities", 7),
    ("Info and above", 6),
    ("Notice and above", 5),
    ("Warnings and errors", 4),
    ("Errors", 3),
)


class LogFilters(QWidget):
    """The filters, in two lines: a preview is narrow.

    Signals:
        changed(): something else is wished.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.changed)
        self.text = self._line("Search in messages")
        self.unit = self._line("Unit or program")
        self.priority, self.boot = self._box("Priority"), self._box("Boot")
        for word, number in CHOICES:
            self.priority.addItem(word, number)
        self.clear()
        for box in (self.priority, self.boot):
            box.currentIndexChanged.connect(self.changed)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setSpacing(8)
        for place, widget in enumerate((self.text, self.priority, self.unit, self.boot)):
            grid.addWidget(widget, *divmod(place, 2))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(name)
        line.setClearButtonEnabled(True)
        line.textChanged.connect(lambda _: self._timer.start())
        return line

    def _box(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    def clear(self) -> None:
        """Wish for everything; tells nobody."""
        self._timer.stop()
        for widget in (self.text, self.unit):
            with QSignalBlocker(widget):
                widget.clear()
        with QSignalBlocker(self.priority), QSignalBlocker(self.boot):
            self.priority.setCurrentIndex(0)
            self.boot.clear()
            self.boot.addItem("All boots", "")
        self._timer.stop()

    def show_boots(self, boots: list[JournalBoot]) -> None:
        """Offer boots, the last first; what is chosen stays."""
        with QSignalBlocker(self.boot):
            for boot in reversed(boots):
                day, last = time_text(boot.first_us)[:16], time_text(boot.last_us)[:16]
                self.boot.addItem(f"{day} to {last[11:] if last[:10] == day[:10] else last}", boot.boot_id)

    def settle(self) -> None:
        """Have what was typed count at once."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()

    @property
    def wishes(self) -> LogWishes:
        """What is wished."""
        return LogWishes(
            int(self.priority.currentData()), self.unit.text().strip(), str(self.boot.currentData() or ""),
            self.text.text(),
        )  # fmt: skip
