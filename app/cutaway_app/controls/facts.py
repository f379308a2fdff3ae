"""Lines of facts that are divided by dots, made to fit: whole facts go before letters do. Pure but for the font."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

DOT = " · "


def fitting_facts(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return a line that is no wider: facts in the middle are left out first, then the first; the last one stays."""
    facts = text.split(DOT)
    while len(facts) > 1 and metrics.horizontalAdvance(DOT.join(facts)) > width:
        del facts[1 if len(facts) > 2 else 0]
    line = DOT.join(facts)
    fits = metrics.horizontalAdvance(line) <= width  # NB: the font may elide what just fits
    return line if fits else metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, width)
