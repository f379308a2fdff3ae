"""Tasks of the GUI's loop: the one place that starts them, keeps them alive and reports what they fail with.

GUI thread only. Nothing else in the program calls `create_task`: a task without a reference may vanish, and a
failure that nobody awaits would be silent.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start a coroutine; its failure goes to the loop's exception handler, a cancellation to nobody."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_finish)
    return task


def _finish(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled() or (error := task.exception()) is None:
        return
    log.error("task %s failed", task.get_name(), exc_info=error)
    context = {"message": f"task {task.get_name()} failed", "exception": error, "task": task}
    task.get_loop().call_exception_handler(context)


def async_slot(method: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a coroutine method usable as a slot: each call becomes a task."""

    @functools.wraps(method)
    def slot(*args: P.args, **kwargs: P.kwargs) -> None:
        spawn(method(*args, **kwargs), name=method.__name__)

    return slot


async def finish_all(timeout_s: float) -> None:
    """Cancel all tasks but the current one, and wait for them, at most that long."""
    others = _running - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        _, late = await asyncio.wait(others, timeout=timeout_s)
        for task in late:
            log.warning("task %s does not end", task.get_name())
