"""One handle's state, living in the event loop of its worker thread: drives, appliance, calls in order.

Nobody outside that thread touches it; `Handle` and `AsyncHandle` submit its coroutines to the worker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cutaway import launch as launching
from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken, abandon
from cutaway.drives import Drive
from cutaway.errors import Cancelled, DriveError, EngineError, StateError
from cutaway.events import BootPhase, Closed, EventHub, LaunchDone, Quit, StateChanged, Trace
from cutaway.hypervisor import Hypervisor
from cutaway.protocol.declaration import Call, Data
from cutaway.settings import Settings
from cutaway.state import State, StateMachine

if TYPE_CHECKING:
    from cutaway.channel.control import PageListener
    from cutaway.link import Link
    from cutaway.transfer.data_sink import DataSink
    from cutaway.unlocking import Unlocked

#: An appliance that has ended is seen to have within this time.
END_SEEN_S = 2.0


class HandleCore:
    """Drives, appliance and state of one handle."""

    def __init__(self, settings: Settings, hypervisor: Hypervisor, hub: EventHub) -> None:
        self.settings = settings
        self.hub = hub
        self.drives: tuple[Drive, ...] = ()
        self.unlocked: tuple[Unlocked, ...] = ()
        self.machine = StateMachine(lambda old, new: hub.emit(StateChanged(old, new)))
        self.hypervisor = hypervisor
        self._link: Link | None = None
        self._serials = 0
        self._order = asyncio.Lock()
        self.revival = asyncio.Lock()  # of who starts it again for an image in it
        self._launching: asyncio.Task[tuple[Link, tuple[Unlocked, ...]]] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._stopping = ""
        self.current: CancelToken | None = None
        self.beside_calls: list[CancelToken] = []

    @property
    def link(self) -> Link | None:
        """The link to the running appliance, if there is one."""
        return self._link

    @property
    def state(self) -> State:
        """The state now."""
        return self.machine.current

    @property
    def is_stopping(self) -> bool:
        """Whether somebody has ended the appliance on purpose, or the handle for good."""
        return bool(self._stopping) or self.state is State.CLOSED

    async def launch(self, token: CancelToken) -> None:
        """Start the appliance.

        Raises:
            StateError, LaunchError, DriveError, Cancelled: the handle is back in CONFIG and qemu is dead.
        """
        self._require("launch", State.CONFIG)
        token.check("launch")
        started = time.monotonic()
        self._stopping = ""
        self.machine.move(State.LAUNCHING)
        launching_task = self._launching = asyncio.ensure_future(
            launching.launch(self.hypervisor, self.drives, self.unlocked, self.settings, self.hub.emit)
        )
        token.during(lambda: abandon(launching_task))
        self.current = token
        try:
            link, self.unlocked = await launching_task
            self._link = link
        except asyncio.CancelledError as error:
            raise Cancelled("launch was cancelled") from error
        finally:
            token.during(None)
            self._launching = self.current = None
            if self._link is None and self.state is State.LAUNCHING:
                self.machine.move(State.CONFIG)
        self.machine.move(State.READY)
        self._watcher = asyncio.ensure_future(self._watch(link))
        seconds = time.monotonic() - started
        appliance = link.appliance
        self.hub.emit(BootPhase("Ready", 1.0))
        self.hub.emit(LaunchDone(seconds, appliance.warm, appliance.accelerator))

    async def _watch(self, link: Link) -> None:
        """Wait for the appliance's end, and return the handle to CONFIG with its drives."""
        ended = asyncio.ensure_future(link.appliance.ended())
        waiting: set[asyncio.Future[Any]] = {ended, link.control.broken}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if link.control.broken.done() and not ended.done():
            await asyncio.wait({ended}, timeout=0.5)
        reason = ended.result() if ended.done() else str(link.control.broken.result())
        ended.cancel()
        await link.close()
        if self._link is link:
            self._link = None
            self.machine.move(State.CONFIG)
            self.hub.emit(Quit(bool(self._stopping), self._stopping or reason))

    async def has_died(self) -> bool:
        """Tell whether the appliance is gone; if a connection to it has broken, its end may be seen a moment later."""
        if self._link is not None and self._watcher is not None:
            await asyncio.wait({self._watcher}, timeout=END_SEEN_S)
        return self._link is None

    async def stop(self, why: str) -> None:
        """End the appliance, whatever it does; pending calls fail. Does nothing if none runs."""
        self._stopping = why
        if self._launching is not None:
            abandon(self._launching)
            await asyncio.wait({self._launching})
        if self._link is not None:
            self._link.appliance.kill()
        if self._watcher is not None:
            await self._watcher
            self._watcher = None

    async def shutdown(self) -> None:
        """Wait for the calls in the queue, write everything to the drives, and end the appliance.

        Raises:
            StateError: while launching or closed.
        """
        self._require("shutdown", State.CONFIG, State.READY, State.BUSY)
        async with self._order:
            if self._link is not None:
                await self._link.call(AllCalls.umount_all, {})
                await self._link.call(AllCalls.sync, {})
        await self.stop("the appliance was shut down")

    async def close(self) -> None:
        """End everything for good; may be called again."""
        if self.state is State.CLOSED:
            return
        for token in list(self.beside_calls):
            token.cancel()
        await self.stop("the handle was closed")
        self.unlocked = ()
        self.machine.move(State.CLOSED)
        self.hub.emit(Closed())

    async def unlock_at_launch(self, volumes: tuple[Unlocked, ...]) -> None:
        """Have volumes unlocked as soon as the appliance runs, as if that had been done here before.

        Raises:
            StateError: it runs already, or the handle is closed.
        """
        self._require("unlock_at_launch", State.CONFIG)
        self.unlocked = volumes

    def require_link(self, what: str) -> Link:
        """Return the link to the running appliance.

        Raises:
            StateError: none runs.
        """
        self._require(what, State.READY, State.BUSY)
        assert self._link is not None  # noqa: S101 READY means that there is one
        return self._link

    def files_of(self, link: Link) -> list[str]:
        """Return the files that the drives consist of, as an appliance has opened them."""
        return [path for drive in self.drives if drive.path for path in link.appliance.files(drive)]

    def written_by(self, link: Link) -> list[str]:
        """Return those of them that an appliance writes to."""
        return [path for drive in self.drives if drive.path for path in link.appliance.written(drive)]

    def _require(self, what: str, *allowed: State) -> None:
        if self.state not in allowed:
            required = " or ".join(state.value for state in allowed)
            raise StateError(what, actual=self.state.value, required=required)

    async def add_drive(self, drive: Drive) -> Drive:
        """Add a drive; in READY it is plugged in at once. Returns it with its serial number.

        Raises:
            StateError: while launching or closed.
            DriveError: the image cannot be used; the drive is not added.
        """
        self._require("add_drive", State.CONFIG, State.READY, State.BUSY)
        drive = replace(drive, serial=f"drive{self._serials}")
        self._serials += 1
        async with self._order:
            if self._link is not None:
                await launching.plug(self._link, drive)
            self.drives = (*self.drives, drive)
        return drive

    async def remove_drive(self, drive: Drive) -> None:
        """Remove a drive; in READY it is unplugged, and must not be in use.

        Raises:
            DriveError: it is none of this handle's, or a member of an array that is in use.
        """
        if drive not in self.drives:
            raise DriveError(f"{drive.name} is not a drive of this handle", path=drive.path)
        async with self._order:
            if self._link is not None:
                device = await launching.plug(self._link, drive)
                await launching.unplug(self._link, drive, device)
            self.drives = tuple(other for other in self.drives if other is not drive)

    async def run(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        token: CancelToken,
        *,
        sink: DataSink | None = None,
        on_page: PageListener | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
        keeps_pages: bool = True,
    ) -> Any:
        """Make a call when its turn comes; a paged call's list is collected unless `on_page` takes it.

        `keeps_pages` is False if whoever takes pages sees to it that memory does not grow with them.

        Raises:
            StateError: there is no appliance.
            Cancelled: by the token; the appliance is ready for the next call.
            GuestError, CallInterrupted, DestinationError, ProtocolError: as `Link.call`.
        """
        collected: list[Any] = []
        take_page = on_page or collected.extend
        async with self._turn(call, token) as link:
            if call.data in {Data.NONE, Data.OUT_MANY} and call is not AllCalls.checksum:
                value = await link.call(
                    call, arguments, sink=sink, on_page=take_page, on_progress=on_progress, on_bytes=on_bytes,
                    keeps_pages=keeps_pages,
                )  # fmt: skip
            else:
                from cutaway.data_calls import Listeners, carry_out  # noqa: PLC0415 most programs list and read

                listeners = Listeners(sink, take_page, on_progress, on_bytes, self.files_of(link))
                value = await carry_out(link, call, arguments, token, listeners)
            self.unlocked = launching.unlocked_after(self.unlocked, call, arguments)
        return collected if call.paged and on_page is None else value

    @contextmanager
    def beside(self, token: CancelToken, stop: Callable[[], None]) -> Iterator[None]:
        """Let cancel() reach what an operation does on the host between its calls: inside, it calls `stop`."""
        token.check("the operation")
        token.during(stop)
        self.beside_calls.append(token)
        try:
            yield
        finally:
            self.beside_calls.remove(token)
            token.during(None)

    @asynccontextmanager
    async def _turn(self, call: Call[..., Any], token: CancelToken) -> AsyncIterator[Link]:
        """Wait for the call's turn; the handle is BUSY inside."""
        self._require(call.name, State.READY, State.BUSY)
        async with self._order:
            token.check(call.name)
            self._require(call.name, State.READY)
            link = self._link
            assert link is not None  # noqa: S101 READY means that there is one
            self.machine.move(State.BUSY)
            before, self.current = self.current, token
            token.during(link.cancel)
            begun = time.monotonic()
            try:
                yield link
                token.during(None)
                self.hub.emit(Trace(f"{call.name} done in {time.monotonic() - begun:.3f} s"))
            except EngineError as error:
                self.hub.emit(Trace(f"{call.name} failed: {error}"))
                raise
            finally:
                token.during(None)
                self.current = before
                if link.control.broken.done() and self._watcher is not None:
                    await asyncio.shield(self._watcher)  # whoever gets the error finds the handle in CONFIG
                elif self.state is State.BUSY:
                    self.machine.move(State.READY)
