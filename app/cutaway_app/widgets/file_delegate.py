"""How cells of the file table are drawn: names strong, facts quiet, figures in columns. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cutaway_app import theme


class FileDelegate(QStyledItemDelegate):
    """Text, alignment and colours come from the model and the theme; focus is drawn per row by the view."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Set what Qt's style draws."""
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == 0:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
            return
        option.textElideMode = Qt.TextElideMode.ElideRight
        option.font = theme.tabular(option.font)
        if not option.state & QStyle.StateFlag.State_Selected:
            option.palette.setColor(QPalette.ColorRole.Text, theme.colors().muted)
