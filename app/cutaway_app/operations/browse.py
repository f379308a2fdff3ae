"""Go to a directory: mount its tree if another is mounted, list it into the table, remember the way.

GUI thread. A newer wish cancels the older one, in the guest too. Until the first entries of the new place have come
the old one stays as it is; a place that cannot be shown leaves everything as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from cutaway.errors import Cancelled, EngineError
from cutaway.records import FolderEntry
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderNode, FolderTreeModel
from cutaway_app.models.history import History
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.names import display_name, parent_path

#: So many entries become rows between two turns of the loop.
SLICE = 512
FindEngine = Callable[[ImageSession], ImageEngine | None]


class Navigator(QObject):
    """Where the window is.

    Attributes:
        place: The directory that is shown; None: none is.
        wanted: The directory of which nothing has come yet; None: there is no such wish.

    Args:
        find_engine: Gives the engine of an image that is open.
        table: Receives the entries of the shown directory.
        tree: Receives the sub-directories.

    Signals:
        place_changed(object): another directory is shown; None: none is.
        reloaded(object): the directory that is shown is listed anew.
        busy_changed(bool): a directory is being listed.
        stopped(object, bool): going to this place was stopped; whether what is shown is not whole by that.
        failed(object, object): the error, and the place that cannot be shown.
        select_requested(object): the entry of this name (bytes) is to be selected.
    """

    place_changed = Signal(object)
    reloaded = Signal(object)
    busy_changed = Signal(bool)
    stopped = Signal(object, bool)
    failed = Signal(object, object)
    select_requested = Signal(object)

    def __init__(self, find_engine: FindEngine, table: FolderTableModel, tree: FolderTreeModel) -> None:
        super().__init__()
        self._find_engine = find_engine
        self._table, self._tree = table, tree
        self._history = History()
        self._task: asyncio.Task[None] | None = None
        self._side_tasks: dict[asyncio.Task[None], bytes] = {}
        self._owners: dict[tuple[ImageSession, int], dict[int, str]] = {}
        self._to_select: bytes | None = None
        self.place: Place | None = None
        self.wanted: Place | None = None
        table.listing_finished.connect(self._on_table_listing_finished)
        tree.children_requested.connect(self._on_tree_children_requested)

    def go(self, place: Place, *, select: bytes | None = None) -> None:
        """Show a directory."""
        self._start(place, lambda: self._arrive(place, lambda: self._history.visit(place)), select)

    def step(self, steps: int) -> None:
        """Go back (negative) or forward."""
        place = self._history.peek(steps)
        if place is not None:
            self._start(place, lambda: self._arrive(place, lambda: self._history.move(steps)), self._name_here())

    def can_step(self, steps: int) -> bool:
        """Return whether there is a place to go back or forward to."""
        return self._history.peek(steps) is not None

    def up(self) -> None:
        """Show the directory above, with this one selected."""
        if self.place is not None and self.place.path != b"/":
            above = Place(self.place.session, self.place.tree, parent_path(self.place.path))
            self.go(above, select=self._name_here())

    def reload(self, *, select: bytes | None = None) -> None:
        """List the directory again; the window stays where it is."""
        place = self.place
        if place is not None:
            self._start(place, lambda: self.reloaded.emit(place), select)

    @property
    def is_busy(self) -> bool:
        """Whether a directory is being listed."""
        return self._task is not None

    def leave(self, session: ImageSession) -> None:
        """Forget an image that is closed; show nothing if it was shown."""
        self._history.forget(session)
        self._owners = {key: names for key, names in self._owners.items() if key[0] is not session}
        if self.place is not None and self.place.session is session:
            self.stop()
            self.place = None
            self._table.begin()
            self._table.finish()
            self._tree.reset()
            self.place_changed.emit(None)

    def halt(self) -> None:
        """Stop listing because the person does not want to wait; what has come stays, what is shown is mounted."""
        task, wanted = self._task, self.wanted or self.place
        if task is None or wanted is None:
            return
        self.stop()
        is_cut_off = self._table.is_listing
        if is_cut_off:
            self._table.finish()
        engine = self._find_engine(wanted.session)
        if engine is not None:
            self._task = spawn(self._mount_shown_again(engine, wanted), name="mount what is shown")
            self._task.add_done_callback(self._on_task_done)
        self.stopped.emit(wanted, is_cut_off)

    def give_up(self, session: ImageSession | None) -> None:
        """Forget a wish of which nothing has come yet, unless it is for this image."""
        if self.wanted is not None and self.wanted.session is not session:
            self.halt()

    def stop(self) -> None:
        """Stop listing."""
        self.wanted = None
        for task in (self._task, *self._side_tasks):
            if task is not None:
                task.cancel()

    def _name_here(self) -> bytes | None:
        return self.place.path.rpartition(b"/")[2] if self.place is not None else None

    def _start(self, place: Place, arrived: Callable[[], None], select: bytes | None) -> None:
        self.stop()
        self.wanted = place
        self._task = spawn(self._visit(place, arrived, select), name=f"list {display_name(place.path)}")
        self._task.add_done_callback(self._on_task_done)
        self.busy_changed.emit(self.is_busy)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task = self.wanted = None
            self.busy_changed.emit(self.is_busy)

    async def _visit(self, place: Place, arrived: Callable[[], None], select: bytes | None) -> None:
        engine = self._find_engine(place.session)
        if engine is None:
            return
        try:
            await self._mount(engine, place)
            await self._list(engine, place, arrived, select)
        except Cancelled:
            return
        except EngineError as error:
            self._settle(place)
            self.failed.emit(error, place)
            await self._mount_shown_again(engine, place)
            return
        if (place.session, place.tree) not in self._owners:
            self._add_side_task(lambda: self._learn(engine, place), b"")

    async def _mount_shown_again(self, engine: ImageEngine, failed: Place) -> None:
        """Have what is shown mounted, after another file system of the image could not be shown."""
        shown = self.place
        if shown is None or shown.session is not failed.session or shown.session.death:
            return
        try:
            await self._mount(engine, shown)
        except EngineError as error:
            self.failed.emit(error, shown)

    async def _mount(self, engine: ImageEngine, place: Place) -> None:
        session = place.session
        if session.tree != place.tree:
            session.mounted(-1, [])
            warnings = await engine.mount(session.trees[place.tree])
            session.mounted(place.tree, warnings)

    async def _list(self, engine: ImageEngine, place: Place, arrived: Callable[[], None], select: bytes | None) -> None:
        folders: list[bytes] = []
        is_shown = False
        async with aclosing(engine.listing(place.path)) as pages:
            async for page in pages:
                if not is_shown:
                    self._show(place, arrived)
                    is_shown = True
                for start in range(0, len(page), SLICE):
                    part = page[start : start + SLICE]
                    self._table.append(part)
                    folders += _folders_in(part)
                    await asyncio.sleep(0)  # NB: pages that have come already are given without a turn of the loop
        if not is_shown:
            self._show(place, arrived)
        self._to_select = select
        self._table.finish()
        self._tree.set_children(place.path, folders)

    def _settle(self, wanted: Place) -> None:
        """Complete a table whose listing was broken off; list again if that was for the sake of another place."""
        if not self._table.is_listing:
            return
        if self.place is not None and self.place != wanted and not self.place.session.death:
            asyncio.get_running_loop().call_soon(self.reload)
        else:
            self._table.finish()

    def _on_table_listing_finished(self) -> None:
        """Select only now: before, rows move."""
        name, self._to_select = self._to_select, None
        if name is not None:
            self.select_requested.emit(name)

    def _show(self, place: Place, arrived: Callable[[], None]) -> None:
        old, self.place = self.place, place
        if old is None or (old.session, old.tree) != (place.session, place.tree):
            self._tree.reset("/")
            self._table.set_owners(self._owners.get((place.session, place.tree), {}))
        self._table.begin()
        self.wanted = None
        arrived()

    def _arrive(self, place: Place, remember: Callable[[], None]) -> None:
        remember()
        self.place_changed.emit(place)

    async def _learn(self, engine: ImageEngine, place: Place) -> None:
        """Find out once what is nice to know about a mounted tree; when interrupted, at the next chance."""
        owners = await engine.owners()
        place.session.measured(await engine.measure(place.session.trees[place.tree]))
        self._owners[place.session, place.tree] = owners
        self._table.set_owners(owners)

    def _on_tree_children_requested(self, node: FolderNode) -> None:
        place = self.place
        engine = self._find_engine(place.session) if place is not None else None
        if engine is not None:
            self._add_side_task(lambda: self._load_children(engine, node.path), node.path)

    async def _load_children(self, engine: ImageEngine, path: bytes) -> None:
        folders: list[bytes] = []
        async with aclosing(engine.listing(path)) as pages:
            async for page in pages:
                folders += _folders_in(page)
        self._tree.set_children(path, folders)

    def _add_side_task(self, work: Callable[[], Coroutine[Any, Any, None]], path: bytes) -> None:
        task = spawn(self._side(work), name="look around")
        self._side_tasks[task] = path
        task.add_done_callback(self._on_side_task_done)

    async def _side(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except EngineError:
            return

    def _on_side_task_done(self, task: asyncio.Task[None]) -> None:
        path = self._side_tasks.pop(task)
        if path:
            self._tree.forget_request(path)


def _folders_in(page: list[FolderEntry]) -> list[bytes]:
    return [entry.name for entry in page if entry.stat is not None and entry.stat.is_dir]
