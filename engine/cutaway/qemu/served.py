"""A drive that this program serves: qemu connects to it by NBD, over a socket that is gone afterwards."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from cutaway.image_chain import Served
from cutaway.runtime_folder import runtime_folder

SOCKET = "inside"


async def connected(served: Served, add: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Have qemu connect to what is served, while it adds a node.

    Args:
        served: Answers.
        add: Has qemu add a node with these options; qemu has connected when it returns.

    Raises:
        ExecuteError, MonitorLost: of `add`.
        LaunchError, OSError: there can be no socket.
    """
    with runtime_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = str(folder / SOCKET)
        listener.bind(path)
        listener.listen(1)
        listener.setblocking(False)  # noqa: FBT003 the socket module's own signature
        accepting = asyncio.ensure_future(_accept(listener, served))
        try:
            await add({"driver": "nbd", "server": {"type": "unix", "path": path}})
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)


async def _accept(listener: socket.socket, served: Served) -> None:
    """Answer the first who connects; only this user can."""
    sock, _ = await asyncio.get_running_loop().sock_accept(listener)
    sock.setblocking(True)  # noqa: FBT003 the socket module's own signature
    served.serve(sock)
