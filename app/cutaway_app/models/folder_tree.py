"""The directories of one mounted tree, fetched when they are first opened; of a huge one only the first thousands.

GUI thread. Nodes live in a dict of this model and are known to Qt by number only: `createIndex` keeps no reference
to a Python object. A node that is opened asks by a signal; the answer comes by `set_children`.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from cutaway_app.models.folder_columns import natural_key
from cutaway_app.names import display_name, join_path, plain_tip

ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
ROOT = 1
#: A directory with more sub-folders than these shows so many; nobody scrolls further, and the table has them all.
MAX_CHILDREN = 5_000


@dataclass(slots=True)
class FolderNode:
    """A directory.

    Attributes:
        key: By which it is sorted.
        row: Its place among its siblings.
        is_asked: The children have been asked for.
        is_known: All children are there.
    """

    number: int
    parent: int
    name: bytes
    path: bytes
    key: tuple[str, bytes]
    row: int = 0
    children: list[int] = field(default_factory=list)
    is_asked: bool = False
    is_known: bool = False


class FolderTreeModel(QAbstractItemModel):
    """Directories only, lazily.

    Args:
        icon_for: Gives the icon of a name; it should remember them.

    Signals:
        children_requested(object): a `FolderNode` wants its sub-folders; answer with `set_children(node.path, …)`.
    """

    children_requested = Signal(object)

    def __init__(self, icon_for: Callable[[str], QIcon | None] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_for = icon_for
        self._title = ""
        self._numbers = itertools.count(ROOT + 1)
        self._nodes: dict[int, FolderNode] = {}
        self._by_path: dict[bytes, int] = {}

    def reset(self, title: str = "") -> None:
        """Begin a new tree with nothing but its root; without a title there is none."""
        self.beginResetModel()
        self._title = title
        self._nodes = {ROOT: FolderNode(ROOT, 0, b"/", b"/", ("", b""))} if title else {}
        self._by_path = {b"/": ROOT} if title else {}
        self.endResetModel()

    def node(self, index: ModelIndex) -> FolderNode:
        """Return the directory of an index."""
        return self._nodes[int(index.internalId())]

    def index_of(self, path: bytes) -> QModelIndex:
        """Return the index of a directory, an invalid one if it is not there yet."""
        number = self._by_path.get(path)
        return QModelIndex() if number is None else self._index(self._nodes[number])

    def reveal(self, path: bytes) -> QModelIndex:
        """Return the index of a directory, putting it and its parents into the tree if they are missing."""
        at = b"/"
        for part in path.split(b"/"):
            if part and at in self._by_path:
                below = join_path(at, part)
                if below not in self._by_path:
                    self._insert(self._nodes[self._by_path[at]], [part])
                at = below
        return self.index_of(path)

    def set_children(self, path: bytes, names: list[bytes]) -> None:
        """Take the sub-folders of a directory; those that are there already stay, with all below them."""
        number = self._by_path.get(path)
        if number is None:
            return
        node = self._nodes[number]
        node.is_known = node.is_asked = True
        wanted = set(names)
        for gone in [child for child in reversed(node.children) if self._nodes[child].name not in wanted]:
            self._remove(node, gone)
        present = {self._nodes[child].name for child in node.children}
        new = [name for name in names if name not in present]
        self._insert(node, new if len(new) <= MAX_CHILDREN else sorted(new)[:MAX_CHILDREN])

    def forget_request(self, path: bytes) -> None:
        """Note that a request failed, so that opening the directory asks again."""
        number = self._by_path.get(path)
        if number is not None:
            self._nodes[number].is_asked = self._nodes[number].is_known

    def _insert(self, parent: FolderNode, names: list[bytes]) -> None:
        """Put new sub-folders in their places: as many insertions as there are gaps between those that are there."""
        new = sorted((self._make(parent, name) for name in names), key=lambda node: node.key)
        old = [self._nodes[child].key for child in parent.children]
        for place, run in itertools.groupby(reversed(new), key=lambda node: bisect.bisect(old, node.key)):
            self._insert_at(parent, place, list(run)[::-1])

    def _make(self, parent: FolderNode, name: bytes) -> FolderNode:
        return FolderNode(next(self._numbers), parent.number, name, join_path(parent.path, name), _key(name))

    def _insert_at(self, parent: FolderNode, row: int, nodes: list[FolderNode]) -> None:
        self.beginInsertRows(self._index(parent), row, row + len(nodes) - 1)
        parent.children[row:row] = [node.number for node in nodes]
        self._nodes.update((node.number, node) for node in nodes)
        self._by_path.update((node.path, node.number) for node in nodes)
        self._count_rows(parent, row)
        self.endInsertRows()

    def _count_rows(self, parent: FolderNode, start: int) -> None:
        for row in range(start, len(parent.children)):
            self._nodes[parent.children[row]].row = row

    def _remove(self, parent: FolderNode, number: int) -> None:
        row = self._nodes[number].row
        self.beginRemoveRows(self._index(parent), row, row)
        parent.children.pop(row)
        self._forget(number)
        self._count_rows(parent, row)
        self.endRemoveRows()

    def _forget(self, number: int) -> None:
        node = self._nodes.pop(number)
        self._by_path.pop(node.path, None)
        for child in node.children:
            self._forget(child)

    def _index(self, node: FolderNode) -> QModelIndex:
        return self.createIndex(node.row, 0, node.number)

    def index(self, row: int, column: int, parent: ModelIndex = QModelIndex()) -> QModelIndex:  # noqa: B008 Qt's default
        """Return the index of a row."""
        if column != 0 or row < 0:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(0, 0, ROOT) if self._nodes and row == 0 else QModelIndex()
        children = self.node(parent).children
        return self.createIndex(row, 0, children[row]) if row < len(children) else QModelIndex()

    def parent(self, index: ModelIndex) -> QModelIndex:  # type: ignore[override]  # the overload without arguments is QObject's
        """Return the index of the directory above."""
        if not index.isValid() or (node := self._nodes.get(int(index.internalId()))) is None or not node.parent:
            return QModelIndex()
        return self._index(self._nodes[node.parent])

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return how many sub-folders are there now."""
        if not parent.isValid():
            return 1 if self._nodes else 0
        return len(self.node(parent).children)

    def columnCount(self, _parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return one."""
        return 1

    def hasChildren(self, parent: ModelIndex = QModelIndex()) -> bool:  # noqa: B008 Qt's own default
        """Return whether there may be sub-folders."""
        if not parent.isValid():
            return bool(self._nodes)
        node = self.node(parent)
        return bool(node.children) or not node.is_known

    def canFetchMore(self, parent: ModelIndex) -> bool:
        """Return whether the children have not been asked for."""
        return parent.isValid() and not self.node(parent).is_asked

    def fetchMore(self, parent: ModelIndex) -> None:
        """Ask for the children."""
        if self.canFetchMore(parent):
            node = self.node(parent)
            node.is_asked = True
            self.children_requested.emit(node)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return name and icon."""
        if not index.isValid():
            return None
        node = self.node(index)
        if role in {Role.DisplayRole, Role.AccessibleTextRole}:
            return display_name(node.name) if node.parent else self._title
        if role == Role.ToolTipRole:
            return plain_tip(display_name(node.path))
        return self._icon_for("folder") if role == Role.DecorationRole and self._icon_for else None


def _key(name: bytes) -> tuple[str, bytes]:
    return natural_key(display_name(name)), name
