"""qemu's NBD server: the host reads from the very nodes that the guest uses, whatever the image's format.

It runs while somebody reads, on a socket in a private folder that is gone when nobody does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from cutaway.qemu.monitor import ExecuteError, Monitor, MonitorLost
from cutaway.runtime_folder import runtime_folder

SOCKET = "reading"
#: How long an export that is withdrawn may take to end.
WITHDRAW_S = 5.0


class Exports:
    """The server of one running qemu, and how many use it."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._users = 0
        self._order = asyncio.Lock()
        self._exported: set[str] = set()
        self._folder = contextlib.ExitStack()
        self._path = Path()

    async def open(self, find_nodes: Callable[[], Mapping[str, str]]) -> dict[str, socket.socket]:
        """Connect to each drive; `close` when done, also after an error.

        Args:
            find_nodes: Returns the name of each drive's uppermost node, by its serial number, which becomes the
                export's name. Asked when no drive is about to go.

        Raises:
            ExecuteError, MonitorLost, OSError: qemu has no such server, or is gone.
        """
        async with self._order:
            self._users += 1
            if self._users == 1:
                await self._start()
            connected: dict[str, socket.socket] = {}
            try:
                for serial, node in find_nodes().items():
                    await self._export(serial, node)
                    connected[serial] = await self._connect()
            except BaseException:
                for sock in connected.values():
                    sock.close()
                raise
            return connected

    async def close(self) -> None:
        """Take note that one user less reads; the last one ends the server."""
        async with self._order:
            self._users -= 1
            if self._users == 0:
                self._exported.clear()
                self._folder.close()
                with contextlib.suppress(ExecuteError, MonitorLost):  # it did not start, or ended with its qemu
                    await self._monitor.execute("nbd-server-stop")

    @contextlib.asynccontextmanager
    async def withdrawn(self, serial: str) -> AsyncIterator[None]:
        """End the export of a drive that goes inside; whoever reads it finds the connection closed."""
        async with self._order:
            if serial in self._exported:
                self._exported.discard(serial)
                await self._monitor.execute("block-export-del", id=f"read-{serial}", mode="hard")
                await self._gone(f"read-{serial}")
            yield

    async def _gone(self, export: str) -> None:
        """Wait until an export has let go of its node: it is told first that it shall."""
        deadline_s = time.monotonic() + WITHDRAW_S
        while export in {item["id"] for item in await self._monitor.execute("query-block-exports")}:
            if time.monotonic() > deadline_s:
                return  # whoever takes the node away is told that it is in use
            await asyncio.sleep(0.002)

    async def _start(self) -> None:
        self._path = self._folder.enter_context(runtime_folder()) / SOCKET
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self._path))
            listener.listen(16)
            await self._monitor.pass_descriptor(listener.fileno(), SOCKET)
        await self._monitor.execute("nbd-server-start", addr={"type": "fd", "data": {"str": SOCKET}})

    async def _export(self, serial: str, node: str) -> None:
        if serial in self._exported:
            return
        options = {"id": f"read-{serial}", "node-name": node, "name": serial, "writable": False}
        await self._monitor.execute("block-export-add", type="nbd", **options)
        self._exported.add(serial)

    async def _connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.setblocking(False)  # noqa: FBT003 the socket module's own signature
            await asyncio.get_running_loop().sock_connect(sock, str(self._path))
        except BaseException:
            sock.close()
            raise
        return sock
