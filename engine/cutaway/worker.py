"""The thread of a handle: a small asyncio loop that owns the appliance, its sockets and its process.

It waits on wake-up, monitor, control, data and console together, so the kernel's log and the appliance's end are
seen also while no call runs. Everything reaches it by `submit` and `post`; nothing else is thread-safe.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from cutaway.errors import StateError
from cutaway.helper_threads import HelperThreads

T = TypeVar("T")
#: How long an operation may take to remove what it has not finished.
TIDY_UP_S = 10.0
#: How long helper threads are waited for when nothing needs them any more.
HELPERS_S = 0.5
_numbers = itertools.count(1)
logging.getLogger("qemu.qmp").addHandler(logging.NullHandler())


class Worker:
    """A thread with an event loop; it starts at once and ends with `stop`."""

    def __init__(self) -> None:
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._lock = threading.RLock()  # a signal may come in between, and cancel
        self._is_stopped = False
        self._running: set[concurrent.futures.Future[Any]] = set()
        self._thread = threading.Thread(target=self._run, name=f"cutaway-handle-{next(_numbers)}", daemon=True)
        self._thread.start()
        self._started.wait()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.set_default_executor(HelperThreads(HELPERS_S))
            self._finished = self._loop.create_future()
            self._started.set()
            runner.run(self._wait())

    async def _wait(self) -> None:
        await self._finished

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in this worker's thread."""
        return threading.current_thread() is self._thread

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine in the worker's loop; its outcome comes by the future.

        Raises:
            StateError: the worker has been stopped.
        """
        with self._lock:
            if self._is_stopped:
                work.close()
                raise StateError("this", actual="CLOSED", required="CONFIG or READY")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def post(self, action: Callable[[], None]) -> None:
        """Run a function in the worker's loop, soon; does nothing when the worker has been stopped."""
        with self._lock:
            if not self._is_stopped:
                self._loop.call_soon_threadsafe(action)

    def stop(self) -> None:
        """End the thread; what still runs has some seconds to tidy up, then it is cancelled.

        May be called again, not from the worker itself.
        """
        concurrent.futures.wait(self._running.copy(), TIDY_UP_S)
        self._end()
        self._thread.join()

    def abandon(self) -> None:
        """Wait no more for a thread that hangs in a call to the host; it ends with that, or with the program."""
        self._end()

    def _end(self) -> None:
        with self._lock:  # what is submitted after the last turn of the loop would never be heard of again
            if not self._is_stopped:
                self._is_stopped = True
                self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)
