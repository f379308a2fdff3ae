"""Icons for rows of models, in the colours of the theme, remembered until it changes. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QIcon

from cutaway_app import resources, theme

_TINTED = frozenset({"folder", "folder-link", "folder-open"})


class RowIcons:
    """Icons by name: folders in the theme's own colour, all else as lines."""

    def __init__(self) -> None:
        self._known: dict[str, QIcon] = {}

    def __call__(self, name: str) -> QIcon | None:
        """Return the icon of a name."""
        if name not in self._known:
            is_tinted = name in _TINTED
            self._known[name] = (
                resources.tinted_icon(name, theme.colors().folder) if is_tinted else resources.icon(name)
            )
        return self._known[name]

    def forget(self) -> None:
        """Make them anew when they are asked for: the theme has changed."""
        self._known.clear()
