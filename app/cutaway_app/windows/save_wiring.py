"""Wiring of saving a device as an image: the action, the menu of the overview, the file dialog. GUI thread."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from cutaway_app import resources
from cutaway_app.bridge.saving import SaveFormat
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import Job
from cutaway_app.operations.image_jobs import ImageJobs
from cutaway_app.operations.save_image import (
    SUFFIXES,
    Saves,
    format_of,
    short_name,
    suggested_name,
    what_is_saved,
    whole_drive,
)
from cutaway_app.settings import WindowSettings
from cutaway_app.windows.actions import NEEDS_SURVEY
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow

FILTERS: dict[SaveFormat, str] = {"qcow2": "qcow2 image (*.qcow2)", "raw": "Raw image (*.img *.raw *.dd *.bin)"}
Saved = Callable[[Job], None]


class SaveWiring(QObject):
    """Connects the window with the saves."""

    def __init__(
        self, window: MainWindow, shown: ImageWiring, jobs: ImageJobs, saves: Saves, settings: WindowSettings
    ) -> None:
        super().__init__()
        self._window, self._shown = window, shown
        self._saves, self._settings = saves, settings
        window.actions_["save_image"].triggered.connect(self._save_current)
        window.overview.save_requested.connect(self._save_current)
        window.overview.device_save_requested.connect(self._save_device)
        window.overview.device_menu_requested.connect(self._show_device_menu)
        window.shelf.cancel_requested.connect(jobs.cancel)
        window.shelf.retry_requested.connect(jobs.retry)
        jobs.job_failed.connect(lambda job: window.shelf.details_requested.emit(job.id))
        jobs.job_done.connect(self._on_job_done)
        shown.current_changed.connect(self.refresh)
        window.models.sidebar.dataChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Enable what can be done with the image that is shown."""
        session = self._shown.current
        self._window.actions_.enable(NEEDS_SURVEY, session is not None and bool(whole_drive(session)))

    def _on_job_done(self, job: Job) -> None:
        if job.note:
            self._window.shelf.details_requested.emit(job.id)

    def _save_current(self) -> None:
        session = self._shown.current
        if session is not None and whole_drive(session):
            self.choose_file(session, whole_drive(session))

    def _save_device(self, device: str) -> None:
        if self._shown.current is not None:
            self.choose_file(self._shown.current, device)

    def choose_file(self, session: ImageSession, device: str, saved: Saved | None = None) -> None:
        """Let the person choose the new file, and save a device to it.

        Args:
            session: The image.
            device: What of it.
            saved: Called with the job as soon as there is one.
        """
        dialog = QFileDialog(self._window, f"Save {what_is_saved(session, device)} as a new image")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(FILTERS.values()))
        dialog.setDirectory(self._settings.last_folder or os.path.expanduser("~"))
        dialog.setDefaultSuffix(SUFFIXES["qcow2"][0])
        dialog.filterSelected.connect(functools.partial(_follow_filter, dialog))
        dialog.selectFile(suggested_name(session, device) + SUFFIXES["qcow2"][0])
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Save")

        def chosen(target: str) -> None:
            job = self.save(session, device, target, _format_of_filter(dialog.selectedNameFilter()))
            if saved is not None:
                saved(job)

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, session: ImageSession, device: str, target: str, chosen: SaveFormat) -> Job:
        """Save a device to a file whose name tells the format, or else is of the chosen one."""
        self._settings.last_folder = os.path.dirname(target)
        return self._saves.save(session, device, target, format_of(target, chosen))

    def _show_device_menu(self, device: str, place: QPoint) -> None:
        session = self._shown.current
        if session is not None:
            menu = QMenu(self._window)
            menu.aboutToHide.connect(menu.deleteLater)
            self.add_save(menu, session, device)
            menu.popup(place)

    def add_save(self, menu: QMenu, session: ImageSession, device: str) -> QAction:
        """Offer in a menu to save a device."""
        action = menu.addAction(f"Save {short_name(device)} as Image…")
        action.setToolTip("Save it to a new image file; what is empty takes no space")
        resources.set_icon(action, "save")
        action.triggered.connect(lambda: self.choose_file(session, device))
        return action


def _follow_filter(dialog: QFileDialog, shown: str) -> None:
    """Let the new file's name tell the format that was chosen."""
    suffix = SUFFIXES[_format_of_filter(shown)][0]
    dialog.setDefaultSuffix(suffix)
    for path in dialog.selectedFiles()[:1]:
        stem, old = os.path.splitext(os.path.basename(path))
        if any(old in known for known in SUFFIXES.values()):
            dialog.selectFile(stem + suffix)


def _format_of_filter(text: str) -> SaveFormat:
    return next((known for known, shown in FILTERS.items() if shown == text), "qcow2")
