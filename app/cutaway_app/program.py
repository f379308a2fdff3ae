"""All parts of the running program, built and joined here and ended here. GUI thread, inside the running loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import shiboken6
from cutaway.aio import AsyncHandle
from cutaway.errors import EngineError
from cutaway.unlocking import Unlocked
from PySide6.QtCore import QObject

from cutaway_app.bridge.bulk import Extractor
from cutaway_app.bridge.garbage import GarbageCollector
from cutaway_app.bridge.image_edit import ImageEdit
from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.log_feed import LogFeed, LogHandler
from cutaway_app.bridge.sample import Sample, real_sample
from cutaway_app.bridge.saving import Saver
from cutaway_app.bridge.standby import Standby
from cutaway_app.bridge.tasks import finish_all
from cutaway_app.crash_report import CrashReporter
from cutaway_app.error_messages import explain
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderTreeModel
from cutaway_app.models.jobs import JobsModel
from cutaway_app.models.log import LogModel
from cutaway_app.models.sidebar import SidebarModel
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.change_image import Changes
from cutaway_app.operations.decompress_image import Decompressions
from cutaway_app.operations.edit_image import Edits
from cutaway_app.operations.extract import JobRunner
from cutaway_app.operations.further_disks import FurtherDisks
from cutaway_app.operations.image_jobs import ImageJobs
from cutaway_app.operations.job_queue import JobQueue
from cutaway_app.operations.mount_image import FolderMounts
from cutaway_app.operations.open_image import Images
from cutaway_app.operations.preview import Previewer
from cutaway_app.operations.preview_extraction import ExtractionPreviews
from cutaway_app.operations.save_image import Saves
from cutaway_app.operations.stage import Stager
from cutaway_app.operations.unlock_image import Unlocks
from cutaway_app.settings import WindowSettings
from cutaway_app.windows.browse_wiring import BrowseWiring
from cutaway_app.windows.busy_wiring import BusyWiring
from cutaway_app.windows.change_wiring import ChangeWiring
from cutaway_app.windows.chosen import Chosen
from cutaway_app.windows.closing import ClosingGuard
from cutaway_app.windows.decompress_wiring import DecompressWiring
from cutaway_app.windows.disks_wiring import DisksWiring
from cutaway_app.windows.drag_wiring import DragWiring
from cutaway_app.windows.edit_wiring import EditWiring
from cutaway_app.windows.icons import RowIcons
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.inside_wiring import InsideWiring
from cutaway_app.windows.job_wiring import JobWiring
from cutaway_app.windows.link_wiring import LinkWiring
from cutaway_app.windows.main_window import MainWindow, Models
from cutaway_app.windows.menu_entry_wiring import MenuEntryWiring
from cutaway_app.windows.mount_wiring import MountWiring
from cutaway_app.windows.notices import Notices
from cutaway_app.windows.pane_wiring import PaneWiring
from cutaway_app.windows.save_wiring import SaveWiring
from cutaway_app.windows.search_wiring import SearchWiring
from cutaway_app.windows.selection_wiring import SelectionWiring
from cutaway_app.windows.sidebar_menu import SidebarMenu
from cutaway_app.windows.system_wiring import SystemWiring
from cutaway_app.windows.unlock_wiring import UnlockWiring
from cutaway_app.windows.unsaved import UnsavedGuard
from cutaway_app.windows.view_wiring import ViewWiring
from cutaway_app.windows.where import Where

#: How long closing may take in all, and what of it the jobs may.
CLOSE_S, TASKS_S = 1.8, 0.3
#: How long another thread may keep Python's lock while the GUI waits for it; Python's own 5 ms add up to stalls.
SWITCH_S = 0.0005
log = logging.getLogger("cutaway")


class Program:
    """The window with all that works behind it.

    Args:
        make: Makes a handle for the image of a path; "" for one in reserve.
        settings: What is remembered.
        sample: The sample image; None: the real one.
        standby: Whether to keep an appliance in reserve.

    Attributes:
        window: The main window.
        closed: Is set when the person has closed the window.
    """

    def __init__(
        self,
        make: Callable[[str], AsyncHandle],
        settings: WindowSettings,
        sample: Sample | None = None,
        *,
        standby: bool = True,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._garbage = GarbageCollector()
        self._garbage.start()
        sys.setswitchinterval(SWITCH_S)
        self.closed = asyncio.Event()
        self._is_closed = False
        icons = RowIcons()
        self.models = Models(
            FolderTableModel(icons), FolderTreeModel(icons), SidebarModel(icons), JobsModel(), LogModel()
        )
        self._feed = LogFeed(self.models.log)
        self._log_handler = LogHandler(self._feed, self._loop)
        log.addHandler(self._log_handler)
        sample = sample or real_sample()
        self._standby = Standby(lambda: make(""), enabled=standby, stage=sample.path)
        self.images = Images(self._standby, sample, self._feed.listener)
        self.navigator = Navigator(self.images.engine, self.models.table, self.models.tree)
        self.previewer = Previewer(self.images.engine)
        self.image_jobs = ImageJobs(self.models.jobs)
        self.edits = Edits(self.images.engine, self.image_jobs)
        self.queue = JobQueue(settings.jobs_at_once)
        self.saves = Saves(
            self.image_jobs, Saver(make, self._feed.listener, self._find_unlocked), self.edits, self.queue
        )
        extractor = Extractor(make, self._feed.listener, self._find_edit, self._find_unlocked)
        self.jobs = JobRunner(self.models.jobs, extractor, self.queue)
        self.stager = Stager(self.jobs)
        self.extraction_previews = ExtractionPreviews(self._find_shown)
        self.folder_mounts = FolderMounts(self._find_unlocked)
        self.unlocks = Unlocks(self.images.engine)
        self.further_disks = FurtherDisks(self.images.engine)
        self.window = MainWindow(self.models, settings)
        self._wire(settings, icons)
        self.window.closing.connect(self.closed.set)
        self._garbage.settle()
        self._loop.set_exception_handler(self._on_loop_exception)

    def _wire(self, settings: WindowSettings, icons: RowIcons) -> None:
        window = self.window
        self.notices = Notices(window.banner)
        self.image_wiring = ImageWiring(window, self.images, self.navigator, self.notices, settings)
        self._where = Where(window, self.navigator, self.image_wiring)
        self._search_wiring = SearchWiring(window, self.navigator)
        self._selection = SelectionWiring(window, self.previewer, self._where, self._search_wiring)
        self._browse_wiring = BrowseWiring(
            window, self.navigator, images=self.image_wiring, where=self._where, selection=self._selection,
            notices=self.notices, find_engine=self.images.engine,
        )  # fmt: skip
        self._busy_wiring = BusyWiring(window, self.navigator)
        self._link_wiring = LinkWiring(
            window, self.navigator, where=self._where, search=self._search_wiring, notices=self.notices,
            find_engine=self.images.engine,
        )  # fmt: skip
        self.inside_wiring = InsideWiring(
            window, self.previewer, where=self._where, images=self.image_wiring, notices=self.notices,
            find_engine=self.images.engine,
        )  # fmt: skip
        self._browse_wiring.file_opened = self.inside_wiring.open_if_image
        chosen = Chosen(window, self.navigator)
        self.job_wiring = JobWiring(
            window,
            self.navigator,
            self.jobs,
            self.queue,
            chosen=chosen,
            notices=self.notices,
            settings=settings,
            previews=self.extraction_previews,
        )
        self.drag_wiring = DragWiring(
            window, chosen=chosen, stager=self.stager, jobs=self.job_wiring, notices=self.notices
        )
        self._wire_edits(settings)
        self._mount_wiring = MountWiring(
            window, self.navigator, self.images, self.image_wiring, self.folder_mounts, self.notices
        )
        self.unlock_wiring = UnlockWiring(
            window, self.navigator, self.images, self.image_wiring, self.unlocks, self.notices
        )
        self.unlock_wiring.has_key = lambda session: (
            bool(self.models.jobs.active) or self.folder_mounts.of(session) is not None
        )
        self.disks_wiring = DisksWiring(window, self.navigator, self.image_wiring, self.further_disks, self.notices)
        self.system_wiring = SystemWiring(window, self.image_wiring, self.images.engine)
        self._sidebar_menu = SidebarMenu(
            window, self.image_wiring, self.save_wiring, self.disks_wiring, self.unlock_wiring
        )
        self._pane_wiring = PaneWiring(window, self._where)
        self._view_wiring = ViewWiring(window, settings, icons)
        self._menu_entry_wiring = MenuEntryWiring(window, self.notices)
        window.log_pane.save_failed.connect(
            lambda error: self.notices.show_error(explain(error, doing="The log was not saved"))
        )
        self.crashes = CrashReporter(lambda: window if window.isVisible() else None)

    def _wire_edits(self, settings: WindowSettings) -> None:
        window, images = self.window, self.image_wiring
        self.save_wiring = SaveWiring(window, images, self.image_jobs, self.saves, settings)
        decompressions = Decompressions(self.image_jobs, self.queue)
        self.decompress_wiring = DecompressWiring(window, images, self.image_jobs, decompressions, self.notices)
        self.edit_wiring = EditWiring(
            window, self.navigator, self.edits, self.image_jobs,
            shown=images, where=self._where, notices=self.notices, settings=settings,
        )  # fmt: skip
        self.changes = Changes(self.edits)
        self.change_wiring = ChangeWiring(
            window, self.navigator, self.changes, chosen=Chosen(window, self.navigator), where=self._where,
            notices=self.notices,
        )  # fmt: skip
        self.edit_wiring.move_here = self.change_wiring.paste
        self._guard = UnsavedGuard(window, self.edits, self.save_wiring)
        images.guard = self._guard.before
        self.closing_guard = ClosingGuard(window, self.jobs)
        window.before_closing = lambda close: self.closing_guard.before(
            lambda: self._guard.before(close, self.models.sidebar.sessions)
        )
        self.images.closed.connect(self.edits.forget)
        self.edits.arrived.connect(self.stager.forget)

    def _find_edit(self, key: str) -> ImageEdit | None:
        """Return what changes a machine, by its key, if it is edited."""
        found = (self.edits.find(session) for session in self.models.sidebar.sessions if session.machine.key == key)
        return next(found, None)

    def _find_unlocked(self, key: str) -> tuple[Unlocked, ...]:
        """Return what the person has unlocked of a machine, by its key."""
        engine = self._find_shown(key)
        return engine.unlocked if engine is not None else ()

    def _find_shown(self, key: str) -> ImageEngine | None:
        """Return the appliance that shows a machine, by its key."""
        found = (self.images.engine(session) for session in self.models.sidebar.sessions if session.machine.key == key)
        return next(found, None)

    def start(self, paths: list[str]) -> None:
        """Show the window and open images; with none get an appliance ready."""
        self.window.show()
        self.job_wiring.offer_unfinished()
        if paths:
            self.image_wiring.open(paths)
        else:
            self._standby.replenish()

    def _on_loop_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        is_ending = self._is_closed or self.closed.is_set()  # then nobody is there to be told
        if isinstance(error, EngineError) and not is_ending:
            self.notices.show_error(explain(error))
        elif isinstance(error, Exception) and not is_ending:
            self.crashes.report(error)
        else:
            loop.default_exception_handler(context)

    async def close(self) -> None:
        """End jobs, images and the reserve, at the latest after CLOSE_S. May be called again."""
        if self._is_closed:
            return
        self._is_closed = True
        self.window.hide()
        self.navigator.stop()
        self.previewer.stop()
        self.unlocks.stop()
        self.extraction_previews.stop()
        self.drag_wiring.clipboard.take_back()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                self.saves.kill_all()
                await asyncio.gather(self.jobs.close(), self.image_jobs.close())
                ours = (self._standby, self.stager, self.folder_mounts)
                await asyncio.gather(self.images.close_all(), *(part.close() for part in ours))
        await finish_all(TASKS_S)
        self._feed.flush()
        log.removeHandler(self._log_handler)
        self._detach()

    def _detach(self) -> None:
        """Destroy the window, views before models, now: Python's order at the end of a program is anybody's guess.

        Then all other parts: what their signals are connected to keeps them alive where Python's collector cannot look.
        """
        window = self.window
        for view in (window.browser.table, window.browser.tree, window.sidebar):
            view.setModel(None)
        shiboken6.delete(window)
        self._garbage.stop()
        models = (getattr(self.models, field.name) for field in fields(self.models))
        for part in (*vars(self).values(), *models):
            if isinstance(part, QObject) and shiboken6.isValid(part):
                shiboken6.delete(part)
