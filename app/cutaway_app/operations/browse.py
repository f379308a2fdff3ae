"""Go to a directory: mount its tree if another is mounted, list it into the table, remember the way.

GUI thread. A newer wish cancels the older one, in the guest too. Until the first entries of the new place have come
the old one stays as it is; a place that cannot be shown leaves everything as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

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
from cutaway_app.operations.findings import Findings, Sought
from cutaway_app.operations.surroundings import Surroundings, folders_in

#: So many entries become rows between two turns of the loop.
SLICE = 512
NOTHING = Sought()
Arrived = Callable[[], None]
FindEngine = Callable[[ImageSession], ImageEngine | None]


class Navigator(QObject):
    """Where the window is.

    Attributes:
        place: The directory that is shown; None: none is.
        sought: What was looked for below it, whose results are shown in its place.
        findings: Those results.
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
        found_many(int): a search has ended because it has found so many.
        failed(object, object): the error, and the place that cannot be shown.
        select_requested(object): the entry of this name (bytes) is to be selected.
    """

    place_changed = Signal(object)
    reloaded = Signal(object)
    busy_changed = Signal(bool)
    stopped = Signal(object, bool)
    found_many = Signal(int)
    failed = Signal(object, object)
    select_requested = Signal(object)

    def __init__(self, find_engine: FindEngine, table: FolderTableModel, tree: FolderTreeModel) -> None:
        super().__init__()
        self._find_engine = find_engine
        self._table, self._tree = table, tree
        self._history = History()
        self._task: asyncio.Task[None] | None = None
        self._surroundings = Surroundings(table, tree)
        self._to_select: bytes | None = None
        self.place: Place | None = None
        self.wanted: Place | None = None
        self.sought = Sought()
        self.findings = Findings()
        self._is_broken_off = False
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
            self._start(place, lambda: self.reloaded.emit(place), select, self.sought)

    def search(self, sought: Sought) -> None:
        """Show what is found anywhere below the directory."""
        place = self.place
        if place is not None:
            self._start(place, lambda: self.reloaded.emit(place), None, sought)

    def end_search(self) -> None:
        """Show the directory again instead of what was found."""
        if self.sought:
            self.sought = Sought()
            self.reload()

    @property
    def is_busy(self) -> bool:
        """Whether a directory is being listed."""
        return self._task is not None

    def forget(self, session: ImageSession) -> None:
        """Forget the places of an image that is closed, or where others will be; one that is being gone to, too.

        Nothing is shown if one of them was.
        """
        if self.wanted is not None and self.wanted.session is session:
            self.stop()
        self._history.forget(session)
        self._surroundings.forget(session)
        if self.place is not None and self.place.session is session:
            self.stop()
            self.place, self.sought = None, Sought()
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
            self._table.finish(is_whole=False)
        engine = self._find_engine(wanted.session)
        if engine is not None:
            self._task = spawn(self._mount_shown_again(engine, wanted), name="mount what is shown")
            self._task.add_done_callback(self._on_task_done)
        self.stopped.emit(wanted, is_cut_off)

    def give_up(self, session: ImageSession | None) -> None:
        """Forget a wish of which nothing has come yet, unless it is for this image.

        A listing that was broken off for its sake is completed when it is shown again; see `complete`.
        """
        if self.wanted is not None and self.wanted.session is not session:
            self._is_broken_off = self._table.is_listing
            self.halt()

    def complete(self) -> None:
        """List the directory again if it is not whole, and nobody has wished that."""
        if self._is_broken_off:
            self.reload()

    def stop(self) -> None:
        """Stop listing."""
        self.wanted = None
        if self._task is not None:
            self._task.cancel()
        self._surroundings.stop()

    def _name_here(self) -> bytes | None:
        return self.place.path.rpartition(b"/")[2] if self.place is not None else None

    def _start(self, place: Place, arrived: Arrived, select: bytes | None, sought: Sought = NOTHING) -> None:
        self.stop()
        self.wanted = place
        self._task = spawn(self._visit(place, arrived, select, sought), name=f"list {display_name(place.path)}")
        self._task.add_done_callback(self._on_task_done)
        self.busy_changed.emit(self.is_busy)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task = self.wanted = None
            self.busy_changed.emit(self.is_busy)

    async def _visit(self, place: Place, arrived: Arrived, select: bytes | None, sought: Sought) -> None:
        engine = self._find_engine(place.session)
        if engine is None:
            return
        try:
            await self._mount(engine, place)
            if sought:
                self._show(place, arrived, sought)
                await self._take_found(self.findings.pages(engine, place.path, sought))
            else:
                await self._list(engine, place, arrived)
            self._to_select = select
            self._table.finish()
        except Cancelled:
            return
        except EngineError as error:
            self._settle(place)
            self.failed.emit(error, place)
            await self._mount_shown_again(engine, place)
            return
        self._surroundings.learn(engine, place)

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

    async def _list(self, engine: ImageEngine, place: Place, arrived: Arrived) -> None:
        folders: list[bytes] = []
        is_shown = False
        async with aclosing(engine.listing(place.path)) as pages:
            async for page in pages:
                if not is_shown:
                    self._show(place, arrived)
                    is_shown = True
                folders += folders_in(page)
                await self._take(page)
        if not is_shown:
            self._show(place, arrived)
        self._tree.set_children(place.path, folders)

    async def _take(self, page: list[FolderEntry]) -> None:
        for start in range(0, len(page), SLICE):
            self._table.append(page[start : start + SLICE])
            await asyncio.sleep(0)  # NB: pages that have come already are given without a turn of the loop

    async def _take_found(self, found: AsyncGenerator[list[FolderEntry], None]) -> None:
        async with aclosing(found) as pages:
            async for page in pages:
                await self._take(page)
        if self.findings.are_too_many:
            self.found_many.emit(self.findings.count)

    def _settle(self, wanted: Place) -> None:
        """Complete a table whose listing was broken off; list again if that was for the sake of another place."""
        if not self._table.is_listing:
            return
        if self.place is not None and self.place != wanted and not self.place.session.death:
            asyncio.get_running_loop().call_soon(self.reload)
        else:
            self._table.finish(is_whole=False)

    def _on_table_listing_finished(self) -> None:
        """Select only now: before, rows move."""
        name, self._to_select = self._to_select, None
        if name is not None:
            self.select_requested.emit(name)

    def _show(self, place: Place, arrived: Arrived, sought: Sought = NOTHING) -> None:
        old, self.place = self.place, place
        self.sought, self._is_broken_off = sought, False
        self.findings.begin()
        if old is None or (old.session, old.tree) != (place.session, place.tree):
            self._surroundings.enter(place)
        self._table.begin(is_found=bool(sought))
        self.wanted = None
        arrived()

    def _arrive(self, place: Place, remember: Callable[[], None]) -> None:
        remember()
        self.place_changed.emit(place)

    def _on_tree_children_requested(self, node: FolderNode) -> None:
        place = self.place
        engine = self._find_engine(place.session) if place is not None else None
        if engine is not None:
            self._surroundings.load_children(engine, node.path)
