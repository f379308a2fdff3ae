"""Wiring of further disks: the action, the file dialog, the offer where one is missing, where one goes. GUI thread."""

from __future__ import annotations

import functools
import os

from cutaway.errors import EngineError
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.names import image_name
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.further_disks import FurtherDisks
from cutaway_app.windows.failures import refused_file
from cutaway_app.windows.image_choice import FILTERS
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices


class DisksWiring(QObject):
    """Connects the window with what adds disks to images.

    Attributes:
        can_add: Tells whether an image can get another disk now.
    """

    def __init__(
        self, window: MainWindow, navigator: Navigator, shown: ImageWiring, disks: FurtherDisks, notices: Notices
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._shown = window, navigator, shown
        self._disks, self._notices = disks, notices
        self.can_add = disks.can_add
        window.actions_["add_disk"].triggered.connect(self._choose_for_current)
        window.overview.disk_requested.connect(self._choose_for_current)
        shown.helps = self._helps
        disks.busy_changed.connect(self._on_busy_changed)
        disks.adding.connect(navigator.forget)
        disks.added.connect(self._on_added)
        disks.failed.connect(self._on_failed)
        shown.current_changed.connect(self.refresh)
        window.models.sidebar.dataChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Enable the action where it can be done."""
        self._window.actions_["add_disk"].setEnabled(self.can_add(self._shown.current))

    def _helps(self, session: ImageSession) -> list[Answer]:
        lacks = session.survey is not None and session.survey.lacks_disk
        return [Answer("Add a Disk…", functools.partial(self.choose, session))] if lacks else []

    def _choose_for_current(self) -> None:
        if self._shown.current is not None:
            self.choose(self._shown.current)

    def choose(self, session: ImageSession) -> None:
        """Let the person choose the images of further disks, and add them."""
        dialog = QFileDialog(self._window, f"Further disks of {session.name}", os.path.dirname(session.path), FILTERS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Add")
        dialog.filesSelected.connect(functools.partial(self._disks.add, session))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_busy_changed(self, path: str) -> None:
        self._window.status.show_waiting(f"Adding {image_name(path)}…" if path else "")

    def _on_added(self, session: ImageSession, place: Place | None) -> None:
        """Offer the image with it from now on, and show what came with it if that is what is shown."""
        self._shown.offer(session)
        self._notices.hide(about=session)
        self.refresh()
        if session is not self._shown.current:
            return
        if place is not None:
            self._navigator.go(place)
        else:
            self._shown.show_overview_of(session)

    def _on_failed(self, session: ImageSession, path: str, error: EngineError) -> None:
        answers = []
        if file := refused_file(error, path, session.machine.allowed):
            answers.append(Answer("Add Anyway", functools.partial(self._allow, session, path, file)))
        text = explain(error, doing=f"{image_name(path)} cannot be added to {session.name}")
        self._notices.show_error(text, answers, about=self, is_local=True)

    def _allow(self, session: ImageSession, path: str, file: str) -> None:
        session.allow(file)
        self._disks.add(session, [path])
