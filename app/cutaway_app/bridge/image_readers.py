"""What reads the formats that the window knows, in one image's appliance. GUI thread."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from cutaway.aio import AsyncHandle
from cutaway.records import Application

from cutaway_app.bridge.database_reader import DatabaseReader
from cutaway_app.bridge.hive_reader import HiveReader
from cutaway_app.bridge.log_reader import LogReader
from cutaway_app.bridge.software import installed
from cutaway_app.bridge.stream_reader import StreamReader


class ImageReaders:
    """Makes readers."""

    def __init__(self, handle: AsyncHandle) -> None:
        self._handle = handle

    def software(self, root: str) -> AsyncGenerator[list[Application], None]:
        """Give what is installed in a system, as it comes."""
        return installed(self._handle, root)

    def hive(self, path: bytes) -> HiveReader:
        """Return what reads a file as a hive of a Windows registry."""
        return HiveReader(self._handle, path)

    def log(self, path: bytes, root: str = "") -> LogReader:
        """Return what reads the journals of systemd at a path of what is mounted, or of a system by its root."""
        return LogReader(self._handle, path, root)

    def streams(self, path: bytes) -> StreamReader:
        """Return what reads the alternate data streams of a file or folder."""
        return StreamReader(self._handle, path)

    def database(self, path: bytes) -> DatabaseReader:
        """Return what reads a file as a database of SQLite."""
        return DatabaseReader(self._handle, path)
