"""A started appliance in reserve, so that opening an image need not wait for the boot.

GUI thread. Keeps one handle, READY and without drives; whoever takes it gets an appliance that is ready or on its
way. It rehearses its part while it waits. A reserve that does not start, or fails its rehearsal, is dropped quietly:
the next taker starts its own and sees the error.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError
from cutaway.state import State

from cutaway_app.bridge.rehearsal import rehearse
from cutaway_app.bridge.tasks import spawn

log = logging.getLogger(__name__)
#: How long after an opening the next reserve is started.
REST_S = 1.0
MakeHandle = Callable[[], AsyncHandle]


@dataclass(slots=True)
class Starting:
    """A handle, the task that launches it, and the one that rehearses if there is any."""

    handle: AsyncHandle
    launch: asyncio.Task[None]
    rehearsal: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        """Wait until the appliance is ready; if the waiter is cancelled, so is the launch."""
        try:
            await self.launch
        except asyncio.CancelledError:
            self.launch.cancel()
            await asyncio.gather(self.launch, return_exceptions=True)
            raise
        await self.end_rehearsal()

    async def end_rehearsal(self) -> None:
        """Break the rehearsal off, and wait until the appliance is as if there had been none.

        Raises:
            EngineError: it has not become so.
        """
        if self.rehearsal is not None:
            self.rehearsal.cancel()
            (outcome,) = await asyncio.gather(self.rehearsal, return_exceptions=True)
            if isinstance(outcome, EngineError):
                raise outcome


class Standby:
    """Keeps one handle in reserve.

    Args:
        make: Makes a handle.
        enabled: False: everybody gets a new handle.
        stage: The image on which the reserve rehearses, if it exists.
    """

    def __init__(self, make: MakeHandle, *, enabled: bool = True, stage: str = "") -> None:
        self._make = make
        self._enabled = enabled
        self._stage = stage
        self._reserve: Starting | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def replenish(self) -> None:
        """Start a reserve in the background unless there is one."""
        if self._enabled and self._reserve is None:
            reserve = self._reserve = start(self._make())
            reserve.rehearsal = asyncio.ensure_future(self._rehearse(reserve))
            reserve.rehearsal.add_done_callback(lambda done: self._judge(reserve, done))

    def replenish_later(self) -> None:
        """Start a reserve when what has just been opened has had the time to be shown: both want the processor."""
        asyncio.get_running_loop().call_later(REST_S, self.replenish)

    def take(self) -> Starting:
        """Return the reserve, or a new handle that is being launched. Replenish when there is time."""
        reserve, self._reserve = self._reserve, None
        if reserve is not None and _is_good(reserve):
            return reserve
        if reserve is not None:
            self._drop(reserve)
        return start(self._make())

    async def _rehearse(self, reserve: Starting) -> None:
        """Let the reserve do what it will be asked for."""
        await asyncio.shield(reserve.launch)
        if self._has_stage():
            await rehearse(reserve.handle, self._stage)

    def _has_stage(self) -> bool:
        return os.path.exists(self._stage)

    def _judge(self, reserve: Starting, rehearsal: asyncio.Task[None]) -> None:
        """Drop a reserve that failed, unless it has been taken; the next ones do not rehearse."""
        if not rehearsal.cancelled() and (error := rehearsal.exception()) is not None:
            log.info("the appliance in reserve has failed: %s", error)
            self._stage = ""
            if self._reserve is reserve:
                self._reserve = None
                self._drop(reserve)

    def _drop(self, reserve: Starting) -> None:
        task = spawn(_end(reserve), name="close standby")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """End the reserve; no other is started."""
        self._enabled = False
        reserve, self._reserve = self._reserve, None
        if reserve is not None:
            self._drop(reserve)
        await asyncio.gather(*self._closing, return_exceptions=True)


def start(handle: AsyncHandle) -> Starting:
    """Launch a handle in the background."""
    return Starting(handle, asyncio.ensure_future(_launch(handle)))


def _is_good(reserve: Starting) -> bool:
    return not reserve.launch.done() or reserve.handle.state in {State.READY, State.BUSY}


async def _launch(handle: AsyncHandle) -> None:
    await handle.launch()


async def _end(reserve: Starting) -> None:
    reserve.launch.cancel()
    if reserve.rehearsal is not None:
        reserve.rehearsal.cancel()
    (outcome,) = await asyncio.gather(reserve.launch, return_exceptions=True)
    if isinstance(outcome, EngineError):
        log.info("the appliance in reserve did not start: %s", outcome)
    await reserve.handle.close()
