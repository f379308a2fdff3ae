"""Both themes can be read, all icons exist, every control has a name, right-to-left and sharp screens work."""

from __future__ import annotations

import re
from pathlib import Path

import cutaway_app
import pytest
from cutaway_app import theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.data_files import data_folder
from gui.widgets.makers import MAKERS
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot


def _luminance(color: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, two: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_text_can_be_read(colors: theme.Colors) -> None:
    pairs = [(name, ground) for name in ("text", "muted") for ground in ("window", "base", "raised", "accent_soft")]
    pairs += [
        (name, "base") for name in ("keyword", "string", "comment", "number", "name", "error", "warning", "success")
    ]
    pairs += [
        ("text", "error_soft"),
        ("text", "warning_soft"),
        ("selected_text", "selected"),
        ("base", "accent_strong"),
    ]
    for text, ground in pairs:
        assert contrast(getattr(colors, text), getattr(colors, ground)) >= 4.5, f"{text} on {ground}"
    for mark in ("icon", "accent", "control_line"):
        assert contrast(getattr(colors, mark), colors.base) >= 3, mark


def test_every_icon_that_is_named_exists() -> None:
    folder = Path(cutaway_app.__file__).parent
    names = set()
    for path in folder.rglob("*.py"):
        names |= set(
            re.findall(
                r'(?:set_icon\([^,()]+(?:\(\))?, |tool_button\(|show_icon\(|[( ]icon\(|tinted_icon\(|icon=)"([a-z-]+)"',
                path.read_text(),
            )
        )
    assert len(names) > 15
    there = {path.stem for path in (Path(data_folder()) / "icons").glob("*.svg")}
    assert names <= there


def _ink(button: QWidget) -> QColor:
    image = button.grab().toImage()
    ground = image.pixelColor(1, 1)
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda pixel: contrast(pixel, ground))


def test_icons_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    button = tool_button("close", "Close")
    qtbot.addWidget(button)
    light = _ink(button)
    theme.apply(qapp, "dark")
    assert _luminance(_ink(button)) > _luminance(light) + 0.2
    assert theme.is_dark()
    theme.apply(qapp, "light")
    assert _luminance(_ink(button)) == pytest.approx(_luminance(light), abs=0.02)


@pytest.fixture(params=sorted(MAKERS))
def widget(request: pytest.FixtureRequest, qtbot: QtBot) -> QWidget:
    made = MAKERS[request.param]()
    qtbot.addWidget(made)
    made.resize(700, 420)
    made.show()
    return made


def test_everything_that_takes_the_focus_has_a_name(widget: QWidget) -> None:
    everything = [widget, *widget.findChildren(QWidget)]
    focusable = [
        one for one in everything if one.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(one, QScrollBar)
    ]
    nameless = []
    for one in focusable:
        interface = QAccessible.queryAccessibleInterface(one)
        is_inner = one.objectName().startswith("qt_") or not one.isVisibleTo(widget)
        if not is_inner and not (interface and interface.text(QAccessible.Text.Name).strip()):
            nameless.append(f"{type(one).__name__} in {type(one.parent()).__name__}")
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_drawn_in_both_themes_and_directions(
    widget: QWidget, qapp: QApplication, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)
    left = widget.grab().toImage()
    assert len({left.pixel(x, y) for x in range(0, left.width(), 3) for y in range(0, left.height(), 3)}) > 1
    widget.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert widget.grab().toImage().size() == left.size()
