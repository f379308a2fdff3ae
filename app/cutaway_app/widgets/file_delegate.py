"""How cells of the file table are drawn: names strong, facts quiet, figures in columns. GUI thread.

Qt's own `initStyleOption` asks the model for each of seven roles from C++. Every such step into Python waits for
Python's lock, which the thread that receives a large folder holds most of the time: one picture of the table could
take 40 ms. So it is done in Python as a whole, one step for each cell.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cutaway_app import theme
from cutaway_app.controls.data_delegate import as_written
from cutaway_app.models.folder_columns import ARROW

Role = Qt.ItemDataRole
_LEADING = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
Feature = QStyleOptionViewItem.ViewItemFeature


class FileDelegate(QStyledItemDelegate):
    """Text, alignment and colours come from the model and the theme; focus is drawn per row by the view."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._plain, self._tabular = QFont(), theme.tabular(QFont())

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Set what Qt's style draws; no more than the table's model knows: text, icon, alignment."""
        model = index.model()
        option.index = index  # type: ignore[assignment]  # the view's are plain ones
        option.text = as_written(str(model.data(index, Role.DisplayRole) or ""), option.direction)
        option.displayAlignment = model.data(index, Role.TextAlignmentRole) or _LEADING
        option.features |= Feature.HasDisplay
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == 0:
            self._set_icon(option, model.data(index, Role.DecorationRole))
            # What a link is called is never mixed with where it leads.
            is_link = ARROW in option.text
            option.textElideMode = Qt.TextElideMode.ElideRight if is_link else Qt.TextElideMode.ElideMiddle
            return
        option.textElideMode = Qt.TextElideMode.ElideRight
        option.font = self._in_columns(option.font)
        if not option.state & QStyle.StateFlag.State_Selected:
            option.palette.setColor(QPalette.ColorRole.Text, theme.colors().muted)

    def _set_icon(self, option: QStyleOptionViewItem, icon: object) -> None:
        if isinstance(icon, QIcon):
            option.icon = icon
            option.features |= Feature.HasDecoration

    def _in_columns(self, font: QFont) -> QFont:
        """Return the font with figures of equal width; it is made once."""
        if font != self._plain:
            self._plain, self._tabular = font, theme.tabular(font)
        return self._tabular
