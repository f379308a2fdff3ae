"""What the window shows of an image that is not open: its name, and ways on; the banner says why. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import IconLabel, plain_label
from cutaway_app.names import image_name


class FailedPage(QWidget):
    """The page of an image that could not be opened, or whose opening was stopped.

    Signals:
        retry_requested(): the person wants to try again.
        open_requested(): the person wants another image.
    """

    retry_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = IconLabel(48, self)
        self._picture.show_icon("warning", "muted")
        self._title = plain_label("", self, scale=1.3, bold=True)
        self.retry_button = text_button("&Try again", self, role="primary")
        self.retry_button.clicked.connect(self.retry_requested)
        self._open = text_button("Open &another image…", self)
        self._open.clicked.connect(self.open_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self.retry_button)
        buttons.addWidget(self._open)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._picture, self._title):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def set_image(self, name: str) -> None:
        """Say which image it is, by its name or path."""
        self._title.setText(f"{image_name(name)} is not open")
        self.setAccessibleName(self._title.text())
