"""Threads for what may block, such as a question to a share that is gone and never answers: the end waits for none.

Python's own pools are joined when a loop closes, and again when the program ends.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class HelperThreads(concurrent.futures.ThreadPoolExecutor):
    """A loop's default executor: a thread for each call, which ends with the program whatever it waits for.

    Args:
        patience_s: How long calls that still run are waited for at the end.
    """

    def __init__(self, patience_s: float) -> None:
        super().__init__(max_workers=1)  # of its own threads none is ever started
        self._patience_s = patience_s
        self._guard = threading.Lock()
        self._running: set[concurrent.futures.Future[Any]] = set()
        self._is_shut = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> concurrent.futures.Future[T]:
        """Run a function in a thread of its own."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()

        def run() -> None:
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 it is handed on to whoever awaits it
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._guard:
            if self._is_shut:
                raise RuntimeError("the helper threads have ended")
            self._running.add(future)
        future.add_done_callback(self._running.discard)
        threading.Thread(target=run, name="cutaway-helper", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 as it is called
        """Take no more, and wait a moment for what runs."""
        with self._guard:
            self._is_shut = True
            running = self._running.copy()
        if wait:
            concurrent.futures.wait(running, self._patience_s)
