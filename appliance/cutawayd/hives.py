"""Hives of the Windows registry, read by hivex in a copy of this process: a hostile one costs that copy.

Keys are named by lists of names, from the root of the hive on; case does not matter.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from cutawayd.forked import Answerer, Servant
from cutawayd.sysroot import Sysroot, magic_path
from cutawayd.work import Work

#: Of a key no more is read.
KEYS_MAX, VALUES_MAX = 200_000, 20_000
#: Of a value so much is read where nobody says how much.
DATA_MAX = 1 << 16
NONE, SZ, EXPAND_SZ, BINARY, DWORD, DWORD_BE, LINK, MULTI_SZ = range(8)
Path = Sequence[str]
#: Name, type and data of a value, and how long the data is as a whole.
Value = tuple[str, int, bytes, int]


class Hives:
    """Hives that are open in a copy of this process, named by numbers in the order in which they were given."""

    def __init__(self, servant: Servant) -> None:
        self._servant = servant

    def values(self, work: Work, hive: int, path: Path, data_max: int = DATA_MAX) -> list[Value] | None:
        """Return the values of a key; None if there is no such key."""
        found = self._servant.ask(work, ["values", hive, list(path), data_max])
        return None if found is None else [tuple(item) for item in found]

    def keys(self, work: Work, hive: int, path: Path, start: int = 0, count: int = KEYS_MAX) -> list[str] | None:
        """Return the names of the keys below a key, or a part of them; None if there is no such key."""
        found: list[str] | None = self._servant.ask(work, ["keys", hive, list(path), start, count])
        return found


def lookup(values: list[Value] | None) -> dict[str, tuple[int, bytes]]:
    """Return values by their names in small letters."""
    return {name.lower(): (kind, data) for name, kind, data, _ in values or ()}


@contextmanager
def opened(tree: Sysroot, *paths: bytes) -> Iterator[Hives]:
    """Open hives that lie in a tree, as long as it takes.

    Raises:
        OSError: there is no such file.
    """
    descriptors: list[int] = []
    try:
        descriptors += [tree.open_file(path) for path in paths]
        module()
        servant = Servant(lambda: answerer(descriptors), descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    try:
        yield Hives(servant)
    finally:
        servant.close()


def module() -> Any:
    """Load hivex, late: only few images have a registry."""
    return importlib.import_module("hivex")


def answerer(descriptors: Sequence[int]) -> Answerer:
    """Return what answers questions about hives, in the copy."""
    opened_hives: dict[int, Any] = {}
    readers: dict[str, Callable[..., Any]] = {"values": values_of, "keys": keys_of, "listing": listing_of}

    def answer(question: Any) -> Any:
        word, number, path, *rest = question
        if number not in opened_hives:
            opened_hives[number] = open_hive(magic_path(descriptors[number]))
        hive = opened_hives[number]
        node = walk(hive, path)
        if node is None:
            return None
        return readers[word](hive, node, *rest)

    return answer


def open_hive(path: str) -> Any:
    """Open a hive to be read; one that is damaged as far as that goes."""
    try:
        return module().Hivex(path)
    except RuntimeError:
        return module().Hivex(path, unsafe=True)


def walk(hive: Any, path: Path) -> int | None:
    """Return the node of a key; None if there is none."""
    node: int | None = hive.root()
    for name in path:
        node = hive.node_get_child(node, name)
        if not node:
            return None
    return node


def values_of(hive: Any, node: int, data_max: int) -> list[Value]:
    """Return the values of a key; those that cannot be read are left out."""
    found: list[Value] = []
    for value in islice(hive.node_values(node), VALUES_MAX):
        try:
            name = hive.value_key(value)
            kind, data = hive.value_value(value)
        except (RuntimeError, UnicodeError):
            continue
        found.append((name, kind, data[:data_max], len(data)))
    return found


def keys_of(hive: Any, node: int, start: int, count: int) -> list[str]:
    """Return names of the keys below a key; one that cannot be read as its place in the file."""
    names = []
    for child in islice(hive.node_children(node), start, min(start + count, KEYS_MAX)):
        try:
            names.append(hive.node_name(child))
        except (RuntimeError, UnicodeError):
            names.append(f"?{child:#x}")
    return names


def listing_of(hive: Any, node: int, start: int, count: int) -> list[tuple[str, int]]:
    """Return names of keys as `keys_of`, each with the number of keys below it."""
    names = keys_of(hive, node, start, count)
    children = islice(hive.node_children(node), start, start + count)
    return [(name, _count(hive, child)) for name, child in zip(names, children, strict=False)]


def _count(hive: Any, node: int) -> int:
    try:
        return int(hive.node_nr_children(node))
    except RuntimeError:
        return 0


def text_of(value: tuple[int, bytes] | None, length_max: int = 1000) -> str:
    """Return a value that is a text; nothing if it is none."""
    if value is None or value[0] not in {SZ, EXPAND_SZ}:
        return ""
    return value[1][: 2 * length_max].decode("utf-16-le", "replace").partition("\0")[0]


def number_of(value: tuple[int, bytes] | None) -> int | None:
    """Return a value that is a number of 32 bits; None if it is none."""
    if value is None or value[0] != DWORD or len(value[1]) < 4:
        return None
    return int.from_bytes(value[1][:4], "little")
