"""A sample with a database of SQLite: /dev/sda1, ext4, /base.sqlite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from cutaway.testing.images import FakeFileSystem, FakeImage, disk
from cutaway.testing.nodes import file, folder

STATEMENTS = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, height REAL, picture BLOB, note)",
    "INSERT INTO people VALUES (1, 'Ada', 1.65, x'00ff10', NULL)",
    "INSERT INTO people VALUES (2, '=1+1', -0.5, NULL, 'a\x1b[31m' || char(10) || 'b')",
    "CREATE TABLE numbers (n INTEGER, square INTEGER)",
    "INSERT INTO numbers WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c LIMIT 450) SELECT x, x*x FROM c",
    "CREATE VIEW tall AS SELECT name FROM people WHERE height > 1",
)


@cache
def database() -> bytes:
    """Return the database."""
    with closing(sqlite3.connect(":memory:")) as base:
        for statement in STATEMENTS:
            base.execute(statement)
        base.commit()
        return base.serialize()


def database_image() -> FakeImage:
    """Return the sample."""
    return disk((32, FakeFileSystem("ext4", lambda: folder({b"base.sqlite": file(database())}), "BASE", "8-8")))
