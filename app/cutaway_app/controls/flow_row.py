"""A row whose first part takes the room there is, and whose others go below where there is not enough. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget


class FlowRow(QLayout):
    """The row. It can become as narrow as the widest of its parts."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        """Take a part."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return a part; None behind the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give a part away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take what width there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Say that it does."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high it is then."""
        return self._arrange(QRect(0, 0, width, 0), is_real=False)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        sizes = [item.sizeHint() for item in self._shown]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return self._with_margins(QSize(width, max((size.height() for size in sizes), default=0)))

    def minimumSize(self) -> QSize:
        """Return room for the widest part."""
        size = QSize()
        for item in self._shown:
            size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def setGeometry(self, rect: QRect) -> None:
        """Give the parts their places."""
        super().setGeometry(rect)
        self._arrange(rect, is_real=True)

    @property
    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, is_real: bool) -> int:
        """Return the height of all lines in this width; give the parts their places if it is real."""
        inner = rect.marginsRemoved(self.contentsMargins())
        y = inner.y()
        for line in self._lines(inner.width()):
            height = max(_height(item, width) for item, width in line)
            x = inner.x()
            for item, width in line:
                if is_real:
                    own = min(height, _height(item, width))
                    place = QRect(QPoint(x, y + (height - own) // 2), QSize(width, own))
                    item.setGeometry(QStyle.visualRect(self._direction, inner, place))
                x += width + self.spacing()
            y += height + self.spacing()
        return max(0, y - self.spacing() - rect.y()) + self.contentsMargins().bottom()

    @property
    def _direction(self) -> Qt.LayoutDirection:
        parent = self.parentWidget()
        return parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LayoutDirectionAuto

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, int]]]:
        """Return the parts of each line with their widths."""
        shown = [(item, min(width, item.sizeHint().width())) for item in self._shown]
        if not shown:
            return []
        needed = sum(wish + self.spacing() for _, wish in shown[1:])
        if shown[0][1] + needed <= width:
            return [[(shown[0][0], width - needed), *shown[1:]]]
        lines, left = [[(shown[0][0], width)]], 0
        for item, wish in shown[1:]:
            if wish > left:
                lines.append([])
                left = width
            lines[-1].append((item, wish))
            left -= wish + self.spacing()
        return lines


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
