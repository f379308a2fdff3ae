"""What the window shows of an encrypted volume: a line for its passphrase, a button for a key file, how it goes.

GUI thread; shows and emits. What is typed stays in the line, until the volume is unlocked or another page is shown.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.centred_page import CentredPage
from cutaway_app.controls.labels import IconLabel, plain_label
from cutaway_app.names import display_line
from cutaway_app.widgets.passphrase_line import PassphraseLine

_WIDTH = 400
PROMISE = "It is kept in memory until the image is closed, and written nowhere."
WAITING = "The key is derived from it. That takes long on purpose: seconds, or minutes on a computer without KVM."
CAPS_LOCK = "Caps lock is on."


class UnlockPage(CentredPage):
    """The page; it scrolls in a small window.

    Attributes:
        device: The volume; "" before there is any.

    Signals:
        passphrase_given(str): the volume is to be unlocked with this.
        key_file_requested(): the person has a key file.
        stop_requested(): the person does not want to wait any more.
        left(): the person wants to see something else.
    """

    passphrase_given = Signal(str)
    key_file_requested = Signal()
    stop_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_WIDTH, parent)
        self._picture = IconLabel(48, self)
        self._picture.show_icon("lock", "muted")
        self._title = plain_label("", self, scale=1.3, bold=True)
        self._facts = plain_label("", self, role="muted")
        self.line = PassphraseLine(self)
        self._trouble = plain_label("", self, role="error")
        self._note = plain_label(PROMISE, self, role="muted")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("The key is being derived")
        self.unlock_button = text_button("&Unlock", self, role="primary")
        self.file_button = text_button("&Key File…", self)
        self.stop_button = text_button("&Stop", self)
        self.device = ""
        self._is_busy = False
        self._lay_out()
        self._connect()
        self.show_busy(is_busy=False)

    def _lay_out(self) -> None:
        column = self._column
        for label in (self._picture, self._title, self._facts):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(8)
        for widget in (self.line, self._trouble, self._bar, self._note):
            column.addWidget(widget)
        column.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        for button in (self.unlock_button, self.file_button, self.stop_button):
            buttons.addWidget(button)
        buttons.addStretch()
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.line.returnPressed.connect(self._give)
        self.line.textChanged.connect(self._on_text_changed)
        self.line.caps_lock_seen.connect(self._on_caps_lock_seen)
        self.line.dismissed.connect(self.left)
        self.unlock_button.clicked.connect(self._give)
        self.file_button.clicked.connect(self.key_file_requested)
        self.stop_button.clicked.connect(self.stop_requested)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Escape, whatever has the focus."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def set_volume(self, device: str, facts: str, prompt: str = "") -> None:
        """Say which volume it is, and forget what was typed for another."""
        self.line.setPlaceholderText(prompt or self.line.accessibleName())
        self.device = device
        name = display_line(device.removeprefix("/dev/"))
        self._title.setText(f"{name} is locked")
        self._facts.setText(facts)
        self.setAccessibleName(f"Unlock {name}")
        self.line.forget()
        self.show_busy(is_busy=False)
        self._tell("")

    def show_busy(self, *, is_busy: bool) -> None:
        """Wait while it is tried; nothing can be typed meanwhile."""
        self._is_busy = is_busy
        self.line.setEnabled(not is_busy)
        for widget in (self.unlock_button, self.file_button):
            widget.setVisible(not is_busy)
        self._bar.setVisible(is_busy)
        self.stop_button.setVisible(is_busy)
        self._note.setText(WAITING if is_busy else PROMISE)
        self._on_text_changed()
        if is_busy:
            self._tell("")
            self.stop_button.setFocus()

    @property
    def is_busy(self) -> bool:
        """Whether it is tried now."""
        return self._is_busy

    def show_trouble(self, text: str) -> None:
        """Say why it is still locked; what was typed is selected, to be typed again."""
        self.show_busy(is_busy=False)
        self._tell(text)
        self.take_focus()

    def take_focus(self) -> None:
        """Put the focus where one goes on."""
        if self._is_busy:
            self.stop_button.setFocus()
        else:
            self.line.setFocus()
            self.line.selectAll()

    @property
    def said(self) -> str:
        """Why it is still locked, "" if nobody knows."""
        return self._trouble.text()

    def _tell(self, text: str) -> None:
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))
        self.line.setAccessibleDescription(text)

    def _give(self) -> None:
        if self.line.text() and not self._is_busy:
            self.passphrase_given.emit(self.line.text())

    def _on_text_changed(self) -> None:
        self.unlock_button.setEnabled(bool(self.line.text()))

    def _on_caps_lock_seen(self, is_on: bool) -> None:  # noqa: FBT001 a signal's argument
        if is_on or self.said == CAPS_LOCK:
            self._tell(CAPS_LOCK if is_on else "")
