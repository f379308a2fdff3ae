"""The link to one running appliance: its channels with their readers, and calls with their data.

Lives in the worker's event loop. A call is over when its reply *and* the end of its data have come, so that the
next call finds both channels in step. A call that is cancelled but does not end is ended with the appliance.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cutaway.channel.console import ConsoleChannel
from cutaway.channel.control import ControlChannel, PageListener, ProgressListener
from cutaway.errors import (
    CallInterrupted,
    Cancelled,
    DestinationError,
    EngineError,
    LaunchError,
    ProtocolError,
    VersionMismatch,
)
from cutaway.host_full import explained
from cutaway.hypervisor import Report, RunningAppliance
from cutaway.protocol.declaration import Call, Data
from cutaway.protocol.messages import Hello
from cutaway.protocol.version import PROTOCOL_VERSION

if TYPE_CHECKING:
    from cutaway.transfer.data_sink import DataSink

#: A restored guest answers within milliseconds, or never.
WAKE_TIMEOUT_S = 15.0
#: How long a cancelled call may take to end before the appliance is given up.
CANCEL_GRACE_S = 10.0


class Link:
    """Everything that talks to one appliance."""

    def __init__(self, appliance: RunningAppliance, report: Report) -> None:
        self.appliance = appliance
        self.report = report
        self.console = ConsoleChannel(appliance.console, report)
        self.control = ControlChannel(appliance.control, report, self.console.take_line)
        self._data = appliance.data
        self._tasks = [
            asyncio.ensure_future(self.control.run()),
            asyncio.ensure_future(self.console.run()),
        ]
        self._watchdog: asyncio.TimerHandle | None = None
        self._sink: DataSink | None = None
        self._is_calling = False

    async def greet(self, timeout_s: float) -> Hello:
        """Wake the guest if it was restored, and wait for its Hello.

        Raises:
            LaunchError: it does not come; VersionMismatch if it is not the daemon that belongs here.
        """
        try:
            if self.appliance.warm:
                await self.control.wake(os.urandom(64), time.time_ns())
                importlib.import_module("cutaway.records.files")  # nearly every call needs it, and the guest is busy
            hello = await asyncio.wait_for(
                asyncio.shield(self.control.hello), WAKE_TIMEOUT_S if self.appliance.warm else timeout_s
            )
        except TimeoutError as error:
            raise LaunchError("the appliance's daemon does not answer", console_tail=self.console.tail) from error
        except EngineError as error:
            raise LaunchError(f"the appliance did not come up: {error}", console_tail=self.console.tail) from error
        self._check(hello)
        return hello

    def _check(self, hello: Hello) -> None:
        remedy = "Run 'cutaway appliance build' to make one that belongs to this version."
        if hello.protocol_version != PROTOCOL_VERSION:
            what = f"protocol {hello.protocol_version}, this engine {PROTOCOL_VERSION}"
            raise VersionMismatch(f"the appliance speaks {what}", remedy=remedy)
        if hello.build_hash != self.appliance.build_hash:
            raise VersionMismatch("the appliance is of another build than its manifest says", remedy=remedy)

    async def call(
        self,
        call: Call[..., Any],
        arguments: dict[str, Any],
        *,
        sink: DataSink | None = None,
        on_page: PageListener | None = None,
        on_progress: ProgressListener | None = None,
        on_bytes: Callable[[int], None] | None = None,
        keeps_pages: bool = True,
    ) -> Any:
        """Make a call and receive its data; see `ControlChannel.call`.

        Raises:
            DestinationError: the sink failed; the call was cancelled and the protocol is in step.
            Cancelled: also where the guest was done, but the sink still waited for its reader.
        """
        receiving = self._start_receiving(call, sink, on_bytes)
        self._sink, self._is_calling = sink, True
        try:
            outcome = await _outcome(
                self.control.call(call, arguments, on_page=on_page, on_progress=on_progress, keeps_pages=keeps_pages)
            )
            if sink is not None:
                sink.expect_no_more()
            if receiving is not None:
                await self._finish_receiving(call, receiving, outcome)
                if sink is not None and not isinstance(outcome, BaseException):
                    await sink.settle()
        finally:
            self._sink, self._is_calling = None, False
            self._stop_watchdog()
        outcome = await explained(self.appliance, call, outcome, self.report)
        if isinstance(outcome, CallInterrupted) and (why := self.appliance.lost):
            raise CallInterrupted(why) from outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _start_receiving(
        self, call: Call[..., Any], sink: DataSink | None, on_bytes: Callable[[int], None] | None
    ) -> asyncio.Future[None] | None:
        if call.data not in {Data.OUT, Data.OUT_MANY}:
            return None
        if sink is None:
            raise TypeError(f"{call.name} needs a sink for its data")
        return asyncio.ensure_future(self._receive(sink, on_bytes or _ignore))

    async def _receive(self, sink: DataSink, on_bytes: Callable[[int], None]) -> None:
        from cutaway.transfer.data_receiver import receive  # noqa: PLC0415 most programs list; the guest is busy by now

        await receive(self._data, sink, on_bytes=on_bytes, on_sink_error=self.cancel)

    async def _finish_receiving(self, call: Call[..., Any], receiving: asyncio.Future[None], outcome: Any) -> None:
        if isinstance(outcome, CallInterrupted | ProtocolError | ValueError | TypeError):
            if self._sink is not None:
                self._sink.give_up()
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
            return
        try:
            await receiving
        except DestinationError as error:
            if error.errno_name == "ECANCELED":
                raise Cancelled(f"{call.name} was cancelled") from error
            raise
        except (OSError, EOFError, ProtocolError) as error:
            self.control.fail(ProtocolError(f"the data channel broke: {error}"))
            self.appliance.kill()
            raise CallInterrupted(f"the data channel broke: {error}") from error

    def cancel(self, *_: object) -> None:
        """Ask the guest to stop the running call; see to it that it ends, and that the sink waits for nobody."""
        if self._watchdog is None and self._is_calling:
            loop = asyncio.get_running_loop()
            self._watchdog = loop.call_later(CANCEL_GRACE_S, self.appliance.kill)
        if self._sink is not None:
            self._sink.give_up()
        self.control.cancel()

    def _stop_watchdog(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    async def close(self) -> None:
        """End the appliance; nothing of it is left. May be called again."""
        self._stop_watchdog()
        await self.appliance.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.control.fail(CallInterrupted("the appliance has ended"))


async def _outcome(awaitable: Any) -> Any:
    """Return what an awaitable gives: its value or its error, but never swallow a cancellation."""
    try:
        return await awaitable
    except (EngineError, ValueError, TypeError) as error:
        return error


def _ignore(_: int) -> None:
    """Take note of bytes that nobody counts."""
