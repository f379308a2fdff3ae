"""How much of what the guest says is passed on: a person reads no thousands of lines a second, and a window that is to
show them does nothing else. In the worker's loop.
"""

from __future__ import annotations

import time

from cutaway.events import DaemonLog, Event
from cutaway.hypervisor import Report

#: More than the kernel says in the liveliest second of its boot.
EVENTS_PER_S = 2000


class LogBudget:
    """Passes events on; of more than EVENTS_PER_S only their number.

    Args:
        report: Told the rest.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._since_s = time.monotonic()
        self._passed = self._left_out = 0

    def tell(self, event: Event) -> None:
        """Pass an event on, if there are not too many."""
        now_s = time.monotonic()
        if now_s - self._since_s >= 1:
            self._since_s, self._passed = now_s, 0
            if self._left_out:
                self._report(DaemonLog(f"{self._left_out:,} messages of the appliance were left out", "warning"))
                self._left_out = 0
        if self._passed < EVENTS_PER_S:
            self._passed += 1
            self._report(event)
        else:
            self._left_out += 1
