"""The roles by which the sidebar's model tells its delegate what to draw, beside Qt's display and decoration."""

from __future__ import annotations

from PySide6.QtCore import Qt

#: str: the quieter second line.
SUBTITLE = Qt.ItemDataRole.UserRole + 1
#: float | None: the used part of a file system, 0.0 to 1.0.
USE = Qt.ItemDataRole.UserRole + 2
