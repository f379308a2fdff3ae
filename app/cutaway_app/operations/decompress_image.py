"""Make an image of one that is compressed: a job, which needs no appliance. GUI thread; asks nobody."""

from __future__ import annotations

import os

from cutaway.decompression import can_decompress
from cutaway.errors import ImageCompressed

from cutaway_app.bridge.decompressing import decompress
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import Job
from cutaway_app.names import image_name
from cutaway_app.operations.image_jobs import ImageJobs, Outcome, Work
from cutaway_app.operations.job_queue import JobQueue
from cutaway_app.operations.save_image import teller


class Decompressions:
    """Decompresses images.

    Args:
        jobs: Runs the work.
        queue: Gives the turns.
    """

    def __init__(self, jobs: ImageJobs, queue: JobQueue) -> None:
        self._jobs = jobs
        self._queue = queue

    def start(self, source: str, target: str) -> Job:
        """Decompress an image into a new file."""
        title = f"Decompress {image_name(source)} → {image_name(target)}"
        job = Job(title, destination=os.path.dirname(target), undone="was not decompressed", can_hold=False)

        async def run(job: Job) -> Outcome:
            await decompress(source, target, teller(job))
            return Outcome()

        return self._jobs.add(job, Work(run, lambda: self._queue.turn(job)))


def can_be_decompressed(session: ImageSession) -> bool:
    """Return whether an image is not open because it is compressed, by what can be undone here."""
    error = session.error
    if session.machine.inside is not None:  # it is no file of this computer
        return False
    return isinstance(error, ImageCompressed) and error.file == session.path and can_decompress(error.program)
