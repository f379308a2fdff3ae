"""The appliance in reserve: it is taken, replaced, and never trusted when it is dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import qasync
from cutaway.aio import AsyncHandle
from cutaway.errors import LaunchError
from cutaway.events import Quit
from cutaway.state import State
from cutaway.testing import FakeAppliance
from cutaway_app.bridge.standby import Standby
from gui.harness import TIMEOUT_S
from PySide6.QtWidgets import QApplication

Work = Callable[[Standby], Coroutine[Any, Any, None]]
Play = Callable[[Work], None]


@pytest.fixture
def play(qapp: QApplication, fake: FakeAppliance) -> Play:
    """Run a scenario with a reserve, and close it."""

    async def run(work: Work) -> None:
        standby = Standby(lambda: AsyncHandle(hypervisor=fake))
        try:
            await work(standby)
        finally:
            await standby.close()

    def play(work: Work) -> None:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
            runner.run(run(work))

    return play


def test_the_reserve_is_taken_ready_and_the_next_one_is_another(play: Play, fake: FakeAppliance) -> None:
    async def work(standby: Standby) -> None:
        standby.replenish()
        standby.replenish()
        first = standby.take()
        await first.wait()
        assert first.handle.state is State.READY
        assert len(fake.running) == 1
        standby.replenish()
        second = standby.take()
        await second.wait()
        assert second.handle is not first.handle
        await asyncio.gather(first.handle.close(), second.handle.close())

    play(work)


def test_a_reserve_that_died_is_not_given_away(play: Play, fake: FakeAppliance) -> None:
    async def work(standby: Standby) -> None:
        standby.replenish()
        reserve = standby._reserve
        assert reserve is not None
        await reserve.wait()
        gone = asyncio.Event()
        reserve.handle.listen(lambda event: gone.set() if isinstance(event, Quit) else None)
        fake.die_now()
        await asyncio.wait_for(gone.wait(), TIMEOUT_S)
        taken = standby.take()
        await taken.wait()
        assert taken.handle is not reserve.handle
        assert taken.handle.state is State.READY
        await taken.handle.close()

    play(work)


def test_a_reserve_that_did_not_start_is_replaced_and_the_taker_sees_the_error(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.fail_launch = "no qemu"

    async def work(standby: Standby) -> None:
        standby.replenish()
        reserve = standby._reserve
        assert reserve is not None
        await asyncio.wait([reserve.launch])
        taken = standby.take()
        with pytest.raises(LaunchError, match="no qemu"):
            await taken.wait()
        await taken.handle.close()

    play(work)


def test_without_a_reserve_the_taker_gets_an_appliance_that_is_on_its_way(play: Play) -> None:
    async def work(standby: Standby) -> None:
        taken = standby.take()
        assert taken.handle.state in {State.CONFIG, State.LAUNCHING}
        await taken.wait()
        await taken.handle.close()

    play(work)


def test_closing_does_not_wait_for_a_slow_boot(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.cold, fake.behaviour.boot_s = True, 60

    async def work(standby: Standby) -> None:
        standby.replenish()
        await asyncio.sleep(0.05)
        async with asyncio.timeout(TIMEOUT_S):
            await standby.close()
        standby.replenish()
        assert standby._reserve is None

    play(work)
