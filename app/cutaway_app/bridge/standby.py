"""A started appliance in reserve, so that opening an image need not wait for the boot.

GUI thread. Keeps one handle, READY and without drives; whoever takes it gets an appliance that is ready or on its
way. A reserve that does not start is dropped quietly: the next taker starts its own and sees the error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError
from cutaway.state import State

from cutaway_app.bridge.tasks import spawn

log = logging.getLogger(__name__)
MakeHandle = Callable[[], AsyncHandle]


@dataclass(slots=True)
class Starting:
    """A handle and the task that launches it."""

    handle: AsyncHandle
    launch: asyncio.Task[None]

    async def wait(self) -> None:
        """Wait until the appliance is ready; if the waiter is cancelled, so is the launch."""
        try:
            await self.launch
        except asyncio.CancelledError:
            self.launch.cancel()
            await asyncio.gather(self.launch, return_exceptions=True)
            raise


class Standby:
    """Keeps one handle in reserve.

    Args:
        make: Makes a handle.
        enabled: False: everybody gets a new handle.
    """

    def __init__(self, make: MakeHandle, *, enabled: bool = True) -> None:
        self._make = make
        self._enabled = enabled
        self._reserve: Starting | None = None
        self._warming: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def replenish(self) -> None:
        """Start a reserve in the background unless there is a good one."""
        if self._enabled and self._reserve is None:
            self._reserve = start(self._make())
            self._warming = spawn(_warm(self._reserve), name="warm standby")

    def take(self) -> Starting:
        """Return the reserve, or a new handle that is being launched. Call `replenish` when there is time."""
        reserve, self._reserve = self._reserve, None
        if self._warming is not None:
            self._warming.cancel()
        if reserve is not None and _is_good(reserve):
            return reserve
        if reserve is not None:
            self._drop(reserve)
        return start(self._make())

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
    return not reserve.launch.done() or reserve.handle.state is State.READY


async def _launch(handle: AsyncHandle) -> None:
    await handle.launch()


async def _warm(reserve: Starting) -> None:
    """Let the reserve do what it will be asked for, without any drive: an emulator runs code faster the second time."""
    try:
        await asyncio.shield(reserve.launch)
        await reserve.handle.survey()
        await reserve.handle.vg_activate_all(activate=True)
    except EngineError as error:
        log.info("the appliance in reserve could not be warmed up: %s", error)


async def _end(reserve: Starting) -> None:
    reserve.launch.cancel()
    (outcome,) = await asyncio.gather(reserve.launch, return_exceptions=True)
    if isinstance(outcome, EngineError):
        log.info("the appliance in reserve did not start: %s", outcome)
    await reserve.handle.close()
