"""One ordered stream from a handle's worker thread into an asyncio loop: events, pages, results.

Wake-ups are bundled: urgent items (results, state changes) are delivered at once together with all that came before
them; progress and log lines alone wait up to a thirtieth of a second, and of successive progress only the last counts.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from cutaway.events import DaemonLog, Event, KernelLog, Progress, Trace

T = TypeVar("T")
log = logging.getLogger(__name__)
PATIENT = (Progress, KernelLog, DaemonLog, Trace)
INTERVAL_S = 1 / 30
Delivery = Callable[[], None]


class Stream:
    """The way from one worker into one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._items: deque[tuple[object, Delivery]] = deque()
        self._is_flush_due = False
        self._is_timer_set = False
        self._listeners: dict[int, Callable[[Event], None]] = {}
        self._next = 0

    def listen(self, callback: Callable[[Event], None]) -> int:
        """Call `callback` with every event; loop's thread."""
        self._next += 1
        self._listeners[self._next] = callback
        return self._next

    def unlisten(self, token: int) -> None:
        """Forget a callback."""
        self._listeners.pop(token, None)

    def event(self, event: Event) -> None:
        """Take an event; worker's thread."""
        key = ("progress", event.serial) if isinstance(event, Progress) else None
        self._put(key, lambda: self._tell(event), patient=isinstance(event, PATIENT))

    def item(self, items: asyncio.Queue[Any], value: Any) -> None:
        """Put a value into a queue of the loop; worker's thread."""
        self._put(None, lambda: items.put_nowait(value), patient=False)

    def latest(self, callback: Callable[[T], None], value: T) -> None:
        """Call a callback of the loop with the latest of successive values; worker's thread."""
        self._put(("latest", id(callback)), lambda: callback(value), patient=True)

    def outcome(self, work: concurrent.futures.Future[T]) -> asyncio.Future[T]:
        """Return a future of the loop that gets the outcome of a worker's future, in order; loop's thread."""
        future: asyncio.Future[T] = self._loop.create_future()
        work.add_done_callback(lambda done: self._put(None, lambda: _settle(future, done), patient=False))
        return future

    def in_thread(self, function: Callable[[], None]) -> asyncio.Future[None]:
        """Run a blocking function in a thread of its own; loop's thread."""
        work: concurrent.futures.Future[None] = concurrent.futures.Future()

        def run() -> None:
            try:
                function()
            except Exception as error:  # noqa: BLE001 it is handed on to whoever awaits it
                work.set_exception(error)
            else:
                work.set_result(None)

        outcome = self.outcome(work)
        threading.Thread(target=run, name="cutaway-closer", daemon=True).start()
        return outcome

    def _put(self, key: object, delivery: Delivery, *, patient: bool) -> None:
        with self._lock:
            if key is not None and self._items and self._items[-1][0] == key:
                self._items.pop()
            self._items.append((key, delivery))
            wake = not (self._is_flush_due or (patient and self._is_timer_set))
            self._is_flush_due = self._is_flush_due or not patient
            self._is_timer_set = True
        if wake and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._start_timer if patient else self._flush)

    def _start_timer(self) -> None:
        self._loop.call_later(INTERVAL_S, self._flush)

    def _flush(self) -> None:
        with self._lock:
            items, self._items = self._items, deque()
            self._is_flush_due = self._is_timer_set = False
        for _, delivery in items:
            delivery()

    def _tell(self, event: Event) -> None:
        for callback in list(self._listeners.values()):
            try:
                callback(event)
            except Exception:
                log.exception("a listener for %s failed", type(event).__name__)


def _settle(future: asyncio.Future[Any], done: concurrent.futures.Future[Any]) -> None:
    """Hand an outcome over, unless nobody waits for it any more."""
    if future.done():
        return
    if done.cancelled():
        future.cancel()
    elif (error := done.exception()) is not None:
        future.set_exception(error)
        future.exception()
    else:
        future.set_result(done.result())
