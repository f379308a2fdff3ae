"""What a place says while it has nothing to show: an icon, a sentence, and what to do. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cutaway_app.controls.labels import IconLabel, plain_label

_ICON_SIZE = 40


class Placeholder(QWidget):
    """A quiet message in the middle of an empty place; lets the mouse through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = IconLabel(_ICON_SIZE, self)
        self._title = plain_label(parent=self, bold=True)
        self._text = plain_label(parent=self, role="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(3)

    def set_message(self, title: str, text: str = "", icon: str = "") -> None:
        """Say this; an icon is named as in `resources.icon`."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title}. {text}" if text else title)
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.show_icon(icon, "muted")

    @property
    def title(self) -> str:
        """What it says."""
        return self._title.text()
