"""Permissions as a grid of boxes, and as an octal number beside it. GUI thread; knows no files."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from cutaway_app import theme
from cutaway_app.controls.labels import plain_label
from cutaway_app.models.access import ALL, bits, read_octal

WHO = (("Owner", 6), ("Group", 3), ("Others", 0))
RIGHTS = (("Read", 4), ("Write", 2), ("Execute", 1))
SPECIAL = (
    ("Set user ID", 0o4000, "A program runs with the rights of its owner"),
    (
        "Set group ID",
        0o2000,
        "A program runs with the rights of its group; what is made in a folder belongs to its group",
    ),
    ("Sticky", 0o1000, "What is in a folder can only be removed by its owner"),
)
WRONG = "Write up to four digits from 0 to 7, such as 644."
_STATES = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked, None: Qt.CheckState.PartiallyChecked}


class AccessGrid(QWidget):
    """The boxes. One that is neither on nor off leaves the permission as it is.

    Signals:
        changed(): the person has changed something.

    Attributes:
        octal: The line with the number.
    """

    changed = Signal()

    def __init__(self, on: int, off: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on, self._off = on, off
        self._is_open = False
        self._boxes: dict[int, QCheckBox] = {}
        self._touched: set[int] = set()
        self._build()
        self.leave_untouched(wanted=False)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for row, (who, shift) in enumerate(WHO):
            grid.addWidget(plain_label(who, self), row, 0)
            for column, (right, bit) in enumerate(RIGHTS, 1):
                grid.addWidget(self._box(right, bit << shift, f"{right}, {who.lower()}"), row, column)
        grid.addWidget(plain_label("Special", self), len(WHO), 0)
        for column, (word, bit, tip) in enumerate(SPECIAL, 1):
            box = self._box(word, bit, word)
            box.setToolTip(tip)
            grid.addWidget(box, len(WHO), column)
        self.octal = self._octal()
        label = plain_label("&Octal", self)
        label.setBuddy(self.octal)
        grid.addWidget(label, len(WHO) + 1, 0)
        grid.addWidget(self.octal, len(WHO) + 1, 1)
        grid.setColumnStretch(len(RIGHTS), 1)

    def _octal(self) -> QLineEdit:
        octal = QLineEdit(self)
        octal.setAccessibleName("Permissions in octal")
        octal.setPlaceholderText("as they are")
        octal.setFont(theme.tabular(octal.font()))
        octal.setMaxLength(4)
        octal.textEdited.connect(self._on_typed)
        return octal

    def _box(self, word: str, bit: int, name: str) -> QCheckBox:
        box = self._boxes[bit] = QCheckBox(word, self)
        box.setAccessibleName(name)
        box.clicked.connect(lambda: self._on_clicked(bit))
        return box

    def leave_untouched(self, *, wanted: bool) -> None:
        """Leave what the person has not touched as it is, or show it as it was at first."""
        self._is_open = wanted
        for bit, box in self._boxes.items():
            was = True if self._on & bit else False if self._off & bit else None
            box.setTristate(wanted or was is None)
            if bit not in self._touched:
                box.setCheckState(_STATES[None if wanted else was])
        self._show_octal()

    def _on_clicked(self, bit: int) -> None:
        self._touched.add(bit)
        self._show_octal()
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        number = read_octal(text)
        if number is not None:
            for bit, box in self._boxes.items():
                box.setCheckState(_STATES[bool(number & bit)])
            self._touched |= set(self._boxes)
        self.changed.emit()

    def _show_octal(self) -> None:
        add, remove = self.wish
        self.octal.setText(f"{add:04o}" if add | remove == ALL else "")

    def _in(self, state: Qt.CheckState) -> int:
        return bits(bit for bit, box in self._boxes.items() if box.checkState() is state)

    @property
    def wish(self) -> tuple[int, int]:
        """The permissions to give, and those to take."""
        return self._in(Qt.CheckState.Checked), self._in(Qt.CheckState.Unchecked)

    @property
    def is_changed(self) -> bool:
        """Whether the wish is another than what was there at first."""
        add, remove = self.wish
        return bool(add | remove) if self._is_open else (add & ~self._on | remove & ~self._off) != 0

    @property
    def problem(self) -> str:
        """What is wrong with the number, "" if nothing is."""
        text = self.octal.text()
        return WRONG if text and read_octal(text) is None else ""
