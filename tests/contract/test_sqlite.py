"""Databases of SQLite: tables and rows, what a killed program has left beside them, and what is hostile in them."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.records import SqliteValue
from support.backends import Backend

FILE = "/base.sqlite"


def make(path: Path, *statements: str) -> bytes:
    """Make a database and return it."""
    with closing(sqlite3.connect(path)) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()
    return path.read_bytes()


SCHEMA = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, height REAL, picture BLOB, note)",
    "INSERT INTO people VALUES (1, 'Ada', 1.65, x'00ff10', NULL), (2, 'Größe', -0.5, NULL, 9007199254740993)",
    'CREATE TABLE "odd ""name"" 100%" ("a ""b""" TEXT)',
    "CREATE VIEW tall AS SELECT name FROM people WHERE height > 1",
    "PRAGMA user_version = 7",
)


@pytest.fixture
def desk(notebook: Handle) -> Handle:
    """Give a handle with an empty file system mounted."""
    return notebook


def put(handle: Handle, folder: Path, content: bytes, path: str = FILE) -> None:
    (folder / "upload").write_bytes(content)
    handle.upload(folder / "upload", path)


@pytest.fixture(autouse=True)
def _without(notebook: Handle) -> Iterator[None]:
    yield
    for suffix in ("", "-wal", "-journal"):
        notebook.rm_f(f"{FILE}{suffix}")


def test_tables_and_views_are_listed(desk: Handle, tmp_path: Path) -> None:
    put(desk, tmp_path, make(tmp_path / "base", *SCHEMA))
    info = desk.sqlite_info(FILE)
    assert (info.encoding, info.user_version, info.wal, info.note) == ("UTF-8", 7, "", "")
    found = {table.name: table for table in desk.sqlite_tables(FILE)}
    assert list(found) == ['odd "name" 100%', "people", "tall"]
    assert found["people"].columns == ["id", "name", "height", "picture", "note"]
    assert found["people"].types == ["INTEGER", "TEXT", "REAL", "BLOB", ""]
    assert (found["people"].rows, found["tall"].rows, found["tall"].type) == (2, -1, "view")
    assert found["people"].sql.startswith("CREATE TABLE people")


def test_rows_have_values_of_their_types(desk: Handle, tmp_path: Path) -> None:
    put(desk, tmp_path, make(tmp_path / "base", *SCHEMA))
    first, second = desk.sqlite_rows(FILE, "people")
    assert first == [
        SqliteValue("integer", b"1", 0), SqliteValue("text", b"Ada", 3), SqliteValue("real", b"1.65", 0),
        SqliteValue("blob", b"\0\xff\x10", 3), SqliteValue("null", b"", 0),
    ]  # fmt: skip
    assert second[1] == SqliteValue("text", "Größe".encode(), 7)
    assert second[4] == SqliteValue("integer", b"9007199254740993", 0)
    assert desk.sqlite_rows(FILE, "tall") == [[SqliteValue("text", b"Ada", 3)]]
    assert desk.sqlite_rows(FILE, 'odd "name" 100%') == []


def test_rows_come_in_pages_and_long_values_are_cut(desk: Handle, tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 2500) SELECT x FROM n"
    statements = (
        "CREATE TABLE t (x)",
        f"INSERT INTO t {numbers}",
        "CREATE TABLE long AS SELECT hex(zeroblob(5000)) AS x",
    )
    put(desk, tmp_path, make(tmp_path / "base", *statements))
    assert [row[0].data for row in desk.sqlite_rows(FILE, "t", offset=2400, count=50)][:2] == [b"2401", b"2402"]
    assert len(desk.sqlite_rows(FILE, "t", count=5000)) == 1000
    assert len(desk.sqlite_rows(FILE, "t", offset=2400)) == 100
    assert desk.sqlite_rows(FILE, "long", value_max=10) == [[SqliteValue("text", b"0" * 10, 10000)]]


def test_what_is_none_is_told(desk: Handle, tmp_path: Path) -> None:
    put(desk, tmp_path, b"no database")
    for path, name in ((FILE, "EINVAL"), ("/nope", "ENOENT")):
        with pytest.raises(GuestError) as error:
            desk.sqlite_tables(path)
        assert error.value.errno_name == name
    put(desk, tmp_path, make(tmp_path / "base", *SCHEMA))
    with pytest.raises(GuestError) as error:
        desk.sqlite_rows(FILE, "nobody")
    assert error.value.errno_name == "ENOENT"


@pytest.fixture
def real(desk: Handle, backend: Backend) -> Handle:
    """Give the same, if it is real."""
    if not backend.is_real:
        pytest.skip("the fake takes databases as they are")
    return desk


@pytest.mark.boots_appliance
def test_what_lies_in_a_log_beside_is_shown_and_nothing_is_written(real: Handle, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "live")) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE t (x)")
        base.commit()
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        base.execute("INSERT INTO t VALUES ('only in the log')")
        base.commit()
        put(real, tmp_path, (tmp_path / "live").read_bytes())
        put(real, tmp_path, (tmp_path / "live-wal").read_bytes(), f"{FILE}-wal")
    sums = [real.checksum("sha256", f"{FILE}{suffix}") for suffix in ("", "-wal")]
    assert real.sqlite_info(FILE).wal == "applied"
    assert real.sqlite_rows(FILE, "t")[0][0].data == b"only in the log"
    assert sums == [real.checksum("sha256", f"{FILE}{suffix}") for suffix in ("", "-wal")]
    assert real.exists(f"{FILE}-shm") is False
    real.rm(f"{FILE}-wal")
    assert real.sqlite_rows(FILE, "t") == []


@pytest.mark.boots_appliance
def test_a_half_written_database_says_so(real: Handle, tmp_path: Path) -> None:
    put(real, tmp_path, make(tmp_path / "base", *SCHEMA))
    put(real, tmp_path, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600), f"{FILE}-journal")
    assert "by half" in real.sqlite_info(FILE).note
    assert len(real.sqlite_rows(FILE, "people")) == 2


@pytest.mark.boots_appliance
def test_a_view_that_never_ends_is_given_up_and_the_rest_goes_on(real: Handle, tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS c FROM n"
    put(real, tmp_path, make(tmp_path / "base", *SCHEMA, f"CREATE VIEW endless AS {endless}"))
    with pytest.raises(GuestError) as error:
        real.sqlite_rows(FILE, "endless")
    assert error.value.errno_name == "ETIMEDOUT"
    assert len(real.sqlite_rows(FILE, "people")) == 2
    assert next(table.name for table in real.sqlite_tables(FILE)) == "endless"


@pytest.mark.boots_appliance
def test_a_schema_calls_nothing_and_attaches_nothing(real: Handle, tmp_path: Path) -> None:
    statements = (
        "CREATE VIEW evil AS SELECT load_extension('/tmp/x.so') AS x",
        "CREATE VIEW files AS SELECT readfile('/etc/passwd') AS x",
    )
    put(real, tmp_path, make(tmp_path / "base", *SCHEMA, *statements))
    for view in ("evil", "files"):
        with pytest.raises(GuestError):
            real.sqlite_rows(FILE, view)


@pytest.mark.boots_appliance
def test_a_database_that_is_damaged_anywhere_ends_in_an_error_or_an_answer(real: Handle, tmp_path: Path) -> None:
    whole = make(tmp_path / "base", *SCHEMA)
    dice = random.Random(7)
    for _ in range(25):
        place = dice.randrange(16, len(whole) - 4)
        put(real, tmp_path, whole[:place] + os.urandom(4) + whole[place + 4 :])
        for ask in (lambda: real.sqlite_tables(FILE), lambda: real.sqlite_rows(FILE, "people")):
            with suppress(GuestError):  # whatever it is, it is an answer
                ask()
    put(real, tmp_path, whole)
    assert len(real.sqlite_rows(FILE, "people")) == 2
