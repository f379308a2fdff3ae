"""How long the GUI thread was stuck: a heartbeat every 10 ms; a stall is a gap less the period."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

PERIOD_MS = 10


class StallMeter(QObject):
    """Measures while it exists.

    Attributes:
        stalls_ms: All gaps of more than one period.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(PERIOD_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        stall = (now - self._last) * 1000 - PERIOD_MS
        if stall > PERIOD_MS:
            self.stalls_ms.append(stall)
        self._last = now

    def reset(self) -> None:
        """Forget what was; the set-up of a test is not measured."""
        self.stalls_ms.clear()
        self._last = time.perf_counter()

    @property
    def worst_ms(self) -> float:
        """The longest stall."""
        return max(self.stalls_ms, default=0.0)
