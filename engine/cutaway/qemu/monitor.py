"""qemu's monitor (QMP): a thin face over qemu.qmp, with descriptors passed along the socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from qemu.qmp import ConnectError, ExecInterruptedError, ExecuteError, QMPClient, QMPError, Runstate

#: Why a write fails where there is no room (ENOSPC, EDQUOT): qemu has a field for that only where the guest is to wait
#: for room. In qemu's words, which are never translated, as those of this process may be.
_FULL = frozenset({"No space left on device", "Disk quota exceeded"})
__all__ = ["ExecuteError", "Monitor", "MonitorLost"]


class MonitorLost(Exception):
    """The monitor's connection broke: qemu is gone or going."""


class Monitor:
    """One monitor connection."""

    def __init__(self) -> None:
        self._client = QMPClient("cutaway")
        # A guest can cause events without end: they are looked at as they come, and none is kept.
        self._client.events.event_filter = self._note
        self._passing = asyncio.Lock()
        self._full: set[str] = set()

    def _note(self, event: Mapping[str, Any]) -> bool:
        """Take note of a node or a device below which there was no room; return False: nobody waits for events."""
        data = event.get("data", {})
        if event.get("event") == "BLOCK_IO_ERROR" and data.get("reason") in _FULL:
            self._full.add(str(data.get("node-name") or data.get("device")))
        return False

    async def found_full(self) -> set[str]:
        """Return the nodes or devices below which there was no room since this was asked last.

        Raises:
            MonitorLost: qemu is gone.
        """
        await self.execute("query-status")  # what has happened before has been told before the answer
        full, self._full = self._full, set()
        return full

    async def connect(self, sock: socket.socket) -> None:
        """Take a connected socket over and negotiate.

        Raises:
            MonitorLost: qemu ended, or does not speak QMP.
        """
        try:
            await self._client.connect(sock)
        except ConnectError as error:
            raise MonitorLost(str(error)) from error

    async def execute(self, command: str, as_they_are: dict[str, Any] | None = None, /, **arguments: Any) -> Any:
        """Execute a command; underscores in argument names become hyphens, but for those that are given as they are.

        Raises:
            ExecuteError: qemu said no.
            MonitorLost: qemu is gone; nobody knows whether it was done.
        """
        if self._client.runstate is not Runstate.RUNNING:
            raise MonitorLost(f"{command}: the monitor is not connected")
        try:
            return await self._client.execute(
                command,
                {name.replace("_", "-"): value for name, value in arguments.items()} | (as_they_are or {}),
            )
        except ExecInterruptedError as error:
            raise MonitorLost(f"{command}: {error}") from error

    async def add_descriptor(self, descriptor: int, fdset: int) -> None:
        """Pass a descriptor into a set that block nodes name as /dev/fdset/N. Raises as `execute` does."""
        await self._pass(descriptor, "add-fd", fdset_id=fdset)

    async def pass_descriptor(self, descriptor: int, name: str) -> None:
        """Pass a descriptor under a name, for migration. Raises as `execute` does."""
        await self._pass(descriptor, "getfd", fdname=name)

    async def _pass(self, descriptor: int, command: str, **arguments: Any) -> None:
        """Send a descriptor and the command that takes it; of two at once qemu would lose one, or mix them up."""
        async with self._passing:
            self._send(descriptor, command)
            await self.execute(command, **arguments)

    def _send(self, descriptor: int, command: str) -> None:
        if self._client.runstate is not Runstate.RUNNING:
            raise MonitorLost(f"{command}: the monitor is not connected")
        try:
            self._client.send_fd_scm(descriptor)
        except OSError as error:
            raise MonitorLost(f"{command}: {error}") from error

    async def disconnect(self) -> None:
        """Close the connection; what qemu thinks of it does not matter any more."""
        try:
            await self._client.disconnect()
        except (OSError, EOFError, QMPError):
            return
