"""Records about databases of SQLite."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SqliteInfo:
    """A database as a whole.

    Attributes:
        encoding: Of its texts: "UTF-8", "UTF-16le" …
        wal: What became of a write-ahead log beside it: "" there is none, "applied", "ignored".
        note: What a person should know of it, as a sentence; "" for nothing.
    """

    page_bytes: int
    pages: int
    encoding: str
    user_version: int
    application_id: int
    wal: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """A table or view.

    Attributes:
        type: "table" or "view".
        columns: Names, 200 at most.
        types: What they are declared as; "" for nothing.
        rows: How many it has; -1 if that takes long to find out.
        sql: How it was made, 64 KiB at most.
    """

    name: str
    type: str
    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: int = -1
    sql: str = ""


@dataclass(frozen=True, slots=True)
class SqliteValue:
    """A value.

    Attributes:
        type: "null", "integer", "real", "text" or "blob".
        data: A text in UTF-8, bytes, or a number in digits; the beginning of what is long.
        size_bytes: How long a text or bytes are as a whole.
    """

    type: str
    data: bytes
    size_bytes: int
