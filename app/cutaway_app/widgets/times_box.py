"""The choice among the points in time that an image keeps: now, and its snapshots, the newest first. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from cutaway import Snapshot
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from cutaway_app.controls.facts import DOT
from cutaway_app.controls.labels import plain_label
from cutaway_app.figures import moment_text
from cutaway_app.names import display_line

#: The points in time of an image, and the name of the one that is shown.
Times = tuple[Sequence[Snapshot], str | None]
NOW = "Now"


class TimesBox(QWidget):
    """The choice; what is chosen is shown elsewhere, so that it stays at what its own image is.

    Signals:
        requested(object): the name of a snapshot; None for now.
    """

    requested = Signal(object)

    def __init__(self, snapshots: Sequence[Snapshot], shown: str | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox(self)
        self.box.setAccessibleName("Point in time")
        self.box.setToolTip("The image keeps how it was at these times; another one is opened beside this")
        self.box.addItem(NOW, None)
        names = [snapshot.name for snapshot in snapshots]
        for snapshot in reversed(snapshots):
            text = DOT.join((display_line(snapshot.name), moment_text(snapshot.time_ns)))
            self.box.addItem(text, snapshot.name if names.count(snapshot.name) == 1 else snapshot.id)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(24)
        self._own = max(0, self.box.findData(shown)) if shown is not None else 0
        self.box.setCurrentIndex(self._own)
        self.box.activated.connect(self._on_activated)
        label = plain_label("&Point in time", self, role="muted")
        label.setWordWrap(False)
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box)
        row.addStretch(1)

    def _on_activated(self, index: int) -> None:
        self.box.setCurrentIndex(self._own)
        if index != self._own:
            self.requested.emit(self.box.itemData(index))
