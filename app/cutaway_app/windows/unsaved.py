"""Asks what shall become of changes before they are gone: save, discard, or rather not. GUI thread; never blocks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.operations.edit_image import Edits
from cutaway_app.operations.save_image import whole_drive
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.save_wiring import SaveWiring

Act = Callable[[], None]
Button = QMessageBox.StandardButton


class UnsavedGuard(QObject):
    """Stands before everything that ends an appliance."""

    def __init__(self, window: MainWindow, edits: Edits, saving: SaveWiring) -> None:
        super().__init__()
        self._window, self._edits, self._saving = window, edits, saving
        self._is_asking = False

    def before(self, act: Act, sessions: Sequence[ImageSession]) -> None:
        """Do something that loses the changes of these images, once the person has decided about each of them."""
        unsaved = next((session for session in sessions if self._edits.is_unsaved(session)), None)
        if unsaved is None:
            act()
        elif not self._is_asking:
            others = [session for session in sessions if session is not unsaved]
            self._ask(unsaved, lambda: self.before(act, others), lambda: self.before(act, sessions))

    def _ask(self, session: ImageSession, discarded: Act, saved: Act) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names stand in it
        box.setWindowTitle("Cutaway")
        box.setText(f"Save what you have changed in the copy of {session.name}?")
        box.setInformativeText("It is lost otherwise. The image itself has not been changed.")
        box.setStandardButtons(Button.Save | Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Save)
        box.setEscapeButton(Button.Cancel)
        box.finished.connect(functools.partial(self._on_answer, session, discarded, saved))
        box.finished.connect(box.deleteLater)
        self._is_asking = True
        box.open()

    def _on_answer(self, session: ImageSession, discarded: Act, saved: Act, answer: int) -> None:
        self._is_asking = False
        if answer == Button.Discard:
            self._edits.give_up(session)
            discarded()
        elif answer == Button.Save:
            self._saving.choose_file(session, whole_drive(session), lambda job: self._watch(job, saved))

    def _watch(self, job: Job, saved: Act) -> None:
        """Go on when a job has saved the changes; if it fails, the person is told, and nothing is lost."""

        def look() -> None:
            if job.is_over:
                job.changed.disconnect(look)
                if job.state is JobState.DONE:
                    saved()

        job.changed.connect(look)
