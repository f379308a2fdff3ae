"""What the window shows while an image opens: its name, the phase, how far it is, and Stop. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import ElidedLabel, IconLabel, plain_label
from cutaway_app.names import image_name

_WIDTH, _FULL = 360, 1000


class OpeningPage(QWidget):
    """The page of progress.

    Signals:
        stop_requested(): the person does not want to wait any more.
    """

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Opening")
        self._picture = IconLabel(48, self)
        self._picture.show_icon("image", "muted")
        self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = ElidedLabel("", self)
        self._title.setFont(theme.scaled(self.font(), 1.3, bold=True))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._phase = plain_label(parent=self, role="muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of opening")
        self.stop_button = text_button("&Stop", self)
        self.stop_button.clicked.connect(self.stop_requested)
        self._lay_out()
        self.show_phase("", None)

    def _lay_out(self) -> None:
        frame = QFrame(self)
        frame.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._picture)
        column.addWidget(self._title)
        column.addSpacing(8)
        column.addWidget(self._bar)
        column.addWidget(self._phase)
        column.addSpacing(8)
        column.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._phase.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(frame, _WIDTH)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addStretch(3)

    def set_image(self, name: str) -> None:
        """Say which image is being opened, by its name or path."""
        self._title.setText(f"Opening {image_name(name)}")
        self.setAccessibleName(self._title.text())
        self.show_phase("", None)

    def show_phase(self, name: str, fraction: float | None) -> None:
        """Say what is being done and how far it is; None means that nobody knows."""
        self._phase.setText(name or "Looking at it")
        self._bar.setRange(0, 0 if fraction is None else _FULL)
        if fraction is not None:
            self._bar.setValue(round(min(1.0, max(0.0, fraction)) * _FULL))
