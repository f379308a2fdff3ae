"""How any job runs: a task that waits for its turn, does the work, and says how it ended. GUI thread."""

from __future__ import annotations

import asyncio
import functools
from abc import abstractmethod
from contextlib import AbstractAsyncContextManager

from cutaway.errors import Cancelled, EngineError
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.jobs import Job, JobsModel, JobState


class JobTasks(QObject):
    """Runs jobs; what they do is said by who derives from it.

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
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def cancel(self, number: object) -> None:
        """Cancel a job; it says itself when that is done."""
        for running, task in self._tasks.items():
            if running == number:
                task.cancel()

    async def close(self) -> None:
        """Cancel all jobs and wait for their end."""
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
        async with self._turn(job):
            job.start()
            try:
                await self._do(job)
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
                self.job_done.emit(job)

    @abstractmethod
    def _turn(self, job: Job) -> AbstractAsyncContextManager[object]:
        """Return what is waited for before a job starts, and held while it runs."""

    @abstractmethod
    async def _do(self, job: Job) -> None:
        """Do a job, and finish it as done."""
