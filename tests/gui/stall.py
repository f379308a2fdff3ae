"""How long the GUI thread was stuck: a heartbeat every 10 ms; a stall is a gap less the period.

Time in which the GUI thread was ready to run but the machine gave it no processor is not counted: on a loaded machine
a test would otherwise measure its neighbours. Waiting for anything else, Python's lock included, does count.
"""

from __future__ import annotations

import contextlib
import time

from PySide6.QtCore import QObject, Qt, QTimer

PERIOD_MS = 10
#: How often at most a test plays what should not stall: a hypervisor that takes the processor away is counted too.
ATTEMPTS = 3


class StallMeter(QObject):
    """Measures from when it is made, or reset, until it is stopped.

    Attributes:
        stalls_ms: All gaps of more than one period.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self._last, self._last_delay_ms = time.perf_counter(), delay_ms()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(PERIOD_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        gap = (now - self._last) * 1000 - PERIOD_MS
        if gap > PERIOD_MS:
            stall = gap - max(0.0, delay_ms() - self._last_delay_ms)
            if stall > PERIOD_MS:
                self.stalls_ms.append(stall)
        self._last, self._last_delay_ms = now, delay_ms()

    def reset(self) -> None:
        """Forget what was; the set-up of a test is not measured."""
        self.stalls_ms.clear()
        self._last, self._last_delay_ms = time.perf_counter(), delay_ms()
        self._timer.start(PERIOD_MS)

    def stop(self) -> None:
        """Measure no more: what a test does after its window is gone is its own affair."""
        self._timer.stop()

    @property
    def worst_ms(self) -> float:
        """The longest stall."""
        return max(self.stalls_ms, default=0.0)


def delay_ms() -> float:
    """Return how long this thread has been ready to run without a processor; 0 where nobody counts."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/thread-self/schedstat") as file:
        return int(file.read().split()[1]) / 1_000_000
    return 0.0
