"""The whole window on a fake appliance, offscreen, in one loop per test; and the stall meter over all of it."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import qasync
from _pytest.runner import runtestprotocol
from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError
from cutaway.testing import FakeAppliance, database_image, journal_image, sample_image, windows_image
from cutaway_app import theme
from cutaway_app.bridge.garbage import GarbageCollector
from cutaway_app.bridge.sample import Sample
from cutaway_app.program import Program
from cutaway_app.settings import WindowSettings
from gui.harness import DATABASE, IMAGE, JOURNAL, SAMPLE, WINDOWS, Harness
from gui.own_folders import use_own_folders
from gui.stall import ATTEMPTS, StallMeter
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from support.garbage import garbage_in_this_thread

__all__ = ["garbage_in_this_thread"]

#: The goal is 100 ms on a quiet machine; a hypervisor that takes the processor away is counted too, and a test must not
#: fail for that.
MAX_STALL_MS = 250.0
#: Whether a test has stalled the GUI thread.
HAS_STALLED = pytest.StashKey[bool]()
Scenario = Callable[[Harness], Coroutine[Any, Any, None]]


def pytest_configure(config: pytest.Config) -> None:
    use_own_folders()
    config.addinivalue_line("markers", "may_stall: does something on purpose that takes the GUI thread's time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says this of every window."""
    for item in items:
        if "gui" in item.path.parts:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test of the window in which it stalled once more, from the beginning, for the sake of loaded machines."""
    if "play" not in getattr(item, "fixturenames", ()):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for _ in range(ATTEMPTS):
        item.stash[HAS_STALLED] = False
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if not item.stash[HAS_STALLED]:
            break
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["cutaway"]


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance(
        {
            IMAGE: sample_image(),
            SAMPLE: sample_image(),
            "/images/second.qcow2": sample_image(),
            WINDOWS: windows_image(),
            JOURNAL: journal_image(),
            DATABASE: database_image(),
        }
    )


@pytest.fixture(autouse=True)
def stall_meter(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[StallMeter]:
    """Fail a test that plays with the window if the GUI thread was stuck; what calls a model directly may be."""
    meter = StallMeter()
    yield meter
    request.node.user_properties.append(("worst_stall_ms", round(meter.worst_ms, 1)))
    plays = "play" in request.fixturenames
    if plays and request.node.get_closest_marker("may_stall") is None:
        request.node.stash[HAS_STALLED] = meter.worst_ms > MAX_STALL_MS
        assert meter.worst_ms <= MAX_STALL_MS, f"the GUI was stuck for {meter.worst_ms:.0f} ms"


@pytest.fixture
def play(
    qapp: QApplication,
    fake: FakeAppliance,
    tmp_path: Path,
    stall_meter: StallMeter,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Scenario], None]:
    """Run a scenario with the window.

    The program does not leave itself out of collections: what it leaves out comes back when it ends, with what all
    tests before have made, and every collection after that would visit it.
    """
    monkeypatch.setattr(GarbageCollector, "settle", lambda _: None)
    theme.apply(qapp, "light")

    def run(scenario: Scenario) -> None:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
            runner.run(_with_window(scenario, fake, tmp_path / "settings.ini", stall_meter))

    return run


async def _with_window(scenario: Scenario, fake: FakeAppliance, store: Path, meter: StallMeter) -> None:
    settings = WindowSettings(QSettings(str(store), QSettings.Format.IniFormat))
    program = Program(lambda _: AsyncHandle(hypervisor=fake), settings, Sample(SAMPLE), standby=False)
    unexpected = _keep_unexpected_errors(asyncio.get_running_loop())
    try:
        program.window.resize(1360, 840)  # the offscreen platform has a small screen
        program.start([])
        await asyncio.sleep(0)
        meter.reset()
        await scenario(Harness(program, fake))
    finally:
        await program.close()
        meter.stop()
    gc.collect()  # what a forgotten task ended with is told when nobody has it any more
    await asyncio.sleep(0)
    assert unexpected == [], "the loop found an error that nobody waits for"


def _keep_unexpected_errors(loop: asyncio.AbstractEventLoop) -> list[dict[str, Any]]:
    """Return where the loop's unexpected errors will be; those that the window explains are not among them."""
    unexpected: list[dict[str, Any]] = []
    handle = loop.get_exception_handler()

    def keep(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), EngineError):
            unexpected.append(context)
        if handle is not None:
            handle(loop, context)

    loop.set_exception_handler(keep)
    return unexpected
