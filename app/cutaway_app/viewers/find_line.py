"""The line for what is searched in a viewer: Enter goes on, Shift+Enter back, Escape ends it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from cutaway_app.controls.buttons import tool_button

_RETURN = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


def is_search_key(event: QEvent) -> bool:
    """Return whether a key event is the one that begins a search."""
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Find)


class _Line(QLineEdit):
    find_requested = Signal(bool)
    dismissed = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and is_search_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _RETURN:
            self.find_requested.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif is_search_key(event):
            self.selectAll()
        else:
            super().keyPressEvent(event)


class FindLine(QWidget):
    """The line with its buttons; hidden until `begin`.

    Signals:
        find_requested(str, bool): look for this text, from where one is; backwards if true.
        dismissed(): the person does not search any more; the line is hidden already.
    """

    find_requested = Signal(str, bool)
    dismissed = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_offered = False
        self.edit = _Line(self)
        self.edit.setPlaceholderText(hint)
        self.edit.setToolTip(f"{hint} (Ctrl+F)")
        self.edit.setAccessibleName("Find")
        self.edit.find_requested.connect(self._find)
        self.edit.dismissed.connect(self.end)
        self._note = QLabel(self)
        self._note.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(self._note)
        for icon, name, is_back in (("chevron-up", "Find previous", True), ("chevron-down", "Find next", False)):
            button = tool_button(icon, name, self)
            button.clicked.connect(lambda _on=False, is_back=is_back: self._find(is_back))
            row.addWidget(button)
        close = tool_button("close", "End searching", self)
        close.clicked.connect(self.end)
        row.addWidget(close)
        self.hide()

    def begin(self) -> None:
        """Show the line, ready for typing."""
        self._is_offered = False
        self.show()
        self.edit.setFocus()
        self.edit.selectAll()

    def offer(self, text: str) -> None:
        """Show the line with a text that has been found already, and leave the focus where it is."""
        self.edit.setText(text)
        self._is_offered = True
        self.show()

    def withdraw(self) -> None:
        """Hide the line if it was only offered."""
        if self._is_offered:
            self._is_offered = False
            self.hide()

    def end(self) -> None:
        """Hide the line."""
        self.hide()
        self.say("")
        self.dismissed.emit()

    def say(self, text: str, hint: str = "") -> None:
        """Say how the search goes, and more of it to whoever asks."""
        self._note.setText(text)
        self._note.setToolTip(hint)
        self.edit.setAccessibleDescription(f"{text}. {hint}" if hint else text)

    @property
    def said(self) -> str:
        """What is said about the search."""
        return self._note.text()

    def _find(self, is_back: bool) -> None:  # noqa: FBT001 a slot
        if self.edit.text():
            self.find_requested.emit(self.edit.text(), is_back)
