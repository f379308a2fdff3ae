"""Jobs that are no extractions: a device that is saved, files that are put into an image. The shelf shows them alike.

GUI thread. What a job does is a coroutine, made anew for each try; a job that is cancelled, or fails, leaves nothing.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from cutaway.errors import Cancelled, EngineError
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.jobs import Job, JobsModel, JobState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person should know of a job that is done: in a line, and at length; "" if all is well."""

    note: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What a job does.

    Attributes:
        run: Does it, telling the job how far it is.
        turns: Gives what is waited for before it starts, and held while it runs.
    """

    run: Callable[[Job], Awaitable[Outcome]]
    turns: Callable[[], AbstractAsyncContextManager[object]]


class ImageJobs(QObject):
    """Runs jobs.

    Args:
        model: Shows them.

    Signals:
        job_done(object), job_failed(object): a `Job` is over.
    """

    job_done = Signal(object)
    job_failed = Signal(object)

    def __init__(self, model: JobsModel) -> None:
        super().__init__()
        self._model = model
        self._work: dict[int, Work] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def add(self, job: Job, work: Work) -> Job:
        """Queue a job."""
        self._model.add(job)
        self._work[job.id] = work
        self._start(job)
        return job

    def cancel(self, number: object) -> None:
        """Cancel a job; it says itself when that is done."""
        for running, task in self._tasks.items():
            if running == number:
                task.cancel()

    def retry(self, number: object) -> None:
        """Try a job again that is over."""
        job = self._model.find(number)
        if job is not None and job.is_over and job.id in self._work:
            job.requeue()
            self._start(job)

    async def close(self) -> None:
        """Cancel all jobs and wait for their end."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, job: Job) -> None:
        task = spawn(self._run(job, self._work[job.id]), name=f"job {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(functools.partial(self._on_task_done, job))

    def _on_task_done(self, job: Job, task: asyncio.Task[None]) -> None:
        self._tasks.pop(job.id, None)
        if task.cancelled() and not job.is_over:
            job.finish(JobState.CANCELLED)

    async def _run(self, job: Job, work: Work) -> None:
        async with work.turns():
            job.start()
            try:
                outcome = await work.run(job)
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
                job.finish(JobState.DONE, note=outcome.note, details=outcome.details)
                self.job_done.emit(job)
