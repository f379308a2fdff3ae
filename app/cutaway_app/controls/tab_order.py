"""Where Tab goes in a window: from part to part as they are laid out, whenever each was made. GUI thread.

Qt goes by the order in which widgets were made, so that what comes and goes, as the folders of a path, would be last.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QDialog, QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """Give what Tab stops at, in a widget that is visible and below it."""
    if widget.isHidden() or not widget.isEnabled():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QScrollArea):
        return  # a view or a text: what is in it is its own
    for part in _parts(widget):
        yield from tab_stops(part)


def go_on(window: QWidget, *, forward: bool) -> bool:
    """Give the focus to the next of the stops of a window, or to the one before; return whether there is one."""
    stops, current = list(tab_stops(window)), window.window().focusWidget()
    if not stops:
        return False
    step = 1 if forward else -1
    start = stops.index(current) if current in stops else min(0, -step)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    stops[(start + step) % len(stops)].setFocus(reason)
    return True


def _parts(widget: QWidget) -> list[QWidget]:
    """Return the parts of a widget as they are laid out; then those that no layout has."""
    match widget:
        case QStackedWidget():
            found = [widget.currentWidget()]
        case QScrollArea():
            found = [widget.widget()]
        case QSplitter():
            found = [widget.widget(index) for index in range(widget.count())]
        case _:
            layout = widget.layout()
            laid_out = list(_laid_out(layout)) if layout is not None else []
            direct = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            found = [*laid_out, *(one for one in direct if one not in laid_out and not one.isWindow())]
    return [part for part in found if part is not None]


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        if (part := item.widget()) is not None:
            yield part
        elif (inner := item.layout()) is not None:
            yield from _laid_out(inner)


class OrderedDialog(QDialog):
    """A dialog through which Tab goes as it is laid out."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 Qt's own
        """Go on with Tab."""
        return go_on(self, forward=forward)
