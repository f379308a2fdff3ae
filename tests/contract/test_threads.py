"""A handle may be used from several threads: calls queue, one runs at a time, each gets its own answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cutaway import Handle, State
from cutaway.errors import NotFound
from cutaway.events import StateChanged
from support import spec

NAMES = [b"/srv/documents/" + name for name in spec.entries(b"/srv/documents")]


def test_each_thread_gets_its_own_answer(mounted: Handle) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(mounted.cat, NAMES * 5))
    assert answers == [spec.content(name) for name in NAMES] * 5


def test_errors_reach_the_thread_that_made_the_call(mounted: Handle) -> None:
    def try_one(number: int) -> bool:
        if number % 2:
            return mounted.cat("/etc/hostname") == b"web01\n"
        with pytest.raises(NotFound, match=f"missing-{number}"):
            mounted.cat(f"/etc/missing-{number}")
        return True

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(try_one, range(40)))


def test_one_call_runs_at_a_time(handle: Handle) -> None:
    running, most = 0, 0

    def count(event: StateChanged) -> None:
        nonlocal running, most
        running += (event.new is State.BUSY) - (event.old is State.BUSY)
        most = max(most, running)

    token = handle.on(StateChanged, count)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: handle.debug_sleep(5), range(12)))
    handle.off(token)
    assert (running, most) == (0, 1)


def test_a_queued_call_runs_after_the_one_before_was_cancelled(handle: Handle) -> None:
    busy = threading.Event()
    token = handle.on(StateChanged, lambda event: busy.set() if event.new is State.BUSY else None)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(handle.debug_sleep, 60_000)
        assert busy.wait(20)
        second = pool.submit(handle.list_devices)
        handle.cancel()
        assert first.exception() is not None
        assert second.result() == ["/dev/sda"]
    handle.off(token)
