"""The reserve rehearses on an image of our own, and nothing of that is left for who takes it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import qasync
from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError
from cutaway.events import Event, StateChanged, Trace
from cutaway.hypervisor import Hypervisor
from cutaway.state import State
from cutaway.testing import FakeAppliance, sample_image
from cutaway_app.bridge.standby import Standby, Starting
from PySide6.QtWidgets import QApplication
from support.backends import real_backend

Work = Callable[[Standby], Coroutine[Any, Any, None]]
Play = Callable[..., None]


@pytest.fixture
def stage(tmp_path: Path) -> str:
    """The image on which is rehearsed."""
    path = tmp_path / "stage.qcow2"
    path.touch()
    return os.fspath(path)


@pytest.fixture(scope="module")
def real_image(tmp_path_factory: pytest.TempPathFactory) -> str:
    return real_backend(tmp_path_factory.mktemp("real")).image


@pytest.fixture
def fake(stage: str) -> FakeAppliance:
    return FakeAppliance({stage: sample_image(), "/images/other.qcow2": sample_image()})


@pytest.fixture
def play(qapp: QApplication) -> Play:
    """Run a scenario with a reserve, and close it."""

    async def run(work: Work, stage: str, hypervisor: Hypervisor | None) -> None:
        standby = Standby(lambda: AsyncHandle(hypervisor=hypervisor), stage=stage)
        try:
            await work(standby)
        finally:
            await standby.close()

    def play(work: Work, stage: str, hypervisor: Hypervisor | None = None) -> None:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
            runner.run(run(work, stage, hypervisor))

    return play


async def started(standby: Standby) -> tuple[Starting, list[str]]:
    """Start a reserve; return it and the list of what is traced of it."""
    standby.replenish()
    reserve = standby._reserve
    assert reserve is not None
    traces: list[str] = []
    reserve.handle.listen(lambda event: traces.append(event.text) if isinstance(event, Trace) else None)
    return reserve, traces


def is_busy(event: Event) -> bool:
    """Return whether an event tells that a call begins."""
    return isinstance(event, StateChanged) and event.new is State.BUSY


async def assert_untouched(taken: Starting) -> None:
    """Check that an appliance is as after its launch, and good for an image."""
    await taken.wait()
    assert taken.handle.state is State.READY
    assert taken.handle.drives == ()
    assert await taken.handle.list_devices() == []
    assert await taken.handle.mounts() == []
    await taken.handle.close()


def test_what_opening_asks_for_has_been_done_and_is_undone(play: Play, fake: FakeAppliance, stage: str) -> None:
    async def work(standby: Standby) -> None:
        reserve, traces = await started(standby)
        assert reserve.rehearsal is not None
        await asyncio.wait_for(asyncio.shield(reserve.rehearsal), 40)
        done = {trace.split()[0] for trace in traces}
        assert {"survey", "mount_tree", "scandir", "statvfs", "umount_all", "vg_activate_all"} <= done
        taken = standby.take()
        assert taken is reserve
        await assert_untouched(taken)

    play(work, stage, fake)


@pytest.mark.parametrize("call", ["survey", "mount_tree", "scandir", "statvfs"])
def test_who_takes_it_in_the_middle_finds_nothing_of_it(play: Play, fake: FakeAppliance, stage: str, call: str) -> None:
    fake.behaviour.latency_of = {call: 0.2}

    async def work(standby: Standby) -> None:
        reserve, traces = await started(standby)
        busy = asyncio.Event()
        reserve.handle.listen(lambda event: busy.set() if is_busy(event) and reserve.handle.drives else None)
        await asyncio.wait_for(busy.wait(), 40)
        taken = standby.take()
        assert taken is reserve
        await assert_untouched(taken)
        assert any(trace.startswith("umount_all") for trace in traces)

    play(work, stage, fake)


def test_one_that_fails_its_rehearsal_is_given_to_nobody(play: Play, fake: FakeAppliance, stage: str) -> None:
    fake.behaviour.die_in = {"mount_tree"}

    async def work(standby: Standby) -> None:
        reserve, _ = await started(standby)
        assert reserve.rehearsal is not None
        with pytest.raises(EngineError):
            await reserve.rehearsal
        fake.behaviour.die_in = set()
        await asyncio.sleep(0)
        taken = standby.take()
        assert taken is not reserve
        await assert_untouched(taken)
        _, traces = await started(standby)
        assert standby._reserve is not None
        assert standby._reserve.rehearsal is not None
        await standby._reserve.rehearsal
        assert traces == []

    play(work, stage, fake)


def test_without_an_image_to_rehearse_on_it_only_waits(play: Play, fake: FakeAppliance, stage: str) -> None:
    Path(stage).unlink()

    async def work(standby: Standby) -> None:
        reserve, traces = await started(standby)
        assert reserve.rehearsal is not None
        await reserve.rehearsal
        assert traces == []
        await assert_untouched(standby.take())

    play(work, stage, fake)


@pytest.mark.boots_appliance
@pytest.mark.parametrize("hold_s", [None, 0.0, 0.3])
def test_a_real_appliance_is_as_new_afterwards(play: Play, real_image: str, hold_s: float | None) -> None:
    async def work(standby: Standby) -> None:
        reserve, traces = await started(standby)
        assert reserve.rehearsal is not None
        if hold_s is None:
            await reserve.rehearsal
            assert any(trace.startswith("scandir done") for trace in traces)
        else:
            await reserve.launch
            await asyncio.sleep(hold_s)
        taken = standby.take()
        await taken.wait()
        handle = taken.handle
        assert handle.drives == ()
        assert await handle.list_devices() == []
        assert await handle.lvs() == []
        await handle.add_drive(real_image)
        assert await handle.list_devices() == ["/dev/sda"]
        assert (await handle.survey()).filesystems
        await handle.close()

    play(work, real_image)
