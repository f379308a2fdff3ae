"""The wish to cancel one operation. In the worker's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cutaway.errors import Cancelled


class CancelToken:
    """The wish to cancel one operation, made known to whatever step of it runs."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self._action: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Cancel the operation; called in the worker's thread."""
        self.is_cancelled = True
        if self._action is not None:
            self._action()

    def check(self, what: str) -> None:
        """Raise Cancelled if it was wished."""
        if self.is_cancelled:
            raise Cancelled(f"{what} was cancelled")

    def during(self, action: Callable[[], None] | None) -> None:
        """Set what to do when the wish comes; None: nothing runs."""
        self._action = action


def abandon(task: asyncio.Task[Any]) -> None:
    """Cancel a task unless it has been: it may be tidying up."""
    if not task.cancelling():
        task.cancel()
