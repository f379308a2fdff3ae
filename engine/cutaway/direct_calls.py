"""Calls about one content that the host carries out itself: where it lies plainly on a drive, the host reads it there.

Asked before the guest is; None is the answer where the guest has to do it. In the worker's loop, the reading in a
helper thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutaway.calls import AllCalls
from cutaway.cancel_token import CancelToken
from cutaway.errors import CallInterrupted, Cancelled, EngineError, GuestError
from cutaway.events import Progress
from cutaway.link import Link
from cutaway.protocol.declaration import Call
from cutaway.records import ContentMap
from cutaway.transfer.checksum_types import CHECKSUMS
from cutaway.transfer.content_reader import ContentReader
from cutaway.transfer.data_sink import DataSink
from cutaway.transfer.drive_access import Drives, opened_drives
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.pieces import checked_pieces
from cutaway.transfer.sums import sums_of

#: Shorter contents are fetched as quickly by the guest.
SIZE_MIN = 1 << 20
FIRST_PROGRESS_S, PROGRESS_S = 0.2, 0.1


class _Digest:
    """Takes a content and knows its checksum in the end."""

    path = "checksum"

    def __init__(self, kind: str) -> None:
        self._digest = hashlib.new(kind, usedforsecurity=False)
        self._zeros = bytes(1 << 20)

    def write(self, data: memoryview) -> None:
        self._digest.update(data)

    def hole(self, length: int) -> None:
        while length:
            piece = min(length, len(self._zeros))
            self._digest.update(self._zeros[:piece])
            length -= piece

    def end(self) -> None:
        """Do nothing."""

    def give_up(self) -> None:
        """Do nothing: nobody is waited for."""

    @property
    def result(self) -> str:
        return self._digest.hexdigest()


@dataclass(slots=True)
class DirectCall:
    """One call that may be carried out here.

    Attributes:
        sink: Takes the content of a download.
        on_bytes: Told each number of bytes.
        on_progress: Told position and total, from time to time.
    """

    link: Link
    call: Call[..., Any]
    arguments: dict[str, Any]
    token: CancelToken
    sink: DataSink | None = None
    on_bytes: Callable[[int], None] | None = None
    on_progress: Callable[[int, int], None] | None = None
    _is_stopped: bool = False

    async def attempt(self) -> tuple[Any] | None:
        """Carry the call out, and return its result; None if that is the guest's work.

        Raises:
            GuestError, DestinationError, Cancelled, CallInterrupted, ProtocolError: as any call.
        """
        takes = self._takes()
        if takes is None:
            return None
        serials = sorted(self.link.appliance.attached)
        found = await self._where(serials)
        if found is None or found.extents is None or found.size < SIZE_MIN:
            return None
        async with opened_drives(self.link.appliance, len(serials)) as drives:
            if not set(found.extents[::4]) <= drives.keys():
                return None
            pieces = checked_pieces(found.extents, found.size, {number: item.size for number, item in drives.items()})
            sums = sums_of(pieces, found.sums)
            reader = ContentReader(drives, pieces, found.size, sums, self._read_again(asyncio.get_running_loop()))
            await self._read(reader, drives, takes, found.size)
        return (takes.result if isinstance(takes, _Digest) else None,)

    async def _where(self, serials: list[str]) -> ContentMap | None:
        """Ask where the content lies; what is wrong with the path shall the call itself tell."""
        try:
            found: ContentMap = await self.link.call(AllCalls.content_map, {"path": self._path, "drives": serials})
        except GuestError:
            return None
        return found

    @property
    def _path(self) -> Any:
        return self.arguments["remotefile" if self.call is AllCalls.download else "path"]

    def _read_again(self, loop: asyncio.AbstractEventLoop) -> Callable[[int, int], bytes]:
        """Return what has the guest read a part, for the helper thread: its kernel knows what is damaged."""

        def read(offset: int, count: int) -> bytes:
            arguments = {"path": self._path, "count": count, "offset": offset}
            return asyncio.run_coroutine_threadsafe(self._pread(arguments), loop).result()

        return read

    async def _pread(self, arguments: dict[str, Any]) -> bytes:
        found: bytes = await self.link.call(AllCalls.pread, arguments)
        return found

    def _takes(self) -> DataSink | _Digest | None:
        """Return what takes the content; None if this is no such call."""
        if self.call is AllCalls.download:
            return self.sink
        if self.call is AllCalls.checksum and self.arguments["csumtype"] in CHECKSUMS:
            return _Digest(self.arguments["csumtype"])
        return None

    async def _read(self, reader: ContentReader, drives: Drives, takes: DataSink | _Digest, size: int) -> None:
        def stop() -> None:
            self._is_stopped = True
            takes.give_up()
            for drive in drives.values():
                drive.abort()

        self.token.during(stop)
        self.token.check(self.call.name)  # a wish that came between the calls has reached none
        try:
            await asyncio.to_thread(self._copy, reader, takes, size, asyncio.get_running_loop())
        except (OSError, EOFError) as error:
            if self.token.is_cancelled:
                raise Cancelled(f"{self.call.name} was cancelled") from error
            if isinstance(error, EngineError):
                raise
            raise CallInterrupted(f"the drive cannot be read any more: {error}") from error
        finally:
            self.token.during(self.link.cancel)

    def _copy(
        self, reader: ContentReader, takes: DataSink | _Digest, size: int, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Move the content, in a helper thread."""
        done, due, has_told = 0, time.monotonic() + FIRST_PROGRESS_S, False
        for item in reader:
            _give(takes, item)
            length = item if isinstance(item, int) else len(item)
            done += length
            if self._is_stopped:
                raise EOFError
            if self.on_bytes is not None:
                loop.call_soon_threadsafe(self.on_bytes, length)
            if (now := time.monotonic()) >= due:
                due, has_told = now + PROGRESS_S, True
                loop.call_soon_threadsafe(self._tell, done, size)
        _give(takes, None)
        if has_told:
            loop.call_soon_threadsafe(self._tell, size, size)

    def _tell(self, position: int, total: int) -> None:
        self.link.report(Progress(self.call.name, self.link.control.serial, position, total))
        if self.on_progress is not None:
            self.on_progress(position, total)


def _give(takes: DataSink | _Digest, item: memoryview | int | None) -> None:
    """Give data, a hole, or the end to what takes it; its failure is the destination's, not the drive's."""
    try:
        if item is None:
            takes.end()
        elif isinstance(item, int):
            takes.hole(item)
        else:
            takes.write(item)
    except OSError as error:
        raise destination_error(takes.path, error) from error
