"""The command that looks into a database of SQLite: its tables, or the rows of one."""

from __future__ import annotations

import csv
import sys

from cutaway.cli.opened import ImageOptions, mounted
from cutaway.cli.output import print_json, print_table, printable, say, size_text
from cutaway.handle import Handle
from cutaway.records import SqliteTable, SqliteValue

#: Rows of a page; how much of a value is read for a table, and for others; how wide a cell of a table is.
PAGE, SHOWN_MAX, WHOLE_MAX, CELL_MAX = 500, 200, 1 << 20, 60
#: How a cell begins that a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sqlite(options: ImageOptions, path: str, table: str, *, lines: int | None, as_json: bool, as_csv: bool) -> None:
    """Print the tables of a database, or rows of one.

    Raises:
        EngineError: the file is no database, or there is no such table.
    """
    with mounted(options) as handle:
        info = handle.sqlite_info(path)
        for sentence in (
            info.note,
            "What is in FILE-wal is not shown: it is too long" if info.wal == "ignored" else "",
        ):
            if sentence:
                say(sentence)
        tables = handle.sqlite_tables(path)
        if not table:
            _print_tables(tables, as_json=as_json)
            return
        columns = next((one.columns for one in tables if one.name == table), [])
        rows = _rows(handle, path, table, lines, SHOWN_MAX if not (as_json or as_csv) else WHOLE_MAX)
    if as_json:
        print_json([dict(zip(columns, map(_plain, row), strict=False)) for row in rows])
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)
    else:
        print_table(tuple(map(printable, columns)), [tuple(map(_shown, row)) for row in rows])


def _rows(handle: Handle, path: str, table: str, lines: int | None, value_max: int) -> list[list[SqliteValue]]:
    found: list[list[SqliteValue]] = []
    while lines is None or len(found) < lines:
        count = PAGE if lines is None else min(PAGE, lines - len(found))
        page = handle.sqlite_rows(path, table, len(found), count, value_max)
        found += page
        if not page:
            break
    return found


def _print_tables(tables: list[SqliteTable], *, as_json: bool) -> None:
    if as_json:
        print_json(tables)
        return
    rows = [
        (one.name, one.type, str(one.rows) if one.rows >= 0 else "", ", ".join(one.columns)[: 2 * CELL_MAX])
        for one in tables
    ]
    print_table(("NAME", "TYPE", "ROWS", "COLUMNS"), rows, frozenset({2}))


def _plain(value: SqliteValue) -> object:
    """Return a value as JSON has it; bytes in hex."""
    text = value.data.decode("utf-8", "surrogateescape")
    match value.type:
        case "null":
            return None
        case "integer":
            return int(text)
        case "real":
            return float(text)
        case "blob":
            return value.data.hex()
        case _:
            return text


def _cell(value: SqliteValue) -> str:
    """Return a value as CSV has it: no spreadsheet takes a text for a formula."""
    plain = _plain(value)
    text = "" if plain is None else str(plain)
    safe = text.encode("utf-8", "backslashreplace").decode()
    return f"'{safe}" if value.type == "text" and safe.startswith(FORMULA) else safe


def _shown(value: SqliteValue) -> str:
    if value.type == "null":
        return "NULL"
    if value.type == "blob":
        return f"<{size_text(value.size_bytes)}>"
    text = printable(value.data)
    return text if len(text) <= CELL_MAX else f"{text[: CELL_MAX - 1]}…"
