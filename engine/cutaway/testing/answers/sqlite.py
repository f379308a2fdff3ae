"""Answers about databases of SQLite: the model holds them as they are, without logs beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from cutaway.records import SqliteInfo, SqliteTable, SqliteValue
from cutaway.testing.answers.base import Family
from cutaway.testing.vfs import Refusal, show

MAGIC = b"SQLite format 3\0"


class SqliteAnswers(Family):
    """SqliteCalls, answered."""

    def sqlite_info(self, path: bytes) -> SqliteInfo:
        """Tell of a database."""
        with self._database(path) as base:
            size, count, encoding, version, application = (
                base.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_size", "page_count", "encoding", "user_version", "application_id")
            )
        return SqliteInfo(size, count, encoding, version, application)

    def sqlite_tables(self, path: bytes) -> Iterator[SqliteTable]:
        """List tables."""
        with self._database(path) as base:
            listed = base.execute(
                "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY lower(name)"
            ).fetchall()
            for name, kind, sql in listed:
                columns = base.execute("SELECT name, type FROM pragma_table_xinfo(?)", (name,)).fetchall()
                counting = f"SELECT count(*) FROM {_quoted(name)}"  # noqa: S608 a name cannot be bound; it is quoted
                rows = base.execute(counting).fetchone()[0] if kind == "table" else -1
                yield SqliteTable(name, kind, [one for one, _ in columns], [one for _, one in columns], rows, sql or "")

    def sqlite_rows(
        self, path: bytes, table: str, offset: int, count: int, value_max: int
    ) -> Iterator[list[SqliteValue]]:
        """List rows."""
        with self._database(path) as base:
            base.text_factory = bytes
            columns = [name.decode() for (name,) in base.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))]
            if not columns:
                raise Refusal("ENOENT", f"{show(path)}: there is no table or view {table!r}")
            wanted = ", ".join(f"typeof({_quoted(name)}), {_quoted(name)}" for name in columns)
            query = f"SELECT {wanted} FROM {_quoted(table)} LIMIT ? OFFSET ?"  # noqa: S608 a name cannot be bound; it is quoted
            for row in base.execute(query, (min(count, 1000), offset)).fetchall():
                yield [_value(row[place].decode(), row[place + 1], value_max) for place in range(0, len(row), 2)]

    @contextmanager
    def _database(self, path: bytes) -> Iterator[sqlite3.Connection]:
        content = self.tree.file(path)[1].content
        if content.read(0, len(MAGIC)) != MAGIC:
            raise Refusal("EINVAL", f"{show(path)}: this is no database of SQLite")
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(content.read(0, content.size))
            yield base


def _value(kind: str, value: object, value_max: int) -> SqliteValue:
    if isinstance(value, bytes):
        return SqliteValue(kind, value[:value_max], len(value))
    return SqliteValue(kind, b"" if value is None else repr(value).encode(), 0)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
