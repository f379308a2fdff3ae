"""Calls about databases of SQLite, as they are looked at: tables and views with their rows."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class SqliteCalls:
    """Databases. They are read only, by SQLite itself, in a process that may crash or be given up alone.

    What a program that was killed has left in a write-ahead log beside the database (FILE-wal) is taken into account
    if both are not too large; `sqlite_info` tells. EINVAL if the file is no database, EIO if it is damaged, ETIMEDOUT
    if a view takes too long.
    """

    @call(number=740, cancellable=True)
    def sqlite_info(self, path: GuestPath) -> records.SqliteInfo:
        """Tell of a database as a whole."""

    @call(number=741, cancellable=True, paged=True)
    def sqlite_tables(self, path: GuestPath) -> list[records.SqliteTable]:
        """List the tables and views of a database."""

    @call(number=742, cancellable=True, paged=True)
    def sqlite_rows(
        self, path: GuestPath, table: str, offset: int = 0, count: int = 100, value_max: int = 1000
    ) -> list[list[records.SqliteValue]]:
        """List rows of a table or view, in the order in which it gives them.

        Args:
            path: The database.
            table: Its name.
            offset: How many rows to leave out first.
            count: How many to give, 1000 at most.
            value_max: How many bytes of a text or of bytes, 1 MiB at most.
        """
