"""Every long call can be cancelled from any thread; half a second later the handle is READY and in step."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle, State, direct_calls, link
from cutaway.errors import Cancelled
from cutaway.events import StateChanged
from support.backends import Backend

WITHIN_S = 0.5
#: A machine that is busy with something else may be late.
ATTEMPTS = 10


class CancelWhenBusy:
    """Cancels, from a thread of its own, the next call that begins; measures how long it takes to end."""

    def __init__(self, handle: Handle, *, after_s: float = 0.05) -> None:
        self._handle = handle
        self._after_s = after_s
        self._busy = threading.Event()
        self.cancelled_at = 0.0

    def _watch(self, event: StateChanged) -> None:
        if event.new is State.BUSY:
            self._busy.set()

    def _cancel(self) -> None:
        if self._busy.wait(20):
            threading.Event().wait(self._after_s)
            self.cancelled_at = time.monotonic()
            self._handle.cancel()

    def run(self, call: Callable[[], object]) -> float | None:
        """Run a call that is to be cancelled; return how long it took to end after that, None if it was done before."""
        token = self._handle.on(StateChanged, self._watch)
        thread = threading.Thread(target=self._cancel)
        thread.start()
        try:
            call()
        except Cancelled:
            return time.monotonic() - self.cancelled_at
        finally:
            took = time.monotonic() - self.cancelled_at if self.cancelled_at else 0.0
            self._handle.off(token)
            self._busy.set()
            thread.join()
        assert took < WITHIN_S, "it went on to its end although it was cancelled"
        return None


def assert_ends_at_once(handle: Handle, call: Callable[[], object], *, after_s: float = 0.05) -> None:
    """Cancel a call, again if it took long to end, or was done before a machine with other work came to cancelling."""
    taken: list[float | None] = []
    while not taken or taken[-1] is None or taken[-1] >= WITHIN_S:
        assert len(taken) < ATTEMPTS, f"it took {taken} s"
        taken.append(CancelWhenBusy(handle, after_s=after_s if not taken else 0.0).run(call))


def test_a_sleeping_call_ends_at_once(handle: Handle) -> None:
    assert_ends_at_once(handle, lambda: handle.debug_sleep(60_000))
    assert handle.state is State.READY
    handle.ping_daemon()


def test_a_checksum_ends_at_once(mounted: Handle) -> None:
    assert_ends_at_once(mounted, lambda: mounted.checksum("sha512", "/srv/special/disk.img"))
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_a_cancellation_between_the_calls_of_a_checksum_is_heard_and_costs_no_appliance(
    mounted: Handle, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not backend.is_real:
        pytest.skip("contents of fakes lie on no drive")
    opened = direct_calls.opened_drives

    @asynccontextmanager
    async def cancelled_meanwhile(*arguments: Any) -> AsyncIterator[Any]:
        async with opened(*arguments) as drives:
            mounted.cancel()
            await asyncio.sleep(0.1)
            yield drives

    monkeypatch.setattr(direct_calls, "opened_drives", cancelled_meanwhile)
    monkeypatch.setattr(link, "CANCEL_GRACE_S", 0.2)
    with pytest.raises(Cancelled):
        mounted.checksum("sha512", "/srv/special/disk.img")
    time.sleep(0.5)  # nobody tells that nothing happens
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_a_tar_ends_at_once_and_leaves_nothing(mounted: Handle, tmp_path: Path) -> None:
    target = tmp_path / "tar"

    def pack() -> None:
        target.unlink(missing_ok=True)
        mounted.tar_out("/", target, compress="xz")

    assert_ends_at_once(mounted, pack)
    assert list(tmp_path.iterdir()) == []
    mounted.download("/etc/hostname", target)
    assert target.read_bytes() == b"web01\n"


def test_cancel_without_a_call_does_nothing(handle: Handle) -> None:
    handle.cancel()
    handle.ping_daemon()


def test_many_cancellations_leave_the_protocol_in_step(mounted: Handle) -> None:
    for _ in range(5):
        assert CancelWhenBusy(mounted, after_s=0.01).run(lambda: mounted.debug_sleep(60_000)) is not None
        assert mounted.cat("/etc/hostname") == b"web01\n"


def test_a_cancelled_call_is_no_reason_to_cancel_the_next(handle: Handle) -> None:
    assert CancelWhenBusy(handle).run(lambda: handle.debug_sleep(60_000)) is not None
    handle.debug_sleep(50)


def test_unlocking_ends_at_once(backend: Backend) -> None:
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.slow())
        handle.launch()
        assert_ends_at_once(handle, lambda: handle.cryptsetup_open("/dev/sda", "slow", "x"), after_s=1.0)
        assert handle.list_filesystems() == {"/dev/sda": "crypto_LUKS"}
        assert handle.unlocked == ()
