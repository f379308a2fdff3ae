"""A disk of the host that never answers keeps nobody from closing, and no program from ending."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from cutaway import Handle, base, image_probe
from cutaway.errors import EngineError
from cutaway.helper_threads import HelperThreads
from cutaway.image_probe import probe_drive
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, folder
from cutaway.testing.appliance import FakeRunning

SOON_S = 5


@pytest.fixture
def dead() -> Iterator[Callable[..., None]]:
    """Give a question that is not answered before the test is over; `asked` says that it was asked."""
    is_over = threading.Event()

    def ask(*_: object, **__: object) -> None:
        ask.asked.set()  # type: ignore[attr-defined]
        is_over.wait(60)
        raise OSError(5, "the share is gone")

    ask.asked = threading.Event()  # type: ignore[attr-defined]
    yield ask
    is_over.set()


class Probing(FakeAppliance):
    """A fake that looks at its images as qemu's does."""

    async def start(self, drives, settings, report) -> FakeRunning:  # type: ignore[no-untyped-def] as FakeAppliance
        for drive in drives:
            await probe_drive(drive)
        return await super().start(drives, settings, report)


@pytest.fixture
def fake() -> FakeAppliance:
    return Probing({"/image": disk((64, FakeFileSystem("ext4", folder, "", "1-1")))})


def begin_launch(handle: Handle) -> None:
    def launch() -> None:
        try:
            handle.launch()
        except EngineError:
            return

    handle.add_drive("/image")
    threading.Thread(target=launch, daemon=True).start()


def closed_in_s(handle: Handle) -> float:
    begun = time.monotonic()
    handle.close()
    return time.monotonic() - begun


@pytest.mark.parametrize("question", ["look", "_Prober"])
def test_a_handle_whose_image_is_not_answered_for_is_closed(
    fake: FakeAppliance, dead: Callable[..., None], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(image_probe, question, dead)
    handle = Handle(hypervisor=fake)
    begin_launch(handle)
    assert dead.asked.wait(SOON_S)  # type: ignore[attr-defined]
    assert closed_in_s(handle) < SOON_S


def test_a_handle_whose_own_thread_hangs_is_closed(
    fake: FakeAppliance, dead: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CLOSE_MAX_S", 0.5)
    handle = Handle(hypervisor=fake)
    handle._worker.post(dead)
    assert dead.asked.wait(SOON_S)  # type: ignore[attr-defined]
    assert closed_in_s(handle) < SOON_S
    assert closed_in_s(handle) < SOON_S


def test_what_is_done_in_helper_threads_has_its_outcome() -> None:
    helpers = HelperThreads(1)
    assert helpers.submit(pow, 2, exponent := 3).result() == 2**exponent  # type: ignore[arg-type] overloads
    with pytest.raises(ZeroDivisionError):
        helpers.submit(divmod, 1, 0).result()
    helpers.shutdown()
    with pytest.raises(RuntimeError):
        helpers.submit(print)


PROGRAM = """
import asyncio, time
from cutaway.aio import AsyncHandle
from cutaway.helper_threads import HelperThreads
from cutaway.testing import FakeAppliance

async def run():
    asyncio.get_running_loop().set_default_executor(HelperThreads(0.2))
    handle = AsyncHandle(hypervisor=FakeAppliance())
    asyncio.ensure_future(asyncio.to_thread(time.sleep, 60))
    await asyncio.sleep(0.2)
    await handle.close()

asyncio.run(run())
"""


def test_a_program_ends_although_a_question_is_not_answered() -> None:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=30)
    assert time.monotonic() - begun < SOON_S * 2
