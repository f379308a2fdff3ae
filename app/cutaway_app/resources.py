"""The program's icons: line drawings in `currentColor`, coloured when loaded, and again when the theme changes.

GUI thread. Decides no colours itself.
"""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from cutaway_app import theme
from cutaway_app.data_files import data_path

_SIZES = (16, 20, 24, 32, 48, 64, 96)
_PROPERTY = "cutaway_icon"


def icon(name: str) -> QIcon:
    """Return a line icon in the colours of the current theme."""
    colors = theme.colors()
    return _coloured_icon(name, colors.icon.name(), colors.disabled.name(), colors.selected_text.name())


def tinted_icon(name: str, color: QColor) -> QIcon:
    """Return a line icon in one given colour, such as the theme's red for an error."""
    return _coloured_icon(name, color.name(), color.name(), color.name())


def set_icon(target: QAbstractButton | QAction, name: str) -> None:
    """Give a button or an action an icon that follows the theme from now on."""
    target.setProperty(_PROPERTY, name)
    target.setIcon(icon(name))


def _refresh_icons() -> None:
    """Colour all icons again that were given with `set_icon`."""
    for widget in QApplication.allWidgets():
        _refresh(widget)
        for action in widget.findChildren(QAction, options=Qt.FindChildOption.FindDirectChildrenOnly):
            _refresh(action)


def _refresh(target: QWidget | QAction) -> None:
    name = target.property(_PROPERTY)
    if isinstance(name, str) and isinstance(target, QAction | QAbstractButton):
        target.setIcon(icon(name))


def application_icon() -> QIcon:
    """Return the icon of the program itself."""
    return _icon_from(data_path("icons", "cutaway.svg"), ((QIcon.Mode.Normal, None),))


@functools.cache
def _coloured_icon(name: str, normal: str, disabled: str, selected: str) -> QIcon:
    modes = ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled), (QIcon.Mode.Selected, selected))
    return _icon_from(data_path("icons", f"{name}.svg"), modes)


def _icon_from(path: str, modes: tuple[tuple[QIcon.Mode, str | None], ...]) -> QIcon:
    with open(path, "rb") as file:
        drawing = file.read()
    result = QIcon()
    for mode, color in modes:
        coloured = drawing if color is None else drawing.replace(b"currentColor", color.encode())
        renderer = QSvgRenderer(QByteArray(coloured))
        for size in _SIZES:
            result.addPixmap(_render(renderer, size), mode)
    return result


def _render(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


# NB: before all others who hear of it: they may show icons.
theme.notifier.changed.connect(_refresh_icons)
