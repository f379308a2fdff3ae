"""A database of SQLite in an image, read page by page. GUI thread; the appliance does the work."""

from __future__ import annotations

from cutaway.aio import AsyncHandle
from cutaway.records import SqliteInfo, SqliteTable, SqliteValue

#: The longest beginning of a value that a call gives.
WHOLE_MAX = 1 << 20


class DatabaseReader:
    """A database at a path of what is mounted."""

    def __init__(self, handle: AsyncHandle, path: bytes) -> None:
        self._handle, self._path = handle, path

    async def info(self) -> SqliteInfo:
        """Return what is known of it as a whole."""
        return await self._handle.sqlite_info(self._path)

    async def tables(self) -> list[SqliteTable]:
        """Return its tables and views."""
        return await self._handle.sqlite_tables(self._path)

    async def rows(self, table: str, offset: int, count: int) -> list[list[SqliteValue]]:
        """Return rows of a table, long values by their beginnings."""
        return await self._handle.sqlite_rows(self._path, table, offset, count)

    async def whole_row(self, table: str, row: int) -> list[SqliteValue]:
        """Return a row with its values as far as they can be had; nothing if there is no such."""
        found = await self._handle.sqlite_rows(self._path, table, row, 1, WHOLE_MAX)
        return found[0] if found else []
