"""The files of an image, as the appliance of a handle shows them. In the loop of that handle's worker."""

from __future__ import annotations

import os
import threading
from contextlib import AsyncExitStack
from typing import Any

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.core import HandleCore
from cutaway.errors import GuestError, ImageNotFound, ImageUnreadable
from cutaway.inside.content import Content, MappedContent
from cutaway.inside.guest_reading import guest_read
from cutaway.protocol.declaration import Call
from cutaway.records import ContentMap
from cutaway.transfer.drive_access import Drives, opened_drives
from cutaway.transfer.pieces import checked_pieces
from cutaway.transfer.sums import sums_of
from cutaway.worker import Worker


class OuterFiles:
    """Opens files of the mounted tree; close it to let go of the drives.

    Attributes:
        needs_appliance: Whether something that was opened is read through the appliance.
    """

    def __init__(self, core: HandleCore, worker: Worker, image: str) -> None:
        self._core = core
        self._worker = worker
        self._image = image
        self._serials: list[str] = []
        self._drives: Drives = {}
        self._turn = threading.Lock()
        self._stack = AsyncExitStack()
        self.needs_appliance = False

    async def begin(self) -> None:
        """Connect to the drives.

        Raises:
            StateError, CallInterrupted: no appliance runs.
        """
        appliance = self._core.require_link("an image inside another").appliance
        self._serials = sorted(appliance.attached)
        self._drives = await self._stack.enter_async_context(opened_drives(appliance, len(self._serials)))

    async def close(self) -> None:
        """Let go of the drives."""
        await self._stack.aclose()

    def name_of(self, path: bytes) -> str:
        """Return what a person calls a file."""
        return f"{self._image}:{path.decode('utf-8', 'surrogateescape')}"

    async def real(self, path: bytes) -> bytes:
        """Return where a path leads through all links.

        Raises:
            DriveError: nowhere.
        """
        if is_device(path):
            return path
        found: bytes = await self._run(AllCalls.realpath, {"path": path}, path)
        return found

    async def open(self, path: bytes) -> Content:
        """Open a file, or a device.

        Raises:
            DriveError: there is none, or it cannot be read.
        """
        where: Call[..., ContentMap]
        read: Call[..., bytes]
        subject: dict[str, Any]
        if is_device(path):
            where, read, subject = AllCalls.device_map, AllCalls.pread_device, {"device": os.fsdecode(path)}
        else:
            where, read, subject = AllCalls.content_map, AllCalls.pread, {"path": path}
        found: ContentMap = await self._run(where, {**subject, "drives": self._serials}, path)
        guest = guest_read(self._core, self._worker, read, subject)
        if found.extents is None or not set(found.extents[::4]) <= self._drives.keys():
            self.needs_appliance = True
            return Content(found.size, guest, is_kept=True)
        sizes = {number: drive.size for number, drive in self._drives.items()}
        pieces = checked_pieces(_in_order(found.extents), found.size, sizes)
        mapped = MappedContent(self._drives, pieces, sums_of(pieces, found.sums), guest, self._turn)
        self.needs_appliance |= not mapped.is_plain
        return Content(found.size, mapped.read, is_kept=not mapped.is_plain)

    async def _run(self, call: Call[..., Any], arguments: dict[str, Any], path: bytes) -> Any:
        try:
            return await self._core.run(call, arguments, CancelToken())
        except GuestError as error:
            name = self.name_of(path)
            if error.errno_name == "ENOENT":
                raise ImageNotFound(f"{name} does not exist", path=name, remedy="Check the path.") from error
            raise ImageUnreadable(f"{name} cannot be opened as an image: {error}", path=name) from error


def is_device(path: bytes) -> bool:
    """Tell whether a path means a device of the appliance: below /dev of an image there are no files."""
    return path.startswith(b"/dev/")


def _in_order(flat: list[int]) -> list[int]:
    """Return extents in the order of the content; those of a device come by drives."""
    groups = sorted((flat[at : at + 4] for at in range(0, len(flat), 4)), key=lambda group: group[1:2])
    return [number for group in groups for number in group]
