"""Save a drive, a partition or a volume of an image as a new image file: a job, in an appliance of its own.

GUI thread. Decides what a new file is called and of which format it is; asks nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cutaway_app.bridge.saving import SaveFormat, Saver, Saving
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.jobs import Job
from cutaway_app.names import display_line, image_name
from cutaway_app.operations.edit_image import Edits
from cutaway_app.operations.image_jobs import ImageJobs, Outcome, Work
from cutaway_app.operations.job_queue import JobQueue

#: How a file's name ends, by format; the first is what a new name gets.
SUFFIXES: dict[SaveFormat, tuple[str, ...]] = {"qcow2": (".qcow2",), "raw": (".img", ".raw", ".dd", ".bin")}


class Saves:
    """Saves devices.

    Args:
        jobs: Runs the work.
        saver: Does it.
        edits: Know which images are edited: these are saved with their changes, by their own appliances.
        queue: Gives the turns of the others.
    """

    def __init__(self, jobs: ImageJobs, saver: Saver, edits: Edits, queue: JobQueue) -> None:
        self._jobs = jobs
        self._saver = saver
        self._edits = edits
        self._queue = queue

    def save(self, session: ImageSession, device: str, target: str, image_format: SaveFormat) -> Job:
        """Save a device: with its changes if the image is edited, else as it is in the image file."""
        job = new_job(session, device, target)
        if session.is_edited:
            self._edits.watch(session, job)
            return self._jobs.add(job, self._edited(session, device, target, image_format))
        work = Saving(session.machine, device, target, image_format)

        async def run(job: Job) -> Outcome:
            await self._saver.run(work, teller(job))
            return Outcome()

        return self._jobs.add(job, Work(run, lambda: self._queue.turn(job)))

    def _edited(self, session: ImageSession, device: str, target: str, image_format: SaveFormat) -> Work:
        async def run(job: Job) -> Outcome:
            await self._edits.require(session).save(device, target, image_format, teller(job))
            if device == whole_drive(session):
                session.saved()
            return Outcome()

        return Work(run, lambda: self._edits.turns(session))

    def kill_all(self) -> None:
        """End all appliances at once."""
        self._saver.kill_all()


def new_job(session: ImageSession, device: str, target: str) -> Job:
    """Return the job that saves a device."""
    title = f"{what_is_saved(session, device)} → {image_name(target)}"
    return Job(title, destination=os.path.dirname(target), undone="was not saved", can_hold=False)


def teller(job: Job) -> Callable[[int, int], None]:
    """Return what takes bytes done and bytes in all for a job."""
    return lambda done, total: job.advance(files_done=0, files_total=0, bytes_done=done, bytes_total=total)


def whole_drive(session: ImageSession) -> str:
    """Return the device that is the whole image; "" while nothing is known, or if the machine has several drives."""
    devices = session.survey.devices if session.survey else []
    return devices[0].device if len(devices) == 1 else ""


def what_is_saved(session: ImageSession, device: str) -> str:
    """Return what a person calls a device: the image's name, for its drive."""
    return session.name if device == whole_drive(session) else f"{short_name(device)} of {session.name}"


def short_name(device: str) -> str:
    """Return a device's name without the folder that all have."""
    return display_line(device.removeprefix("/dev/"))


def suggested_name(session: ImageSession, device: str, *, word: str = "copy") -> str:
    """Return a name for the new file, without suffix: the image's, with what was saved of it."""
    stem = os.path.splitext(image_name(session.path))[0] or "image"
    part = word if device == whole_drive(session) else short_name(device).replace("/", "-")
    return f"{stem}-{part}"


def format_of(target: str, chosen: SaveFormat) -> SaveFormat:
    """Return the format that a file's name tells; the chosen one if it tells none."""
    suffix = os.path.splitext(target)[1].lower()
    return next((known for known, suffixes in SUFFIXES.items() if suffix in suffixes), chosen)
