"""Holding a transfer and letting it go on, or leaving it for later, from any thread."""

from __future__ import annotations

import asyncio
import threading


class TransferControl:
    """The wish to hold one transfer. Give it to `copy_out`; a cancellation of the transfer ends the holding.

    Attributes:
        is_left: Whether what an extraction has made shall stay when it is ended, for another process to go on with; it
            has to have been given its `work`.
    """

    def __init__(self) -> None:
        self._may_go = threading.Event()
        self._may_go.set()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._lock = threading.Lock()
        self._is_over = self.is_left = False

    @property
    def is_held(self) -> bool:
        """Whether it shall stand still."""
        return not self._may_go.is_set()

    def hold(self) -> None:
        """Let the transfer stand still, at the next megabytes or file. Does nothing once it is over."""
        with self._lock:
            if not self._is_over:
                self._may_go.clear()

    def leave(self) -> None:
        """Let what has been made stay when the transfer is ended, as if this process had been killed."""
        self.is_left = True

    def end(self) -> None:
        """Take note that the transfer is over: nothing is held any more."""
        with self._lock:
            self._is_over = True
        self.go_on()

    def go_on(self) -> None:
        """Let it go on. Does nothing if it is not held."""
        with self._lock:
            self._may_go.set()
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    def wait(self) -> None:
        """Wait while it is held; in a thread that may wait."""
        self._may_go.wait()

    async def passed(self) -> None:
        """Wait while it is held; in an event loop."""
        event = asyncio.Event()
        with self._lock:
            if self._may_go.is_set():
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        await event.wait()
