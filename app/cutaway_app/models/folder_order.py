"""Which rows of a folder are shown, and in which order: worked out in slices, so that no slice holds up the window.

Pure. `arrange` is a generator: each step is a few milliseconds of work, whatever the size of the folder;
whoever runs it may stop between two steps and forget it.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from cutaway.records import FolderEntry

from cutaway_app.models.folder_columns import Column, natural_key, sort_key
from cutaway_app.models.sliced_work import Steps
from cutaway_app.names import display_name, folded

#: Rows whose keys are computed or that are merged in one step, and rows that one call of `sort` gets.
SLICE, RUN = 4_000, 40_000
Key = Callable[[Any], Any]


class Row(NamedTuple):
    """An entry with what sorting and searching ask of it again and again.

    Attributes:
        name: The name for display.
        folded: The same without regard to case.
        key: By which rows are in the order of names, folders first.
    """

    entry: FolderEntry
    name: str
    folded: str
    key: str

    @property
    def is_folder(self) -> bool:
        """Whether it is sorted among the folders."""
        return self.key < "1"


def row_of(entry: FolderEntry) -> Row:
    """Return the row of an entry."""
    name = display_name(entry.name)
    is_folder = entry.leads_to_folder or (entry.stat is not None and entry.stat.is_dir)
    return Row(entry, name, folded(name), ("0" if is_folder else "1") + natural_key(name))


@dataclass(frozen=True, slots=True)
class Order:
    """What to show, and how: the column and direction; a text that names hold; names that begin with a dot.

    What was found by a search is shown, though it be hidden.
    """

    column: Column = Column.NAME
    is_descending: bool = False
    text: str = ""
    shows_hidden: bool = False
    is_found: bool = False

    def passes(self, row: Row) -> bool:
        """Return whether a row is shown."""
        return (self.shows_hidden or self.is_found or not row.folded.startswith(".")) and self.text in row.folded


def by_name(rows: list[Row]) -> Steps[list[Row]]:
    """Sort rows by name, folders first."""
    return (yield from _sorted(rows, itemgetter(3), is_descending=False))


def arrange(rows: list[Row], order: Order) -> Steps[list[Row]]:
    """Choose and sort rows that are sorted by name; folders stay before files, equals in the order of their names."""
    shown: list[Row] = []
    for part in _slices(rows):
        shown += [row for row in part if order.passes(row)]
        yield
    if order.column is Column.NAME and not order.is_descending:
        return shown
    folders = [row for row in shown if row.is_folder]
    first = yield from _part(folders, order)
    second = yield from _part(shown[len(folders) :], order)
    return first + second


def _part(rows: list[Row], order: Order) -> Steps[list[Row]]:
    """Sort the folders or the files."""
    if order.column is Column.NAME:
        return rows[::-1]
    keyed: list[tuple[int | str, Row]] = []
    for part in _slices(rows):
        keyed += [(sort_key(row.entry, row.name, order.column), row) for row in part]
        yield
    ordered = yield from _sorted(keyed, itemgetter(0), is_descending=order.is_descending)
    return [row for _, row in ordered]


def _sorted(items: list[Any], key: Key, *, is_descending: bool) -> Steps[list[Any]]:
    """Sort stably: runs of bounded length, then one merge of them all, a slice at a time."""
    runs: list[list[Any]] = []
    for start in range(0, len(items), RUN):
        runs.append(sorted(items[start : start + RUN], key=key, reverse=is_descending))
        yield
    if len(runs) < 2:
        return runs[0] if runs else []
    merged: list[Any] = []
    merging = heapq.merge(*runs, key=key, reverse=is_descending)
    while part := list(itertools.islice(merging, SLICE)):
        merged += part
        yield
    return merged


def _slices(rows: list[Row]) -> Iterable[list[Row]]:
    return (rows[start : start + SLICE] for start in range(0, len(rows), SLICE))
