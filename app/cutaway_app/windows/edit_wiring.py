"""Wiring of editing: begin and end it, put files in by dialog, drop and paste, say that it is so. GUI thread."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from cutaway.errors import EngineError
from cutaway.insertion.policy import InsertPolicy
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from cutaway_app.bridge.tasks import async_slot
from cutaway_app.drag.incoming import paths_of
from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.jobs import Job
from cutaway_app.names import display_line, display_name, join_path
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.edit_image import Edits
from cutaway_app.operations.image_jobs import ImageJobs
from cutaway_app.settings import WindowSettings
from cutaway_app.widgets.drop_target import DropTarget
from cutaway_app.windows.actions import EDIT_ONLY, NEEDS_EDITED
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices
from cutaway_app.windows.where import Where


class EditWiring(QObject):
    """Connects the window with the edits.

    Attributes:
        move_here: Moves what was cut in the image to a place; False if nothing was.
    """

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        edits: Edits,
        jobs: ImageJobs,
        *,
        shown: ImageWiring,
        where: Where,
        notices: Notices,
        settings: WindowSettings,
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._edits = window, navigator, edits
        self._shown, self._where = shown, where
        self._notices, self._settings = notices, settings
        self._table = window.models.table
        self.move_here: Callable[[Place], bool] = lambda _: False
        self.drops = DropTarget(window.browser.table, self._is_folder)
        self.drops.files_dropped.connect(self._on_files_dropped)
        edits.begun.connect(self._on_begun)
        edits.refused.connect(self._on_refused)
        edits.arrived.connect(self._on_arrived)
        jobs.job_failed.connect(self._on_job_failed)
        self._connect_actions()
        for signal in (shown.current_changed, navigator.place_changed, navigator.busy_changed):
            signal.connect(self.refresh)
        window.pages.currentChanged.connect(self.refresh)
        window.models.sidebar.dataChanged.connect(self.refresh)
        window.models.jobs.dataChanged.connect(self.refresh)
        self.refresh()

    def _connect_actions(self) -> None:
        actions, window = self._window.actions_, self._window
        actions["edit"].triggered.connect(self._begin)
        window.overview.edit_requested.connect(actions["edit"].trigger)
        actions["edit_end"].triggered.connect(self._end)
        actions["put_files"].triggered.connect(lambda: self._choose(QFileDialog.FileMode.ExistingFiles))
        actions["put_folder"].triggered.connect(lambda: self._choose(QFileDialog.FileMode.Directory))
        paste = actions["paste"]  # among the files only: elsewhere the key pastes text
        window.removeAction(paste)
        paste.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        window.browser.addAction(paste)
        paste.triggered.connect(self._paste)

    def refresh(self, *_: object) -> None:
        """Show whether the image that is shown is edited, and enable what can be done."""
        window, session, place = self._window, self._shown.current, self._where.place
        is_edited = session is not None and session.is_edited
        can_put = is_edited and place is not None and place.session is session
        can_begin = session is not None and session.can_be_edited
        window.actions_["edit"].setEnabled(can_begin)
        window.actions_["edit"].setVisible(not is_edited)
        window.actions_["edit_end"].setEnabled(is_edited)
        for name in EDIT_ONLY:
            window.actions_[name].setVisible(is_edited)
        window.actions_.enable(NEEDS_EDITED, can_put)
        window.actions_["paste"].setEnabled(place is not None)
        self.drops.switch(on=can_put)
        window.status.show_mode(is_edited=is_edited)
        if session is not None and is_edited:
            waits_for = self._edits.busy_with(session) if self._navigator.is_busy else ""
            window.edit_bar.show_state(session.name, is_unsaved=session.is_unsaved, waits_for=waits_for)
        else:
            window.edit_bar.hide()

    def _begin(self) -> None:
        if self._shown.current is not None:
            self._edits.begin(self._shown.current)

    def _end(self) -> None:
        session = self._shown.current
        if session is not None:
            self._shown.guard(functools.partial(self._shown.restart, session), [session])

    def _on_begun(self, session: ImageSession, warnings: list[str]) -> None:
        self._notices.leave()
        if warnings:
            said = " ".join(map(display_line, warnings))
            self._notices.show(session.name, said, "warning", about=session, is_local=True)
        self.refresh()

    def _on_refused(self, session: ImageSession, error: EngineError) -> None:
        text = explain(error, doing=f"{session.name} cannot be edited")
        self._notices.show_error(text, about=session, is_local=True)
        self._navigator.reload()

    def _on_job_failed(self, job: Job) -> None:
        """Let the appliance's end be what is told, and what is lost by it, rather than each job's."""
        session = self._edits.session_of(job)
        if session is not None and session.death:
            self._shown.restarts.tell(session)

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        place = self._where.place
        if place is None:
            return
        what = "a folder" if mode == QFileDialog.FileMode.Directory else "files"
        title = f"Put {what} into {display_name(place.path)} of {place.session.name}"
        dialog = QFileDialog(self._window, title, self._settings.last_source or os.path.expanduser("~"))
        dialog.setFileMode(mode)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, mode == QFileDialog.FileMode.Directory)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Put in")
        dialog.filesSelected.connect(functools.partial(self._put_chosen, place))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _put_chosen(self, place: Place, paths: list[str]) -> None:
        if paths:
            self._settings.last_source = os.path.dirname(paths[0])
        self.put(place, paths)

    def put(self, place: Place, paths: list[str]) -> Job | None:
        """Put files and folders of this computer into a folder of the image, by the rule for names that are taken."""
        if not paths:
            title = "There is nothing that can be put in"
            text = "Copy files or folders of this computer, or drop them."
            self._notices.show(title, text, "warning", about=self, is_local=True)
            return None
        self._notices.hide(about=self)
        return self._edits.put(place, paths, InsertPolicy(conflict=self._settings.conflict))

    def _is_folder(self, row: int) -> bool:
        status = self._table.entry(row).stat
        return status is not None and status.is_dir

    def _on_files_dropped(self, paths: list[str], row: int) -> None:
        place = self._where.place
        if place is not None and row >= 0:
            place = Place(place.session, place.tree, join_path(place.path, self._table.entry(row).name))
        if place is not None:
            self.put(place, paths)

    def _paste(self) -> None:
        place = self._where.place
        if place is None:
            return
        if place.session.is_edited and self.move_here(place):
            return
        paths = paths_of(QGuiApplication.clipboard().mimeData())
        if place.session.is_edited:
            self.put(place, paths)
        elif paths:
            title = f"{place.session.name} is only looked at"
            text = "Edit a copy of it to put files in; the image itself is never written."
            can_begin = place.session.can_be_edited
            if not can_begin:
                text = "Only a machine of one disk can be edited, and only while nothing else is done with its disks."
            begin = functools.partial(self._edits.begin, place.session)
            answers = [Answer("Edit a Copy", begin)] if can_begin else []
            self._notices.show(title, text, "info", answers, about=self, is_local=True)

    @async_slot
    async def _on_arrived(self, place: Place, paths: tuple[bytes, ...]) -> None:
        """Show what has come, if its folder is shown."""
        is_leaving = self._navigator.wanted is not None
        if self._navigator.place == place and paths and not is_leaving:
            self._navigator.reload(select=paths[0].rpartition(b"/")[2])
        try:
            await self._edits.measure(place.session)
        except EngineError:
            return  # the appliance has ended, which is told elsewhere
