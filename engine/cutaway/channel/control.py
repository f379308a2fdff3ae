"""The control channel: bytes between the socket and the Session, and one pending call at a time.

Whoever makes a call gets its outcome through a future; a broken or hostile stream breaks the channel for good:
`broken` then holds the reason, and the pending call fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from cutaway.channel.log_budget import LogBudget
from cutaway.errors import CallInterrupted, EngineError, ProtocolError
from cutaway.events import BootPhase, DaemonLog, Progress
from cutaway.hypervisor import Report
from cutaway.protocol.declaration import Call
from cutaway.protocol.messages import Hello, KernelMessage, LogMessage, PhaseMessage
from cutaway.protocol.session import Advanced, Failed, PageArrived, Returned, Session, SessionEvent

#: May return something to wait for; meanwhile the guest has to wait too.
PageListener = Callable[[list[Any]], Awaitable[None] | None]
ProgressListener = Callable[[int, int], None]
KernelListener = Callable[[str], None]

#: Lists that somebody keeps may be so long in all, in bytes of the wire and a sum for each item. That is some gigabytes
#: of memory, and five million entries with their status; a hostile guest could go on for ever.
PAGES_MAX, ITEM_COST = 1 << 30, 64
#: The daemon sends no more lines of its kernel's log at once.
KERNEL_LINES_MAX = 512
#: What the daemon's phases are called for a person, and how far the launch is then.
PHASES = {
    "mounting": ("Starting the appliance's Linux", 0.45),
    "modules": ("Loading file system drivers", 0.55),
    "devices": ("Looking for devices", 0.75),
    "ready": ("Starting the daemon", 0.85),
}


class ControlChannel:
    """The conversation with the daemon of one appliance.

    Args:
        sock: The way to it.
        report: Told events.
        on_kernel_line: Told each line of the kernel's log that comes this way.
    """

    def __init__(self, sock: socket.socket, report: Report, on_kernel_line: KernelListener) -> None:
        self._socket = sock
        self._report = report
        self._log = LogBudget(report).tell
        self._on_kernel_line = on_kernel_line
        self._session = Session()
        self._loop = asyncio.get_running_loop()
        self._pending: asyncio.Future[Any] | None = None
        self._is_sending = self._is_unwanted = False
        self._on_page: PageListener | None = None
        self._room: float = 0
        self._on_progress: ProgressListener | None = None
        self.hello: asyncio.Future[Hello] = self._loop.create_future()
        self.broken: asyncio.Future[EngineError] = self._loop.create_future()

    async def run(self) -> None:
        """Read until the stream ends or breaks; then fail whatever waits."""
        try:
            while data := await self._loop.sock_recv(self._socket, 1 << 18):
                for event in self._session.receive(data):
                    await self._handle(event)
                await asyncio.sleep(0)  # a guest that never stops must not keep the loop from cancelling and closing
            error: EngineError = CallInterrupted("the appliance has ended")
        except ProtocolError as broken:
            error = broken
        except OSError as lost:
            error = CallInterrupted(f"the connection to the appliance broke: {lost}")
        except Exception as unforeseen:  # noqa: BLE001 a task's end: lost, it would leave its call waiting
            self._finish(None, unforeseen)
            error = CallInterrupted(f"the reply could not be taken: {unforeseen!r}")
        self.fail(error)

    def fail(self, error: EngineError) -> None:
        """Give the appliance up: the pending call and all later ones fail with this error."""
        if not self.broken.done():
            self.broken.set_result(error)
        for future in (self._pending, self.hello):
            if future is not None and not future.done():
                future.set_exception(error)
                future.exception()

    async def wake(self, entropy: bytes, time_ns: int) -> None:
        """Wake a restored guest; `hello` then has its answer.

        Raises:
            CallInterrupted: the appliance has ended.
        """
        await self._send(self._session.wake(entropy, time_ns))

    @property
    def serial(self) -> int:
        """The serial number of the last call."""
        return self._session.serial

    async def call(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        *,
        on_page: PageListener | None = None,
        on_progress: ProgressListener | None = None,
        keeps_pages: bool = True,
    ) -> Any:
        """Make a call and wait for its result; one at a time.

        Args:
            call: Which.
            arguments: By name.
            on_page: Takes the pages of the result.
            on_progress: Told how far it is.
            keeps_pages: Whether the pages stay in memory: then there is an end to their length.

        Raises:
            GuestError, Cancelled: the daemon says so.
            CallInterrupted, ProtocolError: the appliance is lost.
            ValueError, TypeError: an argument cannot be sent.
        """
        if self.broken.done():
            raise CallInterrupted(str(self.broken.result()))
        data = self._session.call(call, arguments)
        pending = self._pending = self._loop.create_future()
        self._on_page, self._on_progress = on_page, on_progress
        self._room = PAGES_MAX if keeps_pages else math.inf
        try:
            await self._send(data)
            return await pending
        finally:
            self._pending = self._on_page = self._on_progress = None

    def cancel(self) -> None:
        """Ask the daemon to stop the running call; once the call is sent, if it is not yet.

        One that does not go through is left to whoever waits for the call's end: the appliance is dead or deaf.
        """
        if self._is_sending:
            self._is_unwanted = True
        elif data := self._session.cancel():
            with contextlib.suppress(OSError):
                self._socket.send(data)

    async def _send(self, data: bytes) -> None:
        self._is_sending, self._is_unwanted = True, False
        try:
            await self._loop.sock_sendall(self._socket, data)
        except OSError as error:
            lost = CallInterrupted(f"the connection to the appliance broke: {error}")
            self.fail(lost)
            raise lost from error
        finally:
            self._is_sending = False
        if self._is_unwanted:
            self.cancel()

    async def _handle(self, event: SessionEvent) -> None:
        match event:
            case Returned(value):
                self._finish(value, None)
            case Failed(error):
                self._finish(None, error)
            case PageArrived(items, size):
                self._take_room(size + ITEM_COST * len(items))
                if self._on_page is not None and (taking := self._on_page(items)) is not None:
                    await taking
            case Advanced():
                self._advance(event)
            case Hello():
                if not self.hello.done():
                    self.hello.set_result(event)
            case LogMessage() | KernelMessage() | PhaseMessage():
                self._tell(event)

    def _take_room(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise ProtocolError("the image's list has no end: it is longer than any that can be kept")

    def _tell(self, message: LogMessage | KernelMessage | PhaseMessage) -> None:
        match message:
            case LogMessage(level, text):
                self._log(DaemonLog(text, level))
            case KernelMessage(lines):
                for line in lines.splitlines()[:KERNEL_LINES_MAX]:
                    self._on_kernel_line(line)
            case PhaseMessage(name):
                shown, fraction = PHASES.get(name, (name, 0.5))
                self._log(BootPhase(shown, fraction))

    def _advance(self, event: Advanced) -> None:
        self._report(Progress(event.procedure, event.serial, event.position, event.total))
        if self._on_progress is not None:
            self._on_progress(event.position, event.total)

    def _finish(self, value: Any, error: Exception | None) -> None:
        if self._pending is None or self._pending.done():
            return
        if error is None:
            self._pending.set_result(value)
        else:
            self._pending.set_exception(error)
