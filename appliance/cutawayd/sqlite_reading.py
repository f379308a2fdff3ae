"""What answers questions about a database of SQLite, in a copy of the daemon. The database is hostile.

Nothing is written but to a copy in memory, no extension is loaded, nothing is attached, what a schema says is not
trusted to call functions, and every question has its time.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutawayd.forked import Answerer
from cutawayd.refusal import Refusal
from cutawayd.sysroot import magic_path

#: How long a question may take, and how long rows are counted; both are looked at after so many steps of SQLite.
QUESTION_S, COUNT_S, STEPS = 8.0, 1.0, 2000
#: A database and its log are copied if they are not longer together.
COPY_MAX = 96 << 20
TABLES_MAX, COLUMNS_MAX, SQL_MAX, LENGTH_MAX = 10_000, 200, 64 << 10, 256 << 20
#: A whole answer has at most so many bytes of values.
ANSWER_MAX = 16 << 20
#: A column of a virtual table that is none of its rows.
HIDDEN = 1
_APPLIED, _IGNORED = "applied", "ignored"
_WAL_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


@dataclass(frozen=True, slots=True)
class Files:
    """A database and what lies beside it, open; -1 for what is not there."""

    main: int
    wal: int
    journal: int

    @property
    def all(self) -> list[int]:
        """Those that are there."""
        return [descriptor for descriptor in (self.main, self.wal, self.journal) if descriptor >= 0]


def answerer(files: Files, folder: str) -> Answerer:
    """Return what answers questions about a database; copies may be made in a folder."""
    return Database(files, folder).answer


class Database:
    """A database that is open."""

    def __init__(self, files: Files, folder: str) -> None:
        self._module: Any = importlib.import_module("sqlite3")  # only few images need it
        self._wal = _fate(files)
        if self._wal == _APPLIED:
            _copy(files.main, f"{folder}/database")
            _copy(files.wal, f"{folder}/database-wal")
        where = f"{folder}/database?" if self._wal == _APPLIED else f"{magic_path(files.main)}?mode=ro&immutable=1&"
        has_journal = files.journal >= 0 and os.pread(files.journal, 8, 0) == _JOURNAL_MAGIC
        self._note = "What was being written when its program was killed is in it by half" if has_journal else ""
        self._deadline = time.monotonic() + QUESTION_S
        self._base = self._module.connect(f"file:{where}cache=private", uri=True, isolation_level=None)
        self._confine()

    def _confine(self) -> None:
        base, module = self._base, self._module
        base.text_factory = bytes
        base.set_progress_handler(lambda: int(time.monotonic() > self._deadline), STEPS)
        for limit, value in (
            (module.SQLITE_LIMIT_LENGTH, LENGTH_MAX), (module.SQLITE_LIMIT_ATTACHED, 0),
            (module.SQLITE_LIMIT_SQL_LENGTH, 1 << 20), (module.SQLITE_LIMIT_WORKER_THREADS, 0),
            (module.SQLITE_LIMIT_VDBE_OP, 1 << 20), (module.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        ):  # fmt: skip
            base.setlimit(limit, value)
        for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0", "cache_size=-32768"):
            base.execute(f"PRAGMA {pragma}")
        allowed = {
            module.SQLITE_SELECT, module.SQLITE_READ, module.SQLITE_FUNCTION, module.SQLITE_PRAGMA,
            module.SQLITE_RECURSIVE,
        }  # fmt: skip
        base.set_authorizer(lambda action, *_: module.SQLITE_OK if action in allowed else module.SQLITE_DENY)

    def answer(self, question: Any) -> Any:
        """Answer a question: a word and what it is about."""
        word, *arguments = question
        self._deadline = time.monotonic() + QUESTION_S
        answers: dict[str, Callable[..., Any]] = {"info": self.info, "tables": self.tables, "rows": self.rows}
        try:
            return answers[word](*arguments)
        except self._module.Error as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> Refusal:
        if "interrupted" in str(error):
            return Refusal("ETIMEDOUT", "reading it takes too long")
        if isinstance(error, self._module.DatabaseError) and not isinstance(error, self._module.OperationalError):
            return Refusal("EIO", f"the database is damaged: {error}")
        return Refusal("EIO", f"it cannot be read: {error}")

    def info(self) -> list[Any]:
        """Return what SqliteInfo has."""
        numbers = [self._pragma(name) for name in ("page_size", "page_count")]
        encoding = _text(self._pragma("encoding"))
        return [*numbers, encoding, self._pragma("user_version"), self._pragma("application_id"), self._wal, self._note]

    def _pragma(self, name: str) -> Any:
        return self._base.execute(f"PRAGMA {name}").fetchone()[0]

    def tables(self) -> list[Any]:
        """Return what SqliteTable has, of each; one whose columns cannot be told has none."""
        listed = self._base.execute(
            "SELECT name, type, substr(sql, 1, ?) FROM sqlite_schema WHERE type IN ('table', 'view') "
            "ORDER BY name LIKE 'sqlite\\_%' ESCAPE '\\', lower(name) LIMIT ?", (SQL_MAX, TABLES_MAX),
        ).fetchall()  # fmt: skip
        found = []
        stop_counting = time.monotonic() + COUNT_S
        for name, kind, sql in listed:
            columns = self._columns(_text(name))
            rows = self._count(_text(name), stop_counting) if kind == b"table" else -1
            found.append(
                [_text(name), _text(kind), [one for one, _ in columns], [one for _, one in columns], rows, _text(sql)]
            )
        return found

    def _columns(self, table: str) -> list[tuple[str, str]]:
        try:
            told = self._base.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchmany(COLUMNS_MAX)
            return [(_text(row[1]), _text(row[2])) for row in told if row[6] != HIDDEN]
        except (self._module.Error, UnicodeError):
            return []

    def _count(self, table: str, until: float) -> int:
        whole, self._deadline = self._deadline, until
        try:
            return int(self._base.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])  # noqa: S608 a name cannot be bound; it is quoted
        except (self._module.Error, UnicodeError):
            return -1
        finally:
            self._deadline = whole

    def rows(self, table: str, offset: int, count: int, value_max: int) -> list[Any]:
        """Return rows, each a list of values as SqliteValue has them."""
        columns = self._columns(table)
        if not columns:
            raise Refusal("ENOENT", f"there is no table or view {table!r} that can be read")
        wanted = ", ".join(_expressions(name, value_max) for name, _ in columns)
        query = f"SELECT {wanted} FROM {_quoted(table)} LIMIT ? OFFSET ?"  # noqa: S608 a name cannot be bound; it is quoted
        told = self._base.execute(query, (count, offset))
        found, size = [], 0
        for row in told:
            values = [_value(*row[place : place + 3]) for place in range(0, len(row), 3)]
            size += sum(len(data) for _, data, _ in values)
            found.append(values)
            if size > ANSWER_MAX:
                break
        return found


def _expressions(column: str, value_max: int) -> str:
    """Return what is asked of a column: its type, its beginning, its length in bytes."""
    name = _quoted(column)
    begun = f"CASE WHEN typeof({name}) IN ('text', 'blob') THEN substr({name}, 1, {value_max}) ELSE {name} END"
    length = f"WHEN 'text' THEN length(CAST({name} AS BLOB)) WHEN 'blob' THEN length({name}) ELSE 0 END"
    return f"typeof({name}), {begun}, CASE typeof({name}) {length}"


def _value(kind: bytes, value: Any, size: int) -> tuple[str, bytes, int]:
    if isinstance(value, bytes):
        return _text(kind), value, size
    return _text(kind), b"" if value is None else repr(value).encode(), 0


def _quoted(name: str) -> str:
    if "\0" in name:
        raise Refusal("EINVAL", "a name has no zero byte")
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _fate(files: Files) -> str:
    """Return what becomes of a write-ahead log."""
    if files.wal < 0 or os.pread(files.wal, 4, 0) not in _WAL_MAGIC:
        return ""
    size = sum(os.fstat(one).st_size for one in (files.main, files.wal))
    return _APPLIED if size <= COPY_MAX else _IGNORED


def _copy(descriptor: int, place: str) -> None:
    size, done = os.fstat(descriptor).st_size, 0
    with open(place, "xb") as copy:
        while done < size and (count := os.sendfile(copy.fileno(), descriptor, done, size - done)):
            done += count
