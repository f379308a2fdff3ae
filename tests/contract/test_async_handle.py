"""The awaitable handle: the same calls, events and results in one order, cancellation of tasks."""

from __future__ import annotations

import asyncio
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cutaway import AsyncHandle, State
from cutaway import launch as launching
from cutaway.errors import NotFound
from cutaway.events import Event, Progress, StateChanged
from cutaway.link import Link
from cutaway.testing.sample import MANY
from cutaway.transfer.job import ExtractReport, TransferProgress
from support.backends import Backend

Body = Callable[[AsyncHandle], Awaitable[Any]]


@pytest.fixture
def run(backend: Backend) -> Callable[[Body], Any]:
    """Give a function that runs a coroutine function with a launched handle whose system is mounted."""

    async def with_handle(body: Body) -> Any:
        async with backend.async_handle() as handle:
            await handle.add_drive(backend.image)
            await handle.launch()
            await handle.survey()
            await handle.mount_ro("/dev/vg0/root", "/")
            return await body(handle)

    return lambda body: asyncio.run(with_handle(body))


def test_calls_are_awaited_and_errors_raised(run: Callable[[Body], Any]) -> None:
    async def body(handle: AsyncHandle) -> None:
        assert await handle.cat("/etc/hostname") == b"web01\n"
        with pytest.raises(NotFound):
            await handle.cat("/nowhere")
        assert len(await handle.ls("/srv/many")) == MANY

    run(body)


def test_calls_made_together_run_in_their_order(run: Callable[[Body], Any]) -> None:
    async def body(handle: AsyncHandle) -> None:
        done: list[int] = []

        async def one(number: int) -> None:
            await handle.debug_sleep(10 if number % 2 else 0)
            done.append(number)

        await asyncio.gather(*map(one, range(6)))
        assert done == list(range(6))

    run(body)


def test_pages_come_one_after_another(run: Callable[[Body], Any]) -> None:
    async def body(handle: AsyncHandle) -> None:
        pages = [len(page) async for page in handle.pages(AsyncHandle.ls, "/srv/many")]
        assert len(pages) > 1
        assert sum(pages) == MANY

    run(body)


def test_a_result_does_not_overtake_its_progress(run: Callable[[Body], Any]) -> None:
    async def body(handle: AsyncHandle) -> None:
        told: list[Progress] = []
        handle.listen(lambda event: told.append(event) if isinstance(event, Progress) else None)
        await handle.checksum("sha256", "/srv/special/disk.img")
        assert told
        assert told[-1].position == told[-1].total

    run(body)


def test_cancelling_the_task_cancels_the_call_and_waits_for_its_end(run: Callable[[Body], Any]) -> None:
    async def body(handle: AsyncHandle) -> None:
        busy = asyncio.Event()

        def listen(event: Event) -> None:
            if isinstance(event, StateChanged) and event.new is State.BUSY:
                busy.set()

        handle.listen(listen)
        task = asyncio.ensure_future(handle.debug_sleep(60_000))
        await busy.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert handle.state is State.READY
        await handle.ping_daemon()

    run(body)


def test_an_archive_is_awaited_with_its_progress(run: Callable[[Body], Any], tmp_path: Path) -> None:
    async def body(handle: AsyncHandle) -> None:
        steps: list[TransferProgress] = []
        report = await handle.archive_out(["/etc", "/srv/many"], tmp_path / "x.tar", on_progress=steps.append)
        assert report.destination_paths == (str(tmp_path / "x.tar"),)
        assert (steps[-1].files_done, steps[-1].files_total) == (report.files, report.files)
        sums = await handle.checksums_out("sha1", "/etc/passwd", tmp_path / "sums", on_progress=steps.append)
        assert (sums.files, (tmp_path / "sums").read_text()[40:]) == (1, "  passwd\n")
        assert await handle.retry_out([], tmp_path) == ExtractReport((), 0, 0, (), ())

    run(body)
    with tarfile.open(tmp_path / "x.tar") as archive:
        assert len(archive.getmembers()) > MANY


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_launch_that_is_cancelled_at_once_leaves_no_appliance(
    backend: Backend, turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[Link] = []
    launch = launching.launch

    async def counting(*arguments: Any) -> Link:
        launched.append(await launch(*arguments))
        return launched[-1]

    monkeypatch.setattr(launching, "launch", counting)

    async def body() -> None:
        async with backend.async_handle() as handle:
            await handle.add_drive(backend.image)
            task = asyncio.ensure_future(handle.launch())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert handle.state is State.CONFIG
            await handle.launch()
            assert handle.state is State.READY
            assert len(launched) == 1

    asyncio.run(body())
