"""The looks of the program: named colours for light and dark, Fusion's palettes made of them, the style sheet.

GUI thread. Qt's own dark mode does nothing without a platform theme, so the palettes are ours. Delegates and painted
widgets ask `colors()` each time they paint; icons set with `resources.set_icon`, and `IconLabel`, follow by themselves.
What a widget has made of colours it makes again on `QEvent.PaletteChange`; what is no widget hears `notifier`.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from cutaway_app.data_files import data_path

Scheme = Literal["light", "dark", "system"]


@dataclass(frozen=True)
class Colors:
    """The named colours of a theme; `window` is chrome, `base` is content."""

    window: QColor
    base: QColor
    raised: QColor
    text: QColor
    muted: QColor
    disabled: QColor
    icon: QColor
    line: QColor
    control_line: QColor
    hover: QColor
    accent: QColor
    accent_strong: QColor
    accent_soft: QColor
    selected: QColor
    selected_text: QColor
    track: QColor
    error: QColor
    error_soft: QColor
    warning: QColor
    warning_soft: QColor
    success: QColor
    free: QColor
    folder: QColor
    #: Colours of tokens in highlighted text.
    keyword: QColor
    string: QColor
    comment: QColor
    number: QColor
    name: QColor


def _colors(**values: str) -> Colors:
    return Colors(**{name: QColor(value) for name, value in values.items()})


LIGHT = _colors(
    window="#f3f4f6", base="#ffffff", raised="#ffffff", text="#1c2430", muted="#5b6675", disabled="#a3abb7",
    icon="#465263", line="#dde1e7", control_line="#868f9d", hover="#e7eaef", accent="#2f6bdd", accent_strong="#2459bf",
    accent_soft="#e3ecfc", selected="#d6e4fc", selected_text="#14264a", track="#e1e5eb", error="#b3261e",
    error_soft="#fcebea", warning="#8a5a00", warning_soft="#fdf3dc", success="#1c7a45", free="#eef0f3",
    folder="#2f6bdd", keyword="#7a3fb0", string="#1f7a4d", comment="#6b7584", number="#b04a12", name="#2459bf",
)  # fmt: skip
DARK = _colors(
    window="#1e2227", base="#16191d", raised="#272c33", text="#e4e8ee", muted="#9aa5b3", disabled="#5d6773",
    icon="#b3bdca", line="#30363e", control_line="#6f7a88", hover="#2b3138", accent="#6ea4ff", accent_strong="#8cb7ff",
    accent_soft="#1f2f4a", selected="#26447a", selected_text="#f1f6ff", track="#343b44", error="#ff8b82",
    error_soft="#3a2222", warning="#f0b957", warning_soft="#38301d", success="#6fcf97", free="#22272d",
    folder="#6ea4ff", keyword="#c9a0f5", string="#8fd3a6", comment="#8b95a3", number="#f0a878", name="#8cb7ff",
)  # fmt: skip


class _Notifier(QObject):
    """Tells that the theme has changed.

    Signals:
        changed(): `colors()` are others now, and widgets have their new palette.
    """

    changed = Signal()


notifier = _Notifier()


class _Current:
    """Which theme is shown now; the one place that remembers."""

    colors = LIGHT
    scheme: Scheme = "system"
    follows_system = False


def colors() -> Colors:
    """Return the colours of the current theme."""
    return _Current.colors


def is_dark() -> bool:
    """Whether the dark theme is shown."""
    return _Current.colors is DARK


def apply(app: QApplication, scheme: Scheme) -> None:
    """Show the program light, dark, or as the desktop is; can be called again at any time."""
    _Current.scheme = scheme
    hints = QGuiApplication.styleHints()
    if not _Current.follows_system:
        _Current.follows_system = True
        hints.colorSchemeChanged.connect(lambda _: _follow_system())
    wants_dark = scheme == "dark" or (scheme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    _show(app, DARK if wants_dark else LIGHT)


def _follow_system() -> None:
    app = QApplication.instance()
    if _Current.scheme == "system" and isinstance(app, QApplication):
        apply(app, "system")


def _show(app: QApplication, chosen: Colors) -> None:
    _Current.colors = chosen
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(chosen))
    app.setStyleSheet(_style_sheet(chosen))
    notifier.changed.emit()


def palette(chosen: Colors) -> QPalette:
    """Return Fusion's palette in these colours."""
    role = QPalette.ColorRole
    made = QPalette(chosen.window)
    by_role = {
        role.Window: chosen.window, role.WindowText: chosen.text, role.Base: chosen.base, role.Text: chosen.text,
        role.AlternateBase: chosen.window, role.Button: chosen.raised, role.ButtonText: chosen.text,
        role.BrightText: chosen.error, role.Highlight: chosen.selected, role.HighlightedText: chosen.selected_text,
        role.Link: chosen.accent, role.LinkVisited: chosen.accent, role.ToolTipBase: chosen.raised,
        role.ToolTipText: chosen.text, role.PlaceholderText: chosen.muted, role.Accent: chosen.accent,
        role.Mid: chosen.line, role.Dark: chosen.control_line, role.Light: chosen.raised,
    }  # fmt: skip
    for color_role, color in by_role.items():
        made.setColor(color_role, color)
    for color_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, color_role, chosen.disabled)
    return made


def _style_sheet(chosen: Colors) -> str:
    with open(data_path("style.qss"), encoding="utf-8") as file:
        template = string.Template(file.read())
    named = {entry.name: getattr(chosen, entry.name).name() for entry in fields(chosen)}
    shade = "dark" if chosen is DARK else "light"
    return template.substitute(named, images=data_path("style"), shade=shade)


def tabular(font: QFont) -> QFont:
    """Return the font with figures of equal width, for columns of numbers."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """Return the font larger or smaller than the platform's."""
    made = QFont(font)
    if made.pointSizeF() > 0:
        made.setPointSizeF(made.pointSizeF() * factor)
    else:
        made.setPixelSize(round(made.pixelSize() * factor))
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def monospace() -> QFont:
    """Return the platform's font of equal widths, for text and bytes from images."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
