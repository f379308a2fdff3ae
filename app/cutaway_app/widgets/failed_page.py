"""What the window shows of an image that is not open: its name, why in a word, and ways on. GUI thread.

The banner says more, but it may be about another image, or closed.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import IconLabel, plain_label
from cutaway_app.names import image_name

RETRY = "&Try again"


class FailedPage(QWidget):
    """The page of an image that could not be opened, or whose opening was stopped.

    Signals:
        retry_requested(): the person wants to try again.
        open_requested(): the person wants another image.
        help_requested(): the person wants what was offered.
    """

    retry_requested = Signal()
    open_requested = Signal()
    help_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = IconLabel(48, self)
        self._picture.show_icon("warning", "muted")
        self._title = plain_label("", self, scale=1.3, bold=True)
        self._reason = plain_label("", self, role="muted")
        self._has_offer = False
        self.main_button = text_button(RETRY, self, role="primary")
        self.main_button.clicked.connect(self._on_main_button_clicked)
        self._open = text_button("Open &another image…", self)
        self._open.clicked.connect(self.open_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self.main_button)
        buttons.addWidget(self._open)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._picture, self._title, self._reason):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def set_image(self, name: str, reason: str, offer: str = "") -> None:
        """Say which image it is, by its name or path, why in a few words, and offer what helps.

        Args:
            name: The image's.
            reason: "" if the person wished so.
            offer: A button's word; "" for trying again.
        """
        self._title.setText(f"{image_name(name)} is not open")
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._has_offer = bool(offer)
        self.main_button.setText(offer or RETRY)
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(reason)

    def _on_main_button_clicked(self) -> None:
        (self.help_requested if self._has_offer else self.retry_requested).emit()
