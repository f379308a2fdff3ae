"""The sidebar's rows: images and what is in them.

GUI thread. Built from `ImageSession`s, which it listens to. Rows are known to Qt by number only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.sidebar_entries import SidebarEntry, describe
from cutaway_app.models.sidebar_roles import SUBTITLE, USE
from cutaway_app.names import plain_tip

ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(slots=True)
class SidebarNode:
    """A row: what it says, of which image, and its place among the rows by numbers."""

    number: int
    parent: int
    session: ImageSession
    entry: SidebarEntry
    children: list[int] = field(default_factory=list)


class SidebarModel(QAbstractItemModel):
    """Images and what is in them.

    Signals:
        image_changed(object): the rows below the image of this session are new; expand them.
    """

    image_changed = Signal(object)

    def __init__(self, icon_for: Callable[[str], QIcon | None] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_for = icon_for
        self._numbers = itertools.count(1)
        self._nodes: dict[int, SidebarNode] = {}
        self._images: list[int] = []

    def add(self, session: ImageSession) -> None:
        """Show an image."""
        row = len(self._images)
        self.beginInsertRows(QModelIndex(), row, row)
        self._images.append(self._make(0, session, describe(session)).number)
        self.endInsertRows()
        session.changed.connect(self._on_session_changed)
        session.phase_changed.connect(self._on_session_changed)

    def remove(self, session: ImageSession) -> None:
        """Show an image no more."""
        session.changed.disconnect(self._on_session_changed)
        session.phase_changed.disconnect(self._on_session_changed)
        row = self._images.index(self._image(session).number)
        self.beginRemoveRows(QModelIndex(), row, row)
        self._forget(self._images.pop(row))
        self.endRemoveRows()

    @property
    def sessions(self) -> list[ImageSession]:
        """All images, in their order."""
        return [self._nodes[number].session for number in self._images]

    def session_at(self, index: ModelIndex) -> ImageSession | None:
        """Return the image to which a row belongs."""
        return self._node(index).session if index.isValid() else None

    def entry_at(self, index: ModelIndex) -> SidebarEntry | None:
        """Return what a row says."""
        return self._node(index).entry if index.isValid() else None

    def is_image(self, index: ModelIndex) -> bool:
        """Return whether a row is an image itself."""
        return index.isValid() and not self._node(index).parent

    def index_of(self, session: ImageSession, place: Place | None = None) -> QModelIndex:
        """Return the row of the file system that holds a place; of the image without one."""
        root = self._image(session)
        holding = [node for node in self._below(root) if _holds(node.entry.place, place)]
        best = max(holding, key=lambda node: (_depth(node.entry.place), node.number), default=root)
        return self._index(best)

    def index_of_device(self, session: ImageSession, device: str) -> QModelIndex:
        """Return the row of a device of an image; of the image if it has none."""
        root = self._image(session)
        return self._index(next((node for node in self._below(root) if node.entry.device == device), root))

    def _image(self, session: ImageSession) -> SidebarNode:
        return next(self._nodes[number] for number in self._images if self._nodes[number].session is session)

    def _on_session_changed(self) -> None:
        session = self.sender()
        if not isinstance(session, ImageSession):
            return
        root, entry = self._image(session), describe(session)
        if entry.shape == root.entry.shape:
            self._update(root, entry)
        else:
            self._replace(root, entry)
            self.image_changed.emit(session)

    def _update(self, node: SidebarNode, entry: SidebarEntry) -> None:
        node.entry = entry
        index = self._index(node)
        self.dataChanged.emit(index, index)
        for child, described in zip(node.children, entry.children, strict=True):
            self._update(self._nodes[child], described)

    def _replace(self, root: SidebarNode, entry: SidebarEntry) -> None:
        index = self._index(root)
        if root.children:
            self.beginRemoveRows(index, 0, len(root.children) - 1)
            while root.children:
                self._forget(root.children.pop())
            self.endRemoveRows()
        root.entry = entry
        if entry.children:
            self.beginInsertRows(index, 0, len(entry.children) - 1)
            root.children = [self._make(root.number, root.session, child).number for child in entry.children]
            self.endInsertRows()
        self.dataChanged.emit(index, index)

    def _make(self, parent: int, session: ImageSession, entry: SidebarEntry) -> SidebarNode:
        node = SidebarNode(next(self._numbers), parent, session, entry)
        self._nodes[node.number] = node
        node.children = [self._make(node.number, session, child).number for child in entry.children]
        return node

    def _forget(self, number: int) -> None:
        for child in self._nodes.pop(number).children:
            self._forget(child)

    def _below(self, node: SidebarNode) -> list[SidebarNode]:
        children = [self._nodes[number] for number in node.children]
        return [one for child in children for one in (child, *self._below(child))]

    def _node(self, index: ModelIndex) -> SidebarNode:
        return self._nodes[int(index.internalId())]

    def _index(self, node: SidebarNode) -> QModelIndex:
        siblings = self._nodes[node.parent].children if node.parent else self._images
        return self.createIndex(siblings.index(node.number), 0, node.number)

    def index(self, row: int, column: int, parent: ModelIndex = QModelIndex()) -> QModelIndex:  # noqa: B008 Qt's default
        """Return the index of a row."""
        siblings = self._node(parent).children if parent.isValid() else self._images
        return (
            self.createIndex(row, column, siblings[row]) if 0 <= row < len(siblings) and not column else QModelIndex()
        )

    def parent(self, index: ModelIndex) -> QModelIndex:  # type: ignore[override]  # without arguments it is QObject's
        """Return the index of what it belongs to."""
        node = self._nodes.get(int(index.internalId())) if index.isValid() else None
        return self._index(self._nodes[node.parent]) if node and node.parent else QModelIndex()

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return how many rows are below."""
        return len(self._node(parent).children) if parent.isValid() else len(self._images)

    def columnCount(self, _parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return one."""
        return 1

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """Return whether a row can be selected."""
        if not index.isValid() or not self._node(index).entry.is_enabled:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return what a row shows."""
        if not index.isValid():
            return None
        node = self._node(index)
        entry = node.entry
        if role == Role.DecorationRole:
            return self._icon_for(entry.icon) if self._icon_for and entry.icon else None
        said = f"{entry.text}, {entry.subtitle}" if entry.subtitle else entry.text
        values: dict[int, object] = {
            Role.DisplayRole: entry.text,
            Role.AccessibleTextRole: said,
            Role.ToolTipRole: plain_tip(said if node.parent else node.session.path),
            SUBTITLE: entry.subtitle,
            USE: entry.use,
        }
        return values.get(role)


def _holds(node: Place | None, place: Place | None) -> bool:
    if node is None or place is None or (node.session, node.tree) != (place.session, place.tree):
        return False
    return place.path == node.path or place.path.startswith(node.path.rstrip(b"/") + b"/")


def _depth(place: Place | None) -> int:
    return len(place.path) if place else 0
