"""A fact as a word and a value that can be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from cutaway_app import theme
from cutaway_app.controls.labels import plain_label

_WIDEST_WORD = "Name in bytes"


def word_label(word: str, page: QWidget) -> QLabel:
    """Return the word of a fact."""
    label = plain_label(word, page, role="muted")
    label.setWordWrap(False)
    # So that the values of all sections stand below each other; a longer word takes its room.
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance(_WIDEST_WORD))
    return label


def value_label(word: str, value: str, page: QWidget) -> QLabel:
    """Return the value of a fact."""
    # A long word without a space would hold the page wide: let it break anywhere.
    label = plain_label(value, page)
    flag = Qt.TextInteractionFlag
    label.setTextInteractionFlags(flag.TextSelectableByMouse | flag.TextSelectableByKeyboard)
    label.setFont(theme.tabular(label.font()))
    label.setMinimumWidth(1)
    label.setAccessibleName(word)
    label.setAccessibleDescription(value)
    return label
