"""The sidebar: images and what is in them. GUI thread; the model says what, the roles are in `sidebar_roles`."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QIcon, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from cutaway_app import theme
from cutaway_app.controls.facts import fitting_facts
from cutaway_app.controls.tree_arrow import paint_arrow
from cutaway_app.models.sidebar_roles import SUBTITLE, USE

_MARGIN, _GAP, _ICON = 8, 8, 16
_FULL = 0.95
ModelIndex = QModelIndex | QPersistentModelIndex


class SidebarDelegate(QStyledItemDelegate):
    """Draws title, subtitle and a bar of use."""

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        """Return the height that title, subtitle and bar need."""
        height = option.fontMetrics.height() + 12
        if index.data(SUBTITLE):
            height += option.fontMetrics.height()
        if index.data(USE) is not None:
            height += 8
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw one row."""
        painter.save()
        self._paint_ground(painter, option)
        is_reversed = option.direction == Qt.LayoutDirection.RightToLeft
        area = option.rect.adjusted(_MARGIN // 2, 6, -_MARGIN, -6)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            place = QRect(area.left(), area.top(), _ICON, option.fontMetrics.height())
            icon.paint(
                painter, QStyle.visualRect(option.direction, area, place), Qt.AlignmentFlag.AlignCenter, _mode(option)
            )
            area.adjust(0, 0, -(_ICON + _GAP), 0) if is_reversed else area.adjust(_ICON + _GAP, 0, 0, 0)
        self._paint_texts(painter, option, index, area)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colors = theme.colors()
        state = QStyle.StateFlag
        box = option.rect.adjusted(0, 1, -4, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & state.State_Selected:
            painter.setBrush(colors.selected)
            painter.drawRoundedRect(box, 6, 6)
        elif option.state & state.State_MouseOver and option.state & state.State_Enabled:
            painter.setBrush(colors.hover)
            painter.drawRoundedRect(box, 6, 6)
        if option.state & state.State_HasFocus and option.state & state.State_KeyboardFocusChange:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colors.accent)
            painter.drawRoundedRect(box, 6, 6)

    def _paint_texts(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, area: QRect) -> None:
        colors = theme.colors()
        is_enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        strong = colors.selected_text if is_selected else colors.text if is_enabled else colors.muted
        line = QRect(area.topLeft(), QSize(area.width(), option.fontMetrics.height()))
        painter.setFont(option.font)
        painter.setPen(strong)
        title = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        _draw_line(painter, option, line, painter.fontMetrics().elidedText(title, _elision(index, title), line.width()))
        if subtitle := index.data(SUBTITLE):
            line.translate(0, option.fontMetrics.height())
            painter.setFont(theme.tabular(theme.scaled(option.font, 0.9)))
            painter.setPen(colors.selected_text if is_selected else colors.muted)
            _draw_line(painter, option, line, fitting_facts(str(subtitle), painter.fontMetrics(), line.width()))
        use = index.data(USE)
        if isinstance(use, float | int):
            bar = QRect(area.left(), area.bottom() - 3, area.width(), 4)
            paint_use_bar(painter, bar, float(use), option.direction)


def _elision(index: ModelIndex, title: str) -> Qt.TextElideMode:
    """Return where a title may be shortened: paths are told apart by their ends too, systems by how they begin."""
    is_path = not index.parent().isValid() or title.startswith("/")
    return Qt.TextElideMode.ElideMiddle if is_path else Qt.TextElideMode.ElideRight


def _draw_line(painter: QPainter, option: QStyleOptionViewItem, area: QRect, shown: str) -> None:
    flags = Qt.AlignmentFlag.AlignVCenter | QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
    # Names and paths are data: they run as they are written, whatever way the window runs.
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(area, flags | Qt.TextFlag.TextSingleLine, shown)


def _mode(option: QStyleOptionViewItem) -> QIcon.Mode:
    if not option.state & QStyle.StateFlag.State_Enabled:
        return QIcon.Mode.Disabled
    return QIcon.Mode.Selected if option.state & QStyle.StateFlag.State_Selected else QIcon.Mode.Normal


def paint_use_bar(painter: QPainter, area: QRect, use: float, direction: Qt.LayoutDirection) -> None:
    """Draw how much of a file system is used; red when it is nearly full."""
    colors = theme.colors()
    use = min(1.0, max(0.0, use))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors.track)
    painter.drawRoundedRect(area, 2, 2)
    if use > 0:
        full = QRect(area.left(), area.top(), max(4, round(area.width() * use)), area.height())
        painter.setBrush(colors.error if use >= _FULL else colors.accent)
        painter.drawRoundedRect(QStyle.visualRect(direction, area, full), 2, 2)


class SidebarView(QTreeView):
    """The tree of images.

    Signals:
        context_menu_requested(object, object): a menu is wanted at this global QPoint, for the row of this index.
        left(): the focus went elsewhere in the window, perhaps from a row that was not opened.
    """

    context_menu_requested = Signal(object, object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Images and file systems")
        self.setItemDelegate(SidebarDelegate(self))
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setProperty("role", "sidebar")
        self.setMinimumWidth(160)

    def sizeHint(self) -> QSize:
        """Return a comfortable width."""
        return QSize(240, 400)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select on a left click only: what is selected is what the window shows."""
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
        else:
            super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the person is somewhere else now, unless it is a menu or another window."""
        super().focusOutEvent(event)
        if event.reason() not in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}:
            self.left.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu, at the row when the keyboard asks."""
        place, index = event.globalPos(), self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(_MARGIN, 0))
        self.context_menu_requested.emit(place, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: ModelIndex) -> None:
        """Draw a small arrow where there is something to unfold; no lines."""
        paint_arrow(self, painter, rect, index)
