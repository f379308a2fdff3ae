"""What is found out beside the directory that is shown: sub-directories for the tree, owners, how full it is.

GUI thread. It gives way to whatever the person wants next, and is tried again at the next chance.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from cutaway.errors import EngineError
from cutaway.records import FolderEntry

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderTreeModel
from cutaway_app.models.image_session import ImageSession, Place


class Surroundings:
    """Looks around.

    Args:
        table: Is told the owners.
        tree: Is told the sub-directories.
    """

    def __init__(self, table: FolderTableModel, tree: FolderTreeModel) -> None:
        self._table, self._tree = table, tree
        self._tasks: dict[asyncio.Task[None], bytes] = {}
        self._owners: dict[tuple[ImageSession, int], dict[int, str]] = {}

    def stop(self) -> None:
        """Give way."""
        for task in self._tasks:
            task.cancel()

    def forget(self, session: ImageSession) -> None:
        """Forget an image that is closed."""
        self._owners = {key: names for key, names in self._owners.items() if key[0] is not session}

    def enter(self, place: Place) -> None:
        """Another tree is shown: its folders are not known yet, its owners perhaps."""
        self._tree.reset("/")
        self._table.set_owners(self._owners.get((place.session, place.tree), {}))

    def learn(self, engine: ImageEngine, place: Place) -> None:
        """Find out once what is nice to know about a mounted tree."""
        if (place.session, place.tree) not in self._owners:
            self._add(lambda: self._learn(engine, place), b"")

    async def _learn(self, engine: ImageEngine, place: Place) -> None:
        owners = await engine.owners()
        place.session.measured(await engine.measure(place.session.trees[place.tree]))
        self._owners[place.session, place.tree] = owners
        self._table.set_owners(owners)

    def load_children(self, engine: ImageEngine, path: bytes) -> None:
        """List the sub-directories of a directory for the tree."""
        self._add(lambda: self._load_children(engine, path), path)

    async def _load_children(self, engine: ImageEngine, path: bytes) -> None:
        folders: list[bytes] = []
        async with aclosing(engine.listing(path)) as pages:
            async for page in pages:
                folders += folders_in(page)
        self._tree.set_children(path, folders)

    def _add(self, work: Callable[[], Coroutine[Any, Any, None]], path: bytes) -> None:
        task = spawn(self._carry_out(work), name="look around")
        self._tasks[task] = path
        task.add_done_callback(self._on_task_done)

    async def _carry_out(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except EngineError:
            return

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        path = self._tasks.pop(task)
        if path:
            self._tree.forget_request(path)


def folders_in(page: list[FolderEntry]) -> list[bytes]:
    """Return the names of the directories among entries."""
    return [entry.name for entry in page if entry.stat is not None and entry.stat.is_dir]
