"""Extract files and folders: a queue of jobs, two at once, each in an appliance of its own.

GUI thread. A job that is cancelled, or fails, leaves nothing behind; it can be tried again.
"""

from __future__ import annotations

import asyncio
import functools
from dataclasses import replace

from cutaway.errors import Cancelled, EngineError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions, ExtractReport, TransferProgress
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.bulk import Extraction, Extractor
from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.names import display_name, image_name

AT_ONCE = 2
#: Security labels mean something on the machine that they come from only: not kept they are told among the details.
LABELS = b"security."


class JobRunner(QObject):
    """Runs jobs.

    Args:
        model: Shows them.
        extractor: Does the work.

    Signals:
        job_done(object), job_failed(object): a `Job` is over.
    """

    job_done = Signal(object)
    job_failed = Signal(object)

    def __init__(self, model: JobsModel, extractor: Extractor) -> None:
        super().__init__()
        self._model = model
        self._extractor = extractor
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._work: dict[int, Extraction] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._controls: dict[int, TransferControl] = {}

    def add(self, work: Extraction, *, title: str = "") -> Job:
        """Queue an extraction; one with a title of its own goes where no person has to look."""
        job = Job(title or title_of(work), destination="" if title else work.folder)
        self._model.add(job)
        self._work[job.id] = replace(work, is_remembered=not title)
        self._start(job)
        return job

    def cancel(self, number: object) -> None:
        """Cancel a job; it says itself when that is done."""
        for running, task in self._tasks.items():
            if running == number:
                task.cancel()

    def hold(self, number: object) -> None:
        """Hold a job that runs; let one that is held go on."""
        job = self._model.find(number)
        if job is not None and job.id in self._controls:
            control = self._controls[job.id]
            control.go_on() if job.is_held else control.hold()
            job.hold(held=control.is_held)

    def retry(self, number: object) -> None:
        """Try a job again that is over."""
        job = self._model.find(number)
        if job is not None and job.is_over and job.id in self._work:
            job.requeue()
            self._start(job)

    def work_of(self, job: Job) -> Extraction:
        """Return what a job extracts."""
        return self._work[job.id]

    async def close(self) -> None:
        """End all jobs now and wait for their end."""
        self._extractor.kill_all()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, job: Job) -> None:
        task = spawn(self._run(job), name=f"job {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(functools.partial(self._on_task_done, job))

    def _on_task_done(self, job: Job, task: asyncio.Task[None]) -> None:
        self._tasks.pop(job.id, None)
        if task.cancelled() and not job.is_over:
            job.finish(JobState.CANCELLED)

    async def _run(self, job: Job) -> None:
        async with self._turns:
            job.start()
            try:
                report = await self._extract(job)
            except (Cancelled, asyncio.CancelledError):
                job.finish(JobState.CANCELLED)
            except EngineError as error:
                job.finish(JobState.FAILED, error=error)
                self.job_failed.emit(job)
            except Exception as error:
                job.finish(JobState.FAILED, error=error)
                self.job_failed.emit(job)
                raise
            else:
                job.results = report.destination_paths
                job.finish(JobState.DONE, note=note_of(report), details=details_of(report))
                self.job_done.emit(job)

    async def _extract(self, job: Job) -> ExtractReport:
        def progress(now: TransferProgress) -> None:
            job.advance(
                files_done=now.files_done, files_total=now.files_total,
                bytes_done=now.bytes_done, bytes_total=now.bytes_total, is_counted=now.is_counted,
            )  # fmt: skip

        def restarted(_: EngineError) -> None:
            job.count_restart()

        control = self._controls[job.id] = TransferControl()
        options = ExtractOptions(on_progress=progress, on_restart=restarted, control=control)
        try:
            return await self._extractor.run(self._work[job.id], options)
        finally:
            del self._controls[job.id]
            self._work[job.id] = replace(self._work[job.id], resume=None)


def title_of(work: Extraction) -> str:
    """Return what a job is called: what goes out, and from where."""
    first = display_name(work.paths[0].rpartition(b"/")[2]) or image_name(work.image)
    count = len(work.paths) - 1
    return f"{first} and {count} more" if count else first


def note_of(report: ExtractReport) -> str:
    """Return what a person should know of a job that is done; empty if all is well."""
    notes = []
    if report.failures:
        notes.append(f"{len(report.failures)} could not be read")
    if report.skipped:
        notes.append(f"{len(report.skipped)} left out")
    if report.renamed:
        notes.append(f"{len(report.renamed)} under another name")
    if lost := sum(one.count for one in report.not_kept if not one.what.startswith(LABELS)):
        notes.append(f"{lost} without all attributes")
    return ", ".join(notes)


def details_of(report: ExtractReport) -> str:
    """Return what was not extracted as it is and why, a line each; empty if there is nothing."""
    lines = [f"{display_name(one.path)}: {one.reason}" for one in (*report.failures, *report.skipped)]
    lines += [f"{display_name(one.path)}: now {display_name(one.name)}, {one.reason}" for one in report.renamed]
    for lost in report.not_kept:
        first = ", ".join(display_name(path) for path in lost.examples[:3])
        lines.append(f"{display_name(lost.what)} of {lost.count} not kept ({first} …): {lost.reason}")
    return "\n".join(lines)
