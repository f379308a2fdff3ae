"""qemu is killed at every moment; the handle says so, keeps its drives, and can be launched again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest
from cutaway import Handle, Settings, State
from cutaway.errors import CallInterrupted, Cancelled, LaunchError, StateError
from cutaway.events import BootPhase, KernelLog, Quit, StateChanged
from cutaway.qemu.boot import RunningQemu

from .conftest import wait_until


def kill_qemu(handle: Handle) -> None:
    assert handle.pid is not None
    os.kill(handle.pid, signal.SIGKILL)


def works_again(handle: Handle) -> None:
    handle.launch()
    handle.mount_ro("/dev/sda", "/")
    assert handle.cat("/hello") == b"hello\n"


def test_qemu_dies_while_idle(mounted: Handle) -> None:
    quits: list[Quit] = []
    mounted.on(Quit, quits.append)
    drives = mounted.drives
    kill_qemu(mounted)
    wait_until(lambda: bool(quits), "no Quit event")
    assert not quits[0].expected
    assert "SIGKILL" in quits[0].reason
    assert mounted.state is State.CONFIG
    assert mounted.drives == drives
    with pytest.raises(StateError):
        mounted.ls("/")
    works_again(mounted)


def once_busy(handle: Handle, deed: Callable[[], None]) -> None:
    """Do something, in a thread of its own, a moment after the next call has begun."""

    def begin(event: StateChanged) -> None:
        if event.new is State.BUSY:
            handle.off(token)
            threading.Timer(0.2, deed).start()

    token = handle.on(StateChanged, begin)


def test_qemu_dies_mid_call(mounted: Handle) -> None:
    once_busy(mounted, lambda: kill_qemu(mounted))
    with pytest.raises(CallInterrupted):
        mounted.debug_sleep(60_000)
    assert mounted.state is State.CONFIG
    works_again(mounted)


def test_qemu_dies_mid_download(mounted: Handle, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "out"
    target.mkdir()
    errors: list[BaseException] = []

    def download() -> None:
        for _ in range(50):
            try:
                mounted.download("/big", target / "big")
            except (CallInterrupted, StateError) as error:
                errors.append(error)
                return

    worker = threading.Thread(target=download)
    worker.start()
    threading.Timer(0.4, kill_qemu, [mounted]).start()
    worker.join(30)
    assert errors
    assert [path.name for path in target.iterdir() if path.name != "big"] == []
    works_again(mounted)


def test_calls_in_the_queue_fail_too(mounted: Handle) -> None:
    outcomes: list[str] = []

    def call() -> None:
        try:
            mounted.debug_sleep(60_000)
        except (CallInterrupted, StateError) as error:
            outcomes.append(type(error).__name__)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    wait_until(lambda: mounted.state is State.BUSY, "no call runs")
    kill_qemu(mounted)
    for caller in callers:
        caller.join(20)
    assert len(outcomes) == 3
    assert "CallInterrupted" in outcomes


def test_qemu_dies_during_a_cold_launch(make: Callable[..., Handle]) -> None:
    handle = make(Settings(use_template=False))
    states: list[State] = []
    handle.on(StateChanged, lambda event: states.append(event.new))

    def kill_when_booting(event: BootPhase) -> None:
        if event.fraction >= 0.45:
            subprocess.run(["pkill", "-KILL", "-P", str(os.getpid()), "qemu"], check=False)

    handle.on(BootPhase, kill_when_booting)
    with pytest.raises(LaunchError) as caught:
        handle.launch()
    assert states == [State.LAUNCHING, State.CONFIG]
    assert caught.value.remedy


def test_kill_subprocess_is_an_expected_quit(mounted: Handle) -> None:
    quits: list[Quit] = []
    mounted.on(Quit, quits.append)
    mounted.kill_subprocess()
    wait_until(lambda: bool(quits), "no Quit event")
    assert quits[0].expected
    works_again(mounted)


def test_close_during_a_call(mounted: Handle) -> None:
    once_busy(mounted, mounted.close)
    with pytest.raises(CallInterrupted):
        mounted.debug_sleep(60_000)
    wait_until(lambda: mounted.state is State.CLOSED, "the handle is not closed")


def test_cancel_of_a_launch(make: Callable[..., Handle]) -> None:
    handle = make(Settings(use_template=False))
    handle.on(KernelLog, lambda _: handle.cancel())
    with pytest.raises(Cancelled):
        handle.launch()
    assert handle.state is State.CONFIG


def test_a_launch_that_is_cancelled_again_and_again_is_tidied_up(
    make: Callable[..., Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = make()
    stopped, stop = threading.Event(), RunningQemu.stop

    async def stop_slowly(self: RunningQemu) -> None:
        handle.cancel()
        await asyncio.sleep(0.1)
        await stop(self)
        stopped.set()

    monkeypatch.setattr(RunningQemu, "stop", stop_slowly)
    token = handle.on(BootPhase, lambda event: handle.cancel() if event.fraction >= 0.9 else None)
    with pytest.raises(Cancelled):
        handle.launch()
    assert stopped.is_set()
    handle.off(token)
    works_again(handle)
