"""Garbage is collected in the GUI thread only.

Python's collector runs in whatever thread happens to allocate. In a handle's worker thread it would destroy Qt
objects from there, which crashes. So the automatic collector is off while the window lives, and a timer collects.
"""

from __future__ import annotations

import gc
import sys
import time

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200
#: Between two full collections, which visit everything that was made since the start.
FULL_S = 60.0
#: So many new blocks of memory since the last look are the entries of a large folder, not garbage.
LARGE_BLOCKS = 100_000


class GarbageCollector(QObject):
    """Collects while it is running."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = False
        self._has_frozen = False
        self._last_full = time.monotonic()
        self._blocks = sys.getallocatedblocks()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Turn Python's own collector off."""
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer.start(INTERVAL_MS)

    def settle(self) -> None:
        """Leave out of all collections what lives now: the program itself."""
        gc.collect()
        self._freeze()
        self._blocks = sys.getallocatedblocks()

    def stop(self) -> None:
        """Turn Python's own collector on again, if it was on."""
        self._timer.stop()
        if self._has_frozen:
            gc.unfreeze()
        if self._was_on:
            gc.enable()

    def _on_timer_timeout(self) -> None:
        self._leave_out_large_folders()
        young, middle, _ = gc.get_count()
        limits = gc.get_threshold()
        if young >= limits[0]:
            gc.collect(1 if middle >= limits[1] else 0)
        elif time.monotonic() - self._last_full > FULL_S:
            self._last_full = time.monotonic()
            gc.collect()

    def _leave_out_large_folders(self) -> None:
        """Do not visit hundreds of thousands of entries again and again; they go when nobody refers to them."""
        blocks = sys.getallocatedblocks()
        if blocks > self._blocks + LARGE_BLOCKS:
            self._freeze()
        if abs(blocks - self._blocks) > LARGE_BLOCKS:
            self._blocks = blocks

    def _freeze(self) -> None:
        gc.freeze()
        self._has_frozen = True
