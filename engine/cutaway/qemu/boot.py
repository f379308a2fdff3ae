"""Start qemu and connect to it: the sockets, the process, the monitor, as one guarded step."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cutaway.errors import LaunchError
from cutaway.qemu.command import SOCKETS, MachinePlan, arguments
from cutaway.qemu.process import QemuProcess
from cutaway.runtime_folder import runtime_folder

if TYPE_CHECKING:
    from cutaway.qemu.monitor import Monitor

CONNECT_TIMEOUT_S = 30.0
WRAPPER_REMEDY = 'A wrapper named by CUTAWAY_QEMU must end with: exec qemu-system-x86_64 "$@"'


@dataclass(slots=True)
class RunningQemu:
    """A qemu whose monitor answers, and the sockets of its channels (non-blocking)."""

    process: QemuProcess
    monitor: Monitor
    console: socket.socket
    control: socket.socket
    data: socket.socket

    async def stop(self) -> None:
        """End it; nothing of it is left. May be called again."""
        await self.process.stop()
        await self.monitor.disconnect()
        for channel in (self.console, self.control, self.data):
            channel.close()


async def boot(make_plan: Callable[[Path], MachinePlan], descriptors: Sequence[int] = ()) -> RunningQemu:
    """Start qemu with the plan that is made for a runtime folder; it inherits the descriptors.

    Raises:
        LaunchError: it did not start or is not what it should be; nothing of it is left.
    """
    with runtime_folder() as folder, contextlib.ExitStack() as undo:
        listeners = [_listen(folder / name) for name in SOCKETS]
        for listener in listeners:
            undo.callback(listener.close)
        plan = make_plan(folder)
        process = _spawn(arguments(plan), descriptors)
        connected: list[socket.socket] = []
        try:
            _load_rest()
            for listener in listeners:
                connected.append(await _accept(listener, process))  # noqa: PERF401 undone one by one
            _check_wrapper(connected[0], process)
            monitor = await _monitor(connected[0], process)
        except BaseException:
            await process.stop()
            for channel in connected:
                channel.close()
            raise
    return RunningQemu(process, monitor, *connected[1:])


async def _monitor(connection: socket.socket, process: QemuProcess) -> Monitor:
    from cutaway.qemu.monitor import Monitor, MonitorLost  # noqa: PLC0415 see `_load_rest`

    monitor = Monitor()
    try:
        await monitor.connect(connection)
    except MonitorLost as error:
        await process.stop()
        raise failure(process, "qemu ended before its monitor answered") from error
    return monitor


def _load_rest() -> None:
    """Load what comes next: it takes as long as qemu takes to answer, and qemu does so on another processor."""
    import cutaway.qemu.appliance  # noqa: PLC0415 loaded while qemu starts
    import cutaway.qemu.migration  # noqa: F401, PLC0415 loaded while qemu starts


def failure(process: QemuProcess, message: str, console: str = "", remedy: str = "") -> LaunchError:
    """Return the LaunchError that tells all that is known of a failed qemu."""
    if process.exit_code is not None:
        message = process.describe_exit()
    extra = {"remedy": remedy} if remedy else {}
    tail = "\n".join(text for text in (process.output, console) if text)
    return LaunchError(message, exit_code=process.exit_code, command=process.command, console_tail=tail, **extra)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.setblocking(False)  # noqa: FBT003 the socket module's own signature
    listener.bind(str(path))
    listener.listen(1)
    return listener


def _spawn(command: tuple[str, ...], descriptors: Sequence[int]) -> QemuProcess:
    try:
        return QemuProcess.spawn(command, descriptors)
    except OSError as error:
        raise LaunchError(f"{command[0]} cannot be started: {error.strerror}", command=command) from error


async def _accept(listener: socket.socket, process: QemuProcess) -> socket.socket:
    """Wait until qemu connects, or ends, or takes too long."""
    accepting = asyncio.ensure_future(asyncio.get_running_loop().sock_accept(listener))
    try:
        await asyncio.wait({accepting, process.exited}, timeout=CONNECT_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        if accepting.done():
            connection: socket.socket = accepting.result()[0]
            return connection
        message = "qemu ended" if process.exited.done() else "qemu does not connect to its sockets"
        raise failure(process, message)
    finally:
        accepting.cancel()


def _check_wrapper(connection: socket.socket, process: QemuProcess) -> None:
    """Make sure that the process that we watch and kill is qemu itself."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, _, _ = struct.unpack("3i", credentials)
    if pid != process.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
        raise failure(process, f"{process.command[0]} started qemu without exec", remedy=WRAPPER_REMEDY)
