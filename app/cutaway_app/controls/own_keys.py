"""Keys that mean the pane that has the focus, though an action of the window has them too. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

StandardKey = QKeySequence.StandardKey


def keep_key(event: QEvent, *keys: QKeySequence.StandardKey) -> bool:
    """Keep one of these keys, or Backspace, from the actions of the window; to be called for each event of a pane.

    Qt asks the widget that has the focus first, then those around it. Backspace would go a folder up, which nobody
    means who does not look at the files.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    is_backspace = event.key() == Qt.Key.Key_Backspace and event.modifiers() == Qt.KeyboardModifier.NoModifier
    if not is_backspace and not any(event.matches(key) for key in keys):
        return False
    event.accept()
    return True
