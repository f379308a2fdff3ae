"""The worker's end: what comes too late is refused, and nobody waits for what no loop will run."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest
from cutaway import Handle
from cutaway.errors import StateError
from cutaway.testing import FakeAppliance
from cutaway.worker import Worker


async def nothing() -> None:
    """Do nothing."""


def test_what_comes_after_the_last_turn_of_the_loop_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker()
    close, late = worker._loop.close, list[concurrent.futures.Future[None]]()
    refused = threading.Event()

    def close_late() -> None:
        try:
            late.append(worker.submit(nothing()))
        except StateError:
            refused.set()
        worker.post(refused.clear)
        close()

    monkeypatch.setattr(worker._loop, "close", close_late)
    worker.stop()
    assert not late, "nobody would ever hear of it again"
    assert refused.is_set()


def test_a_closed_handle_says_that_it_is_closed() -> None:
    handle = Handle(hypervisor=FakeAppliance())
    handle.close()
    for attempt in (handle.launch, handle.shutdown, lambda: handle.ls("/"), lambda: handle.add_drive_ro("/image")):
        with pytest.raises(StateError, match="CLOSED"):
            attempt()
    handle.kill_subprocess()
    handle.cancel()
    handle.close()
