"""Hives of the Windows registry in the model: a tree of keys, as the content of a file. Values; no threads, no I/O."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

REG_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ = 1, 3, 4, 7
#: How a hive begins, and how long the block is of which that is the beginning.
MAGIC, BASE_BYTES = b"regf", 4096
Values = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class FakeKey:
    """A key: its values (type, data) and the keys below it, by name."""

    values: Values = field(default_factory=dict)
    keys: Mapping[str, FakeKey] = field(default_factory=dict)

    def find(self, path: Sequence[str]) -> FakeKey | None:
        """Return the key that a path of names leads to, whatever their case; None if there is none."""
        found: FakeKey | None = self
        for name in path:
            keys = found.keys if found is not None else {}
            found = next((key for word, key in keys.items() if word.lower() == name.lower()), None)
        return found


@dataclass(frozen=True, slots=True)
class FakeHive:
    """The content of a file that is a hive; only its beginning is as in a real one."""

    root: FakeKey

    @property
    def size(self) -> int:
        """Its size."""
        return BASE_BYTES

    def read(self, offset: int, count: int) -> bytes:
        """Read the magic and zeros."""
        return MAGIC.ljust(BASE_BYTES, b"\0")[offset : offset + count]

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give all of it."""
        yield 0, BASE_BYTES


def text(value: str) -> tuple[int, bytes]:
    """Return a value that is a text."""
    return REG_SZ, (value + "\0").encode("utf-16-le")


def texts(*values: str) -> tuple[int, bytes]:
    """Return a value that is a list of texts."""
    return REG_MULTI_SZ, ("".join(value + "\0" for value in values) + "\0").encode("utf-16-le")


def dword(value: int) -> tuple[int, bytes]:
    """Return a value that is a number of 32 bits."""
    return REG_DWORD, struct.pack("<I", value)


def tree(paths: Mapping[str, Values]) -> FakeKey:
    r"""Return the root of a tree of which all keys with values are given, by paths such as "Microsoft\Windows NT"."""
    inner: dict[str, dict[str, Values]] = {}
    for path, values in paths.items():
        head, _, rest = path.partition("\\")
        inner.setdefault(head, {})[rest] = values
    return FakeKey(paths.get("", {}), {name: tree(below) for name, below in inner.items() if name})
