"""Garbage is collected in the GUI thread only.

Python's collector runs in whatever thread happens to allocate. In a handle's worker thread it would destroy Qt
objects from there, which crashes. So the automatic collector is off while the window lives, and a timer collects.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1_000
#: A full collection visits everything that lives, so it is done rarely: after so many of the small ones.
FULL_EVERY = 60


class GarbageCollector(QObject):
    """Collects while it is running."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Turn Python's own collector off."""
        gc.disable()
        self._timer.start(INTERVAL_MS)

    def stop(self) -> None:
        """Turn it on again."""
        self._timer.stop()
        gc.enable()

    def _on_timer_timeout(self) -> None:
        if gc.get_count()[0] < gc.get_threshold()[0]:
            return
        self._turns += 1
        gc.collect(2 if self._turns % FULL_EVERY == 0 else 1)
