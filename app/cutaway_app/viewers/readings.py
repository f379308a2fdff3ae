"""What a viewer is reading: at most one work of each kind; all of it stops when something else is shown. GUI thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from cutaway.errors import EngineError

from cutaway_app.bridge.tasks import spawn

#: Begun only when its turn comes: a coroutine that is cancelled before would never be awaited.
Work = Callable[[], Coroutine[Any, Any, None]]


class Readings:
    """The works of one viewer.

    Args:
        on_error: Told what the engine has against one of them.
    """

    def __init__(self, on_error: Callable[[EngineError], None]) -> None:
        self._on_error = on_error
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, kind: str) -> bool:
        """Return whether work of a kind was begun since the last stop."""
        return kind in self._tasks

    def start(self, kind: str, work: Work) -> None:
        """Begin work, in place of what was begun of its kind."""
        self.end(kind)
        self._tasks[kind] = spawn(self._guarded(work), name=f"reading {kind}")

    def end(self, kind: str) -> None:
        """Stop work of a kind, if there is any."""
        if (task := self._tasks.pop(kind, None)) is not None:
            task.cancel()

    def stop(self) -> None:
        """Stop everything."""
        for kind in list(self._tasks):
            self.end(kind)

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except EngineError as error:
            self._on_error(error)
