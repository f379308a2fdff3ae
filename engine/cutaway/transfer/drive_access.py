"""Connections to the drives for the length of one extraction; none where there is no such way, or it fails."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from socket import socket
from typing import Protocol

from cutaway.errors import ProtocolError
from cutaway.transfer.nbd import NbdClient

log = logging.getLogger(__name__)
_SERIAL = re.compile(r"drive(\d+)")


class Readable(Protocol):
    """What has drives to read; a running appliance is such, and a runner of calls."""

    async def open_reading(self) -> Mapping[str, socket]:
        """Connect to the drives, by serial number."""
        ...

    async def close_reading(self) -> None:
        """Take note that nobody reads any more."""
        ...


@asynccontextmanager
async def opened_drives(readable: Readable) -> AsyncIterator[dict[int, NbdClient]]:
    """Give a connection to each drive by its number, which is that of its serial number; to none if there is no way."""
    sockets = await readable.open_reading()
    drives: dict[int, NbdClient] = {}
    try:
        drives = await asyncio.to_thread(_negotiate, sockets)
        yield drives
    finally:
        for drive in drives.values():
            drive.close()
        for sock in sockets.values():
            sock.close()
        await readable.close_reading()


def _negotiate(sockets: Mapping[str, socket]) -> dict[int, NbdClient]:
    drives = {}
    for serial, sock in sockets.items():
        match = _SERIAL.fullmatch(serial)
        try:
            if match is not None:
                drives[int(match.group(1))] = NbdClient(sock, serial)
        except (OSError, EOFError, ProtocolError) as error:
            log.info("the host cannot read %s itself: %s", serial, error)
    return drives
