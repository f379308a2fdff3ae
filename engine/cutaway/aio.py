"""The awaitable handle: what the window uses. Every declared call is a method that returns an awaitable.

It belongs to one asyncio event loop. Events and results come to it by one ordered stream, so a result never
overtakes its own progress. Progress and log lines are coalesced to about 30 deliveries a second.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from cutaway.aio_transfers import AsyncTransfers
from cutaway.base import BaseHandle
from cutaway.cancel_token import CancelToken
from cutaway.drives import Drive, Interface
from cutaway.events import Event
from cutaway.hypervisor import Hypervisor
from cutaway.machine import add_drive, add_images
from cutaway.protocol.declaration import Call, GuestPath
from cutaway.settings import Settings
from cutaway.stream import Stream

if TYPE_CHECKING:
    from cutaway.unlocking import Unlocked

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
HostPath = str | bytes | os.PathLike[str]


class AsyncHandle(AsyncTransfers):
    """A handle for one asyncio loop, the one that runs when it is made.

    Cancelling a task that awaits a call cancels the call in the guest and waits until it has ended.
    """

    def __init__(
        self, settings: Settings | None = None, *, hypervisor: Hypervisor | None = None, close_on_exit: bool = True
    ) -> None:
        super().__init__(settings, hypervisor=hypervisor, close_on_exit=close_on_exit)
        self._stream = Stream(asyncio.get_running_loop())
        self.on(Event, self._stream.event)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def listen(self, callback: Callable[[Event], None]) -> int:
        """Call `callback` in the loop's thread with every event; return a token for `unlisten`."""
        return self._stream.listen(callback)

    def unlisten(self, token: int) -> None:
        """Forget a callback."""
        self._stream.unlisten(token)

    async def add_drive(
        self,
        path: HostPath,
        *,
        readonly: bool = True,
        format: str | None = None,  # noqa: A002 the field's own term
        iface: Interface = "scsi",
        label: str = "",
        allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
        blocksize: int | None = None,
    ) -> Drive:
        """Add a drive; see `Handle.add_drive`."""
        drive = self._drive(
            path, readonly=readonly, format=format, iface=iface, label=label, allowed=allowed, snapshot=snapshot,
            blocksize=blocksize,
        )  # fmt: skip
        return await self._await(add_drive(self._core, self._worker, drive))

    async def add_images(
        self, path: HostPath, *, readonly: bool = True, allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
    ) -> list[Drive]:  # fmt: skip
        """Add an image, or all in an archive; see `Handle.add_images`."""
        drive = self._drive(path, readonly=readonly, allowed=allowed, snapshot=snapshot)
        return await self._await(add_images(self._core, self._worker, drive))

    async def add_drive_inside(
        self,
        outer: BaseHandle,
        path: GuestPath,
        *,
        format: str | None = None,  # noqa: A002 the field's own term
        label: str = "",
        allowed: frozenset[str] = frozenset(),
        snapshot: str | None = None,
        blocksize: int | None = None,
    ) -> Drive:
        """Add an image that is a file in an image; see `Handle.add_drive_inside`."""
        drive = self._inside(
            outer, path, format=format, label=label, allowed=allowed, snapshot=snapshot, blocksize=blocksize
        )
        return await self._await(self._core.add_drive(drive))

    async def add_drive_scratch(self, size_bytes: int, *, blocksize: int | None = None) -> Drive:
        """Add an empty drive that lives as long as the handle."""
        return await self._await(self._core.add_drive(self._scratch(size_bytes, blocksize)))

    async def remove_drive(self, drive: Drive) -> None:
        """Remove a drive; see `Handle.remove_drive`."""
        await self._await(self._core.remove_drive(drive))

    async def unlock_at_launch(self, volumes: Sequence[Unlocked]) -> None:
        """Have encrypted volumes unlocked as soon as the appliance runs; see `Handle.unlock_at_launch`."""
        await self._await(self._core.unlock_at_launch(tuple(volumes)))

    async def launch(self) -> None:
        """Start the appliance; see `Handle.launch`."""
        token = CancelToken()
        await self._await(self._core.launch(token), token)

    def sibling(self) -> AsyncHandle:
        """Make another handle of the same settings and for the same loop, without drives."""
        return AsyncHandle(self.settings, hypervisor=self._core.hypervisor)

    async def shutdown(self) -> None:
        """Write everything to the drives and end the appliance; the drives stay."""
        await self._await(self._core.shutdown())

    async def close(self) -> None:
        """End everything for good. May be called again."""
        await asyncio.shield(self._stream.in_thread(self._close_now))

    def invoke_async(self, call: Call[..., R], arguments: dict[str, Any]) -> Coroutine[Any, Any, R]:
        """Make a declared call; the methods of the families come here."""
        token = CancelToken()
        return self._await(self._core.run(call, arguments, token), token)

    async def pages(self, call: Call[P, list[T]], *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[list[T], None]:
        """Make a paged call; give the pages of its result as they come. Closing the generator cancels the call."""
        token = CancelToken()
        pages: asyncio.Queue[list[T] | None] = asyncio.Queue()
        work = self._core.run(
            call, call.bind(*args, **kwargs), token, on_page=lambda page: self._stream.item(pages, page)
        )
        task = asyncio.ensure_future(self._await(work, token))
        task.add_done_callback(lambda _: pages.put_nowait(None))
        try:
            while (page := await pages.get()) is not None:
                yield page
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
