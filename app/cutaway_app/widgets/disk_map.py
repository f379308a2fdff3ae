"""The map of one drive: pieces side by side in proportion, volumes inside their group. GUI thread.

Pieces that can be opened are reached by mouse and by the arrow keys; each is told to screen readers.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QToolTip, QWidget

from cutaway_app import resources, theme
from cutaway_app.controls.facts import fitting_facts
from cutaway_app.figures import exact_size_text, size_text
from cutaway_app.names import display_line, display_name, plain_tip
from cutaway_app.widgets.disk_plan import DriveMap, Segment, shares

_HEIGHT, _MIN_WIDTH, _GAP, _HEADER, _PADDING, _LOCK = 96, 20, 3, 22, 6, 14
Placed = list[tuple[QRect, Segment]]


class DiskMap(QWidget):
    """One drive.

    Signals:
        opened(str): the person wants to look into this mountable, or to unlock it.
        context_menu_requested(str, object): a menu for this device is wanted at this global QPoint.
    """

    opened = Signal(str)
    context_menu_requested = Signal(str, object)

    def __init__(self, drive: DriveMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drive = drive
        self._hovered = ""
        self._current = 0
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._openable() else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"Map of {drive.title}, {size_text(drive.size_bytes)}")
        self.setAccessibleDescription("; ".join(_told(piece) for piece in drive.segments))

    def minimumSizeHint(self) -> QSize:
        """Return the least width at which pieces can be told apart."""
        return QSize(240, _HEIGHT)

    def _openable(self) -> list[Segment]:
        return [leaf for piece in self._drive.segments for leaf in _leaves(piece) if leaf.mountable]

    def piece_at(self, place: QPoint) -> Segment | None:
        """Return the innermost piece at a point."""
        return next((piece for rect, piece in reversed(self._lay_out()) if rect.contains(place)), None)

    def _lay_out(self) -> Placed:
        """Return every piece with its place, outer ones before inner ones."""
        return self._row(self._drive.segments, self.rect().adjusted(0, 0, 0, -1))

    def _row(self, pieces: tuple[Segment, ...], area: QRect) -> Placed:
        placed: Placed = []
        x = area.left()
        for piece, width in zip(pieces, shares(pieces, area.width(), _MIN_WIDTH, _GAP), strict=True):
            rect = QRect(x, area.top(), width, area.height())
            placed.append((QStyle.visualRect(self.layoutDirection(), self.rect(), rect), piece))
            if piece.children:
                inner = rect.adjusted(4, _HEADER, -4, -4)
                placed += self._row(piece.children, inner)
            x += width + _GAP
        return placed

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw all pieces."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect, piece in self._lay_out():
            self._paint_piece(painter, rect, piece)

    def _paint_piece(self, painter: QPainter, rect: QRect, piece: Segment) -> None:
        colors = theme.colors()
        box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = {"filesystem": colors.accent_soft, "free": colors.base, "container": colors.window}
        painter.setBrush(ground.get(piece.kind, colors.free))
        painter.setPen(QPen(colors.line, 1, Qt.PenStyle.DashLine if piece.kind == "free" else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(box, 4, 4)
        if piece.use is not None:
            self._paint_use(painter, rect, piece.use)
        if piece.mountable and self._is_marked(piece):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_words(painter, rect, piece)

    def _is_marked(self, piece: Segment) -> bool:
        openable = self._openable()
        is_current = self.hasFocus() and 0 <= self._current < len(openable) and openable[self._current] is piece
        return is_current or piece.mountable == self._hovered

    def _paint_use(self, painter: QPainter, rect: QRect, use: float) -> None:
        """The used part fills the piece from its beginning, like water."""
        colors = theme.colors()
        full = QRect(rect)
        full.setWidth(round(rect.width() * min(1.0, max(0.0, use))))
        full = QStyle.visualRect(self.layoutDirection(), rect, full)
        painter.save()
        painter.setClipRect(full)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.selected)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, piece: Segment) -> None:
        area = rect.adjusted(_PADDING, 3, -_PADDING, -3)
        if area.width() < 28:
            return
        colors = theme.colors()
        height = self.fontMetrics().height()
        quiet = " · ".join(
            fact for fact in (display_name(piece.subtitle.encode()), size_text(piece.size_bytes)) if fact
        )
        title = display_line(piece.title)
        if piece.kind == "container":
            self._draw(
                painter, QRect(area.left(), area.top(), area.width(), height), f"{title} · {quiet}", is_quiet=True
            )
            return
        painter.setPen(colors.muted if piece.kind == "free" else colors.text)
        line = QRect(area.left(), area.top(), area.width(), height)
        if piece.kind == "locked":
            line = self._paint_lock(painter, line)
        self._draw(painter, line, title)
        if area.height() >= 2 * height:
            self._draw(painter, QRect(area.left(), area.top() + height, area.width(), height), quiet, is_quiet=True)

    def _paint_lock(self, painter: QPainter, line: QRect) -> QRect:
        """Draw a lock at the beginning of a line; return what is left of it."""
        place = QRect(line.left(), line.top() + (line.height() - _LOCK) // 2, _LOCK, _LOCK)
        icon = resources.tinted_icon("lock", theme.colors().icon)
        icon.paint(painter, QStyle.visualRect(self.layoutDirection(), line, place))
        rest = line.adjusted(_LOCK + 4, 0, 0, 0)
        return QStyle.visualRect(self.layoutDirection(), line, rest)

    def _draw(self, painter: QPainter, area: QRect, text: str, *, is_quiet: bool = False) -> None:
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setFont(theme.scaled(self.font(), 0.9) if is_quiet else self.font())
        if is_quiet:
            painter.setPen(theme.colors().muted)
        metrics = painter.fontMetrics()
        right = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        shown = fitting_facts(text, metrics, area.width()) if is_quiet else right
        flags = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(area, flags | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def event(self, event: QEvent) -> bool:
        """Show the facts of a piece as tool tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            piece = self.piece_at(event.pos())
            QToolTip.showText(event.globalPos(), plain_tip(_told(piece)) if piece else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what can be opened."""
        piece = self.piece_at(event.position().toPoint())
        hovered = piece.mountable if piece else ""
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.PointingHandCursor if hovered else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Mark nothing."""
        self._hovered = ""
        self.update()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open what is clicked."""
        piece = self.piece_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and piece and piece.mountable:
            self._current = self._openable().index(piece)
            self.opened.emit(piece.mountable)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the piece under the mouse, or of the current one when the keyboard asks."""
        piece, place = self.piece_at(event.pos()), event.globalPos()
        openable = self._openable()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and openable:
            piece = openable[self._current]
            rect = next(rect for rect, placed in self._lay_out() if placed is piece)
            place = self.mapToGlobal(rect.bottomLeft())
        if piece is not None and piece.device:
            self.context_menu_requested.emit(piece.device, place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from piece to piece, open one."""
        openable = self._openable()
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and openable:
            self.opened.emit(openable[self._current].mountable)
        elif (step := steps.get(Qt.Key(event.key()))) and openable:
            step = -step if self.isRightToLeft() and event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} else step
            self._current = min(len(openable) - 1, max(0, self._current + step))
            self.update()
        else:
            super().keyPressEvent(event)


def _leaves(piece: Segment) -> list[Segment]:
    return [leaf for child in piece.children for leaf in _leaves(child)] if piece.children else [piece]


def _told(piece: Segment) -> str:
    title = display_line(piece.title)
    facts = [title, piece.subtitle, f"{size_text(piece.size_bytes)} ({exact_size_text(piece.size_bytes)})"]
    if piece.use is not None:
        facts.append(f"{round(piece.use * 100)} % used")
    told = ", ".join(fact for fact in facts if fact)
    return told + "".join(f"; in it {_told(child)}" for child in piece.children)
