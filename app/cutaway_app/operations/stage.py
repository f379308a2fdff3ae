"""Make files of an image ready on this computer, for a paste or for a drag to a program that takes only such files.

GUI thread; the extraction is a job like any other, and what blocks is done in a thread. One batch for each purpose is
ready at a time: it lives until the next one is, or until the program ends.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Literal

from cutaway.transfer.journal import remove_tree
from cutaway.transfer.policy import ExtractPolicy
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.bridge.tasks import spawn
from cutaway_app.drag.staging import StagingFolder
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.operations.extract import JobRunner, title_of

Purpose = Literal["paste", "drag"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Files on their way, or ready.

    Attributes:
        work: What was asked for; its folder is the batch's own.
        limit_bytes: Above this the job is ended before it has begun to write much; None: never.
        paths: Where they lie, once they are ready.
        note, details: What a person should know though they are ready; "" if nothing.
        is_fresh: Whether it may be taken for what is in the image.
    """

    work: Extraction
    purpose: Purpose
    limit_bytes: int | None
    paths: tuple[str, ...] = ()
    note: str = ""
    details: str = ""
    is_fresh: bool = True

    def is_of(self, work: Extraction) -> bool:
        """Tell whether this is the same selection."""
        mine = self.work
        same_place = (mine.machine, mine.tree) == (work.machine, work.tree)
        return same_place and sorted(mine.paths) == sorted(work.paths)


class Stager(QObject):
    """Makes batches ready.

    Args:
        jobs: Does the work.
        parent_folder: Where to make the private folder; without, in the user's cache.

    Signals:
        ready(object): a `Batch` is; the one before, of the same purpose, is being removed.
        too_large(object, object): a `Batch` was given up, since it has so many bytes (int).
    """

    ready = Signal(object)
    too_large = Signal(object, object)

    def __init__(self, jobs: JobRunner, parent_folder: str | None = None) -> None:
        super().__init__()
        self._jobs, self._parent_folder = jobs, parent_folder
        self._folder: StagingFolder | None = None
        self._batches: dict[int, Batch] = {}
        self._ready: dict[Purpose, Batch] = {}
        self._latest: Job | None = None
        jobs.job_done.connect(self._on_job_done)

    def stage(self, work: Extraction, purpose: Purpose, limit_bytes: int | None) -> Job:
        """Begin to make a selection ready; an earlier one that is not yet is given up.

        Raises:
            OSError: There is no place for it.
        """
        if self._latest is not None:
            self._jobs.cancel(self._latest.id)
        if self._folder is None:
            self._folder = StagingFolder(self._parent_folder)
        work = replace(work, folder=self._folder.new_batch(), policy=ExtractPolicy())
        job = self._latest = self._jobs.add(work, title=f"{title_of(work)} → temporary folder")
        self._batches[job.id] = Batch(work, purpose, limit_bytes)
        job.changed.connect(lambda: self._check_size(job))
        return job

    def find(self, work: Extraction) -> Batch | None:
        """Return a batch of this selection that is ready."""
        return next((batch for batch in self._ready.values() if batch.is_fresh and batch.is_of(work)), None)

    def forget(self) -> None:
        """Find none of those that are ready now: the image may not be what it was. Their files stay for a paste."""
        self._ready = {purpose: replace(batch, is_fresh=False) for purpose, batch in self._ready.items()}

    def _check_size(self, job: Job) -> None:
        batch = self._batches[job.id]
        limit = batch.limit_bytes
        if limit is not None and job.state is JobState.RUNNING and job.bytes_total > limit:
            self._batches[job.id] = replace(batch, limit_bytes=None)
            self._jobs.cancel(job.id)
            self.too_large.emit(batch, job.bytes_total)

    def _on_job_done(self, job: Job) -> None:
        batch = self._batches.get(job.id)
        if batch is None or not job.results:
            return
        ready = replace(batch, paths=job.results, note=job.note, details=job.details)
        older, self._ready[batch.purpose] = self._ready.get(batch.purpose), ready
        if older is not None and older.work.folder != batch.work.folder:
            spawn(self._remove(older.work.folder), name="remove an older batch")
        self.ready.emit(ready)

    async def _remove(self, folder: str) -> None:
        try:
            await asyncio.to_thread(remove_tree, folder)
        except OSError as error:
            log.warning("%s cannot be removed now: %s", folder, error)

    async def close(self) -> None:
        """Remove all that is ready. The jobs must be over."""
        folder, self._folder, self._ready = self._folder, None, {}
        if folder is not None:
            try:
                await asyncio.to_thread(folder.remove)
            except OSError as error:
                log.warning("%s cannot be removed now: %s", folder.path, error)
