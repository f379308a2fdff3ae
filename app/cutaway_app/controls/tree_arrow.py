"""The small arrow before a row of a tree that can be unfolded; no lines. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QTreeView

from cutaway_app import resources, theme

_SIZE = 12


def paint_arrow(view: QTreeView, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
    """Draw the arrow of a row into the room before it, the way the language runs."""
    model = index.model()
    if model is None or not model.hasChildren(index):
        return
    is_reversed = view.isRightToLeft()
    closed = "chevron-left" if is_reversed else "chevron-right"
    name = "chevron-down" if view.isExpanded(index) else closed
    x = rect.left() + 2 if is_reversed else rect.right() - _SIZE - 1
    icon = resources.tinted_icon(name, theme.colors().muted)
    icon.paint(painter, QRect(x, rect.center().y() - _SIZE // 2, _SIZE, _SIZE))
