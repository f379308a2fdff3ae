"""The files that come with the program: icons, style sheet, application icon.

GUI thread. Found as package data in a wheel, or in the source tree beside `app/`. Icons are line drawings in
`currentColor`; they are coloured when loaded, and again when the theme changes. Decides no colours itself.
"""

from __future__ import annotations

import functools
import os

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

_SIZES = (16, 20, 24, 32, 48, 64, 96)
_PROPERTY = "cutaway_icon"


@functools.cache
def data_folder() -> str:
    """Return the folder of the program's data files.

    Raises:
        FileNotFoundError: When the program is not completely installed.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(package, "_resources"), os.path.join(package, "..", "..", "resources")):
        if os.path.isdir(os.path.join(folder, "icons")):
            return os.path.normpath(folder)
    raise FileNotFoundError("the program's icons are missing: it is not completely installed")


def data_path(*parts: str) -> str:
    """Return the path of a data file."""
    return os.path.join(data_folder(), *parts)


def icon(name: str) -> QIcon:
    """Return a line icon in the colours of the current theme."""
    from cutaway_app import theme  # noqa: PLC0415 the theme refreshes icons, icons take its colours

    colors = theme.colors()
    return _coloured_icon(name, colors.icon.name(), colors.disabled.name(), colors.selected_text.name())


def tinted_icon(name: str, color: QColor) -> QIcon:
    """Return a line icon in one given colour, such as the theme's red for an error."""
    return _coloured_icon(name, color.name(), color.name(), color.name())


def set_icon(target: QAbstractButton | QAction, name: str) -> None:
    """Give a button or an action an icon that follows the theme from now on."""
    target.setProperty(_PROPERTY, name)
    target.setIcon(icon(name))


def refresh_icons() -> None:
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
