"""Extract files and folders, into a folder or an archive: jobs in the queue, each in an appliance of its own.

GUI thread. A job that is cancelled, or fails, leaves nothing behind; it can be tried again. Of one that is done but for
some files, another try gets only these.
"""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from cutaway.errors import EngineError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.job import ExtractOptions, ExtractReport, LeftOut, TransferProgress

from cutaway_app.bridge.bulk import Extraction, Extractor
from cutaway_app.figures import count_text, counted
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.names import display_name, image_name
from cutaway_app.operations.job_queue import JobQueue
from cutaway_app.operations.job_tasks import JobTasks

#: Security labels mean something on the machine that they come from only: not kept they are told among the details.
LABELS = b"security."
#: What most that the rules leave out is, by the engine's reason.
LINK = "symbolic link"


class JobRunner(JobTasks):
    """Runs extractions.

    Args:
        model: Shows them.
        extractor: Does the work.
        queue: Gives the turns.
    """

    def __init__(self, model: JobsModel, extractor: Extractor, queue: JobQueue) -> None:
        super().__init__(model)
        self._extractor = extractor
        self._queue = queue
        self._work: dict[int, Extraction] = {}
        self._controls: dict[int, TransferControl] = {}
        self._reports: dict[int, ExtractReport] = {}

    def add(self, work: Extraction, *, title: str = "") -> Job:
        """Queue an extraction; one with a title of its own goes where no person has to look."""
        destination = os.path.join(work.folder, work.archive) if work.archive else work.folder
        undone = "were not extracted" if len(work.paths) > 1 else "was not extracted"
        job = Job(title or title_of(work), destination="" if title else destination, undone=undone)
        self._model.add(job)
        self._work[job.id] = replace(work, is_remembered=not title)
        self._start(job)
        return job

    def hold(self, number: object) -> None:
        """Hold a job that runs; let one that is held go on."""
        job = self._model.find(number)
        if job is not None and job.id in self._controls:
            control = self._controls[job.id]
            control.go_on() if job.is_held else control.hold()
            job.hold(held=control.is_held)

    def retry(self, number: object) -> None:
        """Try a job again that is over; one that is done, only if it could not have everything."""
        job = self._model.find(number)
        is_complete = job is not None and job.state is JobState.DONE and not job.failures
        if job is not None and job.is_over and not is_complete and job.id in self._work:
            job.requeue()
            self._start(job)

    @property
    def leavable(self) -> list[Job]:
        """The jobs that run and can be left for later."""
        running = (self._model.find(number) for number in self._controls)
        return [job for job in running if job is not None and self._extractor.can_leave(self._work[job.id])]

    def leave(self) -> None:
        """Let what these jobs have extracted stay when the program ends; the next one offers to go on."""
        for job in self.leavable:
            self._controls[job.id].leave()

    async def close(self) -> None:
        """End all jobs now and wait for their end."""
        self._extractor.kill_all()
        await super().close()

    def _turn(self, job: Job) -> AbstractAsyncContextManager[object]:
        return self._queue.turn(job)

    async def _do(self, job: Job) -> None:
        self._finish(job, await self._extract(job))

    def _finish(self, job: Job, report: ExtractReport) -> None:
        """Take a report; that of another try stands for what was left of the earlier one."""
        work = self._work[job.id]
        whole = self._reports[job.id] = _after(self._reports.get(job.id) if work.failures else None, report)
        job.results, job.failures, job.skipped = report.destination_paths, report.failures, whole.skipped
        job.remarks = remarks_of(whole)
        job.bytes_done = report.bytes  # holes included: until now it said what had to be moved
        if not work.archive:
            manifest = "" if report.failures else work.manifest  # another try would list only what was left
            self._work[job.id] = replace(work, failures=report.failures or work.failures, manifest=manifest)
        job.finish(JobState.DONE, note=note_of(whole), details=details_of(whole))

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
    return f"{first} and {count_text(count)} more" if count else first


def note_of(report: ExtractReport) -> str:
    """Return what a person should know of a job that is done; empty if all is well."""
    notes = []
    if report.failures:
        notes.append(f"{len(report.failures)} could not be read")
    links = sum(LINK in one.reason for one in report.skipped)
    if links:
        notes.append(f"{counted(links, LINK)} left out")
    if others := len(report.skipped) - links:
        notes.append(f"{others} {'more ' if links else ''}left out")
    if report.renamed:
        notes.append(f"{len(report.renamed)} under another name")
    if lost := sum(one.count for one in report.not_kept if not one.what.startswith(LABELS)):
        notes.append(f"{lost} without all attributes")
    return ", ".join(notes)


def remarks_of(report: ExtractReport) -> tuple[LeftOut, ...]:
    """Return what was extracted, but not as it is in the image."""
    remarks = [LeftOut(one.path, f"now {display_name(one.name)}: {one.reason}") for one in report.renamed]
    for lost in report.not_kept:
        more = f" and of {count_text(lost.count - 1)} more" if lost.count > 1 else ""
        words = f"{display_name(lost.what)} of it{more} not kept: {lost.reason}"
        remarks.append(LeftOut(lost.examples[0] if lost.examples else b"", words))
    return tuple(remarks)


def details_of(report: ExtractReport) -> str:
    """Return what was not extracted as it is and why, a line each; empty if there is nothing."""
    told = (*report.failures, *report.skipped, *remarks_of(report))
    return "\n".join(f"{display_name(one.path)}: {one.reason}" for one in told)


def _after(earlier: ExtractReport | None, report: ExtractReport) -> ExtractReport:
    """Return what is to be said of an extraction after another try for what it could not have."""
    if earlier is None:
        return report
    return replace(
        report, skipped=(*earlier.skipped, *report.skipped),
        renamed=(*earlier.renamed, *(one for one in report.renamed if one not in earlier.renamed)),
        not_kept=(*earlier.not_kept, *(one for one in report.not_kept if one not in earlier.not_kept)),
    )  # fmt: skip
