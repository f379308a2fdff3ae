"""Jobs that are no extractions: a device that is saved, files that are put into an image. The shelf shows them alike.

GUI thread. What a job does is a coroutine, made anew for each try; a job that is cancelled, or fails, leaves nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.operations.job_tasks import JobTasks


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


class ImageJobs(JobTasks):
    """Runs jobs.

    Args:
        model: Shows them.
    """

    def __init__(self, model: JobsModel) -> None:
        super().__init__(model)
        self._work: dict[int, Work] = {}

    def add(self, job: Job, work: Work) -> Job:
        """Queue a job."""
        self._model.add(job)
        self._work[job.id] = work
        self._start(job)
        return job

    def retry(self, number: object) -> None:
        """Try a job again that is over."""
        job = self._model.find(number)
        if job is not None and job.is_over and job.id in self._work:
            job.requeue()
            self._start(job)

    def _turn(self, job: Job) -> AbstractAsyncContextManager[object]:
        return self._work[job.id].turns()

    async def _do(self, job: Job) -> None:
        outcome = await self._work[job.id].run(job)
        job.finish(JobState.DONE, note=outcome.note, details=outcome.details)
