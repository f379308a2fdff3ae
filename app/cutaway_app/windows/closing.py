"""Asks before the window is closed over work that is not done. GUI thread; never blocks."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from cutaway_app.figures import count_text
from cutaway_app.models.jobs import Job
from cutaway_app.operations.extract import JobRunner
from cutaway_app.windows.main_window import MainWindow

Act = Callable[[], None]


class ClosingGuard(QObject):
    """Stands before the end of the program.

    Attributes:
        question: What is asked now; None if nothing is.
    """

    def __init__(self, window: MainWindow, jobs: JobRunner) -> None:
        super().__init__()
        self._window, self._jobs = window, jobs
        self.question: QMessageBox | None = None

    def before(self, close: Act) -> None:
        """Close, once the person has decided about the jobs that are not over."""
        active = self._window.models.jobs.active
        if not active:
            close()
        elif self.question is None:
            self._ask(active, close)

    def _ask(self, active: list[Job], close: Act) -> None:
        box = self.question = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names stand in it
        box.setWindowTitle("Cutaway")
        box.setText(_words(active))
        box.setInformativeText(self._consequence(active))
        stop = box.addButton("Stop and Close", QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton("Go On Later", QMessageBox.ButtonRole.AcceptRole) if self._jobs.leavable else None
        keep = box.addButton("Keep Working", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.finished.connect(functools.partial(self._on_answer, close, stop, later))
        box.open()

    def _consequence(self, active: list[Job]) -> str:
        left = len(self._jobs.leavable)
        if not left:
            return "If you close the window now, nothing of it is kept."
        if left == len(active):
            return "If you go on later, what has been extracted is kept, and Cutaway offers the rest when it starts."
        return "What extractions have copied can be kept, to go on later; nothing is kept of the other jobs."

    def _on_answer(self, close: Act, stop: object, later: object, _result: int) -> None:
        box, self.question = self.question, None
        if box is None:
            return
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is not None and clicked in {stop, later}:
            if clicked is later:
                self._jobs.leave()
            close()


def _words(active: list[Job]) -> str:
    if len(active) == 1:
        return f"The job “{active[0].title}” is not done yet. Stop it?"
    return f"{count_text(len(active))} jobs are not done yet. Stop them?"
