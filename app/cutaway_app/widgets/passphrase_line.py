"""A line for a passphrase: hidden unless the person wishes to see it, with a word about caps lock. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cutaway_app import resources

_Hint = Qt.InputMethodHint
#: No input method is to learn, to guess or to capitalise what is typed.
_SENSITIVE = _Hint.ImhSensitiveData | _Hint.ImhNoPredictiveText | _Hint.ImhNoAutoUppercase


class PassphraseLine(QLineEdit):
    """The line.

    Signals:
        caps_lock_seen(bool): what was typed last tells whether caps lock is on.
        dismissed(): the person wants to leave (Escape).
    """

    caps_lock_seen = Signal(bool)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Passphrase")
        self.setPlaceholderText("Passphrase")
        self._show = QAction("Show passphrase", self)
        self._show.setCheckable(True)
        self._show.toggled.connect(self._on_toggled)
        self.addAction(self._show, QLineEdit.ActionPosition.TrailingPosition)
        self._on_toggled(is_shown=False)

    def _on_toggled(self, is_shown: bool) -> None:  # noqa: FBT001 connected to toggled(bool)
        self.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
        self.setInputMethodHints(self.inputMethodHints() | _SENSITIVE)  # which Qt takes back with the bullets
        resources.set_icon(self._show, "eye-off" if is_shown else "eye")
        self._show.setText("Hide passphrase" if is_shown else "Show passphrase")
        self._show.setToolTip(self._show.text())

    def forget(self) -> None:
        """Hold nothing, to be undone by nobody, and hide what comes next."""
        self.setText("")
        self._show.setChecked(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Escape; notice a letter that is larger or smaller than it should be."""
        letter = event.text()
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
            return
        if letter.lower() != letter.upper():
            has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_seen.emit((letter == letter.upper()) != has_shift)
        super().keyPressEvent(event)
