"""Wiring of what leaves the image: extract to a folder, copy paths; and the shelf that shows the jobs.

GUI thread.
"""

from __future__ import annotations

import asyncio
import functools
import os
import shlex
from dataclasses import replace

from cutaway.transfer.journal import Unfinished, discard, unfinished
from cutaway.transfer.policy import Conflict
from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QApplication

from cutaway_app.bridge.bulk import Extraction, extraction_of
from cutaway_app.bridge.disk_questions import ask
from cutaway_app.bridge.tasks import spawn
from cutaway_app.error_messages import explain
from cutaway_app.models.jobs import Job
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.extract import JobRunner, title_of
from cutaway_app.operations.job_queue import JobQueue
from cutaway_app.operations.preview_extraction import ExtractionPreviews
from cutaway_app.settings import CONFLICTS, WindowSettings
from cutaway_app.widgets.job_details import JobDetails
from cutaway_app.windows.archive_dialog import ask_for_archive
from cutaway_app.windows.chosen import Chosen
from cutaway_app.windows.extract_dialogs import ExtractDialogs
from cutaway_app.windows.host_folder import open_folder
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices


class JobWiring(QObject):
    """Connects the window with the jobs."""

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        jobs: JobRunner,
        queue: JobQueue,
        *,
        chosen: Chosen,
        notices: Notices,
        settings: WindowSettings,
        previews: ExtractionPreviews,
    ) -> None:
        super().__init__()
        self.dialogs = ExtractDialogs(window, previews, settings, self._add)
        self._window, self._navigator, self._jobs = window, navigator, jobs
        self._chosen, self._notices, self._settings = chosen, notices, settings
        self._queue = queue
        self._decided: set[str] = set()
        window.actions_["extract"].triggered.connect(self._choose_folder)
        window.actions_["extract_archive"].triggered.connect(self._choose_archive)
        window.actions_["copy_name"].triggered.connect(self._copy_names)
        window.actions_["copy_path"].triggered.connect(self._copy_paths)
        window.browser.table.extract_requested.connect(self._choose_folder)
        window.shelf.cancel_requested.connect(jobs.cancel)
        window.shelf.hold_requested.connect(jobs.hold)
        window.shelf.retry_requested.connect(jobs.retry)
        window.shelf.open_destination_requested.connect(self._open_destination)
        window.shelf.details_requested.connect(self._show_details)
        window.shelf.clear_requested.connect(self._clear_finished)
        window.shelf.move_requested.connect(queue.move)
        window.shelf.at_once_requested.connect(self._set_at_once)
        window.shelf.at_once.show_number(queue.at_once)
        jobs.job_failed.connect(self._tell)
        jobs.job_done.connect(self._on_job_done)
        self._connect_conflicts()

    def _connect_conflicts(self) -> None:
        group = QActionGroup(self._window)
        for rule in CONFLICTS:
            action = self._window.actions_[f"conflict_{rule}"]
            group.addAction(action)
            action.setChecked(rule == self._settings.conflict)
            action.triggered.connect(lambda _on, rule=rule: self._choose_conflict(rule))

    def _choose_conflict(self, rule: Conflict) -> None:
        self._settings.conflict = rule

    def _choose_folder(self) -> None:
        work = self._chosen.work(self._chosen.paths())
        if work is not None:
            self.choose_folder(work)

    def choose_folder(self, work: Extraction) -> None:
        """Let the person choose where and how, and extract."""
        self.dialogs.open(work)

    def _choose_archive(self) -> None:
        work = self._chosen.work(self._chosen.paths())
        if work is not None:
            start = self._settings.last_folder or os.path.expanduser("~")
            ask_for_archive(self._window, work, start, functools.partial(self.extract_as, work))

    def extract_as(self, work: Extraction, archive: str, may_replace: bool) -> Job:  # noqa: FBT001 as the dialog tells
        """Extract into an archive whose name tells its format."""
        folder, name = os.path.split(archive)
        choices = self._settings.extraction
        policy = replace(choices.policy, conflict="replace" if may_replace else "rename")
        return self._add(replace(work, folder=folder, archive=name, policy=policy, verify=choices.verify))

    def _set_at_once(self, number: int) -> None:
        self._settings.jobs_at_once = self._queue.at_once = number

    def extract(self, work: Extraction, folder: str) -> Job:
        """Extract into a folder of the host, as was chosen last."""
        choices = self._settings.extraction
        return self._add(replace(work, folder=folder, policy=choices.policy, verify=choices.verify))

    def _add(self, work: Extraction) -> Job:
        self._settings.last_folder = work.folder
        return self._jobs.add(work)

    def offer_unfinished(self) -> None:
        """Ask what shall become of an extraction that a killed program has left, if there is one."""
        left = next((left for left in unfinished() if left.folder not in self._decided), None)
        if left is None:
            return
        self._decided.add(left.folder)
        work = extraction_of(left)
        if work is None:
            self._discard(left)
            return
        answers = [
            Answer("Go on", functools.partial(self._go_on, work)),
            Answer("Remove what is there", functools.partial(self._discard, left)),
        ]
        title = f"Extracting {title_of(work)} is not finished"
        self._notices.show(title, f"A part of it lies hidden in {work.folder}.", "warning", answers, about=left)

    def _go_on(self, work: Extraction) -> None:
        self._jobs.add(work)
        self.offer_unfinished()

    def _discard(self, left: Unfinished) -> None:
        """Remove what is left, in a thread: it may be much."""
        task = spawn(asyncio.to_thread(discard, left), name="discard")
        task.add_done_callback(lambda _: self.offer_unfinished())

    def _copy_names(self) -> None:
        names = self._chosen.names()
        if names:
            QGuiApplication.clipboard().setText("\n".join(path_for_clipboard(name) for name in names))

    def _copy_paths(self) -> None:
        place = self._navigator.place
        if place is not None:
            paths = self._chosen.paths() or [place.path]
            QGuiApplication.clipboard().setText("\n".join(path_for_clipboard(path) for path in paths))

    def _on_job_done(self, job: Job) -> None:
        QApplication.alert(self._window)
        if job.destination or not job.results:  # else what is ready is told, and the note with it
            self._tell(job)

    def _open_destination(self, number: object) -> None:
        job = self._window.models.jobs.find(number)
        if job is not None and job.destination:
            spawn(self._show_folder_of(job.destination), name="show destination")

    async def _show_folder_of(self, destination: str) -> None:
        is_folder = await ask(lambda: os.path.isdir(destination), otherwise=True)
        open_folder(destination if is_folder else os.path.dirname(destination), self._notices)

    def _show_details(self, number: object) -> None:
        """List what a job could not have; of another, say what became of it."""
        job = self._window.models.jobs.find(number)
        if job is None:
            return
        if not (job.failures or job.skipped or job.remarks):
            self._tell(job)
            return
        others = (*job.skipped, *job.remarks)
        details = JobDetails(job.title, failures=job.failures, others=others, note=job.note, parent=self._window)
        details.retry_requested.connect(lambda: self._retry(job))
        details.show()

    def _clear_finished(self) -> None:
        jobs = self._window.models.jobs
        for job in jobs.over:
            self._notices.hide(about=job)
        jobs.remove_finished()

    def _retry(self, job: Job) -> None:
        self._notices.hide(about=job)
        self._window.shelf.retry_requested.emit(job.id)

    def _tell(self, job: Job) -> None:
        """Say what became of a job, of whichever kind; to a person who looks elsewhere, that there is news."""
        QApplication.alert(self._window)
        if job.error is not None:
            answers = [Answer("Try again", lambda: self._retry(job))]
            self._notices.show_error(explain(job.error, doing=f"{job.title} {job.undone}"), answers, about=job)
        elif job.note:
            is_whole = job.remarks and not (job.failures or job.skipped)
            title = f"{job.title} {job.undone} {'as it is' if is_whole else 'completely'}"
            answers = [Answer("Retry What Failed", lambda: self._retry(job))] if job.failures else []
            if job.failures or job.skipped or job.remarks:
                answers.append(Answer("List…", lambda: self._show_details(job.id)))
            self._notices.show(title, f"{job.note}.", "warning", answers, about=job, details=job.details)


def path_for_clipboard(path: bytes) -> str:
    """Return a path as text; what is no text is quoted as a shell reads it back."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return text
    escaped = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b"\\'" else f"\\x{byte:02x}" for byte in path)
    return f"$'{escaped}'" if escaped != path.decode("latin-1") else shlex.quote(text)
