"""Wiring of images that are compressed: the offer, the file dialog, and what is shown when the image is there.

GUI thread.
"""

from __future__ import annotations

import os

from cutaway.decompression import decompressed_name
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import Job
from cutaway_app.names import image_name
from cutaway_app.operations.decompress_image import Decompressions, can_be_decompressed
from cutaway_app.operations.image_jobs import ImageJobs
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices


class DecompressWiring(QObject):
    """Connects the window with the decompressions."""

    def __init__(
        self, window: MainWindow, shown: ImageWiring, jobs: ImageJobs, decompressions: Decompressions, notices: Notices
    ) -> None:
        super().__init__()
        self._window, self._shown, self._notices = window, shown, notices
        self._decompressions = decompressions
        self._running: dict[int, tuple[ImageSession, str]] = {}
        shown.failures.offers = self._answers
        jobs.job_done.connect(self._on_job_done)

    def _answers(self, session: ImageSession) -> list[Answer]:
        return [Answer("Decompress…", lambda: self.choose_file(session))] if can_be_decompressed(session) else []

    def choose_file(self, session: ImageSession) -> None:
        """Let the person choose the new file, and make it."""
        dialog = QFileDialog(self._window, f"Decompress {session.name} to a new file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        folder, name = os.path.split(decompressed_name(session.path))
        dialog.setDirectory(folder)
        dialog.selectFile(name)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Decompress")
        dialog.fileSelected.connect(lambda target: self.start(session, target))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def start(self, session: ImageSession, target: str) -> Job:
        """Decompress an image to a file, and open that if the person still waits for it then."""
        self._notices.hide(about=session)
        job = self._decompressions.start(session.path, target)
        self._running[job.id] = session, target
        return job

    def _on_job_done(self, job: Job) -> None:
        """Show the image in place of the compressed one; somebody who went elsewhere meanwhile is only told."""
        if job.id not in self._running:
            return
        session, target = self._running.pop(job.id)
        if session is self._shown.current and can_be_decompressed(session):
            self._shown.open([target])
            self._shown.close(session)
        else:
            answer = Answer("Open", lambda: self._shown.open([target]))
            self._notices.show(f"{image_name(target)} is ready", "It was decompressed.", answers=[answer])
