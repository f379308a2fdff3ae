"""Ways for the host to read the drives, for as long as one piece of work takes: as the plain files that they are, or
through qemu's block server.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from socket import socket
from typing import Protocol

from cutaway.errors import ProtocolError
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.nbd import NbdClient

log = logging.getLogger(__name__)
_SERIAL = re.compile(r"drive(\d+)")


Drives = Mapping[int, NbdClient | FileDrive]


class Readable(Protocol):
    """What has drives to read; a running appliance is such, and a runner of calls."""

    async def plain_images(self) -> Mapping[str, int]:
        """Return descriptors of the images that can be read as they are, by serial number."""
        ...

    async def open_reading(self) -> Mapping[str, socket]:
        """Connect to the drives, by serial number."""
        ...

    async def close_reading(self) -> None:
        """Take note that nobody reads any more."""
        ...


@asynccontextmanager
async def opened_drives(readable: Readable, count: int) -> AsyncIterator[Drives]:
    """Give a way to read each drive by its number, which is that of its serial number; to none if there is no way.

    Args:
        readable: What has the drives.
        count: How many it has; if all are plain files, qemu is not asked to serve them.
    """
    plain = _copies(await readable.plain_images())
    try:
        if len(plain) == count:
            yield plain
        else:
            async with _served(readable) as served:
                yield {**served, **plain}
    finally:
        for drive in plain.values():
            drive.close()


def _copies(images: Mapping[str, int]) -> dict[int, FileDrive]:
    """Return drives that stay readable when the appliance ends: what lies in a plain image needs no qemu."""
    numbers = {serial: _number(serial) for serial in images}
    return {number: FileDrive(images[serial]) for serial, number in numbers.items() if number is not None}


@asynccontextmanager
async def _served(readable: Readable) -> AsyncIterator[dict[int, NbdClient]]:
    sockets = await readable.open_reading()
    served: dict[int, NbdClient] = {}
    try:
        served = await asyncio.to_thread(_negotiate, sockets)
        yield served
    finally:
        for drive in served.values():
            drive.close()
        for sock in sockets.values():
            sock.close()
        await readable.close_reading()


def _number(serial: str) -> int | None:
    match = _SERIAL.fullmatch(serial)
    return int(match.group(1)) if match else None


def _negotiate(sockets: Mapping[str, socket]) -> dict[int, NbdClient]:
    drives = {}
    for serial, sock in sockets.items():
        number = _number(serial)
        try:
            if number is not None:
                drives[number] = NbdClient(sock, serial)
        except (OSError, EOFError, ProtocolError) as error:
            log.info("the host cannot read %s itself: %s", serial, error)
    return drives
