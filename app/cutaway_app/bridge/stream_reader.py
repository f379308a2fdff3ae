"""The alternate data streams of a file on NTFS. GUI thread; the appliance does the work."""

from __future__ import annotations

from cutaway.aio import AsyncHandle
from cutaway.records import DataStream


class StreamReader:
    """Those of a file at a path of what is mounted."""

    def __init__(self, handle: AsyncHandle, path: bytes) -> None:
        self._handle, self._path = handle, path

    async def list(self) -> list[DataStream]:
        """Return them."""
        return await self._handle.file_streams(self._path)

    async def read(self, name: bytes, offset: int, count: int) -> bytes:
        """Return a piece of one; shorter at its end."""
        return await self._handle.stream_read(self._path, name, count, offset)

    async def save(self, name: bytes, target: str) -> None:
        """Copy one to a file of this computer, which appears when it is whole."""
        await self._handle.stream_download(self._path, name, target)
