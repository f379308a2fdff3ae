"""Cells of data: names, paths, sizes and modes run as they are written, whatever way the window runs. GUI thread.

In a window that runs from right to left Qt would show -rw-r--r-- as --rw-r--r-, /dev/sda1 as dev/sda1/, and 37 bytes as
bytes 37: signs that have no direction of their own go to the wrong end.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

_MARK = "\N{LEFT-TO-RIGHT MARK}"


def as_written(text: str, direction: Qt.LayoutDirection) -> str:
    """Return a text of data so that it is drawn as it is written in a row that runs in some direction."""
    return f"{_MARK}{text}{_MARK}" if text and direction is Qt.LayoutDirection.RightToLeft else text


class DataDelegate(QStyledItemDelegate):
    """Draws cells of data. Marks are drawn only: what is copied or read out has none."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Set what Qt's style draws."""
        super().initStyleOption(option, index)
        option.text = as_written(option.text, option.direction)
