"""Long computations in slices between events, for work that must not hold up the window.

GUI thread. One piece of work at a time; a newer one takes the place of the older. Why not a thread: one that holds
Python's lock for long stalls the window just as much.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

T = TypeVar("T")
Steps = Generator[None, None, T]
SLICE_S = 0.008


def run(steps: Steps[T]) -> T:
    """Take all steps at once and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result


class SlicedWork(Generic[T]):
    """Takes steps of a generator while there is nothing better to do.

    Args:
        done: Called with the result.
        parent: Owns the timer.
    """

    def __init__(self, done: Callable[[T], None], parent: QObject) -> None:
        self._done = done
        self._steps: Steps[T] | None = None
        self._timer = QTimer(parent)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self, steps: Steps[T], *, at_once: bool) -> None:
        """Begin; with `at_once` the result is there on return."""
        self.forget()
        if at_once:
            self._done(run(steps))
        else:
            self._steps = steps
            self._timer.start(0)

    def forget(self) -> None:
        """Stop; the result is not wanted any more."""
        self._timer.stop()
        self._steps = None

    def _on_timer_timeout(self) -> None:
        steps, end = self._steps, time.perf_counter() + SLICE_S
        if steps is None:
            return
        try:
            while time.perf_counter() < end:
                next(steps)
        except StopIteration as finished:
            self.forget()
            self._done(finished.value)
        except BaseException:
            self.forget()
            raise
