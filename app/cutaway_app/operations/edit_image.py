"""Edit a copy of an image: put files in, and know what is not saved yet.

GUI thread. Changes lie in the overlay of the image's own appliance: they end with it, unless they are saved as a new
image (`save_image`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from cutaway.errors import DestinationError, EngineError
from cutaway.insertion.policy import InsertPolicy, InsertReport
from cutaway.transfer.job import TransferProgress
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.image_edit import ImageEdit
from cutaway_app.bridge.tasks import async_slot
from cutaway_app.figures import count_text
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.names import display_name, image_name
from cutaway_app.operations.browse import FindEngine
from cutaway_app.operations.image_jobs import ImageJobs, Outcome, Work


@dataclass(frozen=True, slots=True)
class _Task:
    """A job that the appliance of an edited image does; whether it brings something in."""

    session: ImageSession
    job: Job
    brings: bool = False


class Edits(QObject):
    """The images that are edited.

    Args:
        find_engine: Gives the engine of an image that is open.
        jobs: Runs the work.

    Signals:
        begun(object, object): an image can be edited now, and sentences about what of it can not.
        refused(object, object): an image cannot be edited, and why.
        arrived(object, object): something was put into this `Place`, at these paths.
    """

    begun = Signal(object, object)
    refused = Signal(object, object)
    arrived = Signal(object, object)

    def __init__(self, find_engine: FindEngine, jobs: ImageJobs) -> None:
        super().__init__()
        self._find_engine = find_engine
        self._jobs = jobs
        self._tasks: list[_Task] = []

    @async_slot
    async def begin(self, session: ImageSession) -> None:
        """Let an image be edited from now on."""
        engine = self._find_engine(session)
        if engine is None or not session.can_be_edited:
            return
        try:
            with session.rearranged():
                warnings = await engine.begin_edit()
        except EngineError as error:
            session.mounted(-1, [])
            self.refused.emit(session, error)
            return
        session.start_editing()
        self.begun.emit(session, warnings)

    def find(self, session: ImageSession) -> ImageEdit | None:
        """Return what changes an image, if it is edited."""
        engine = self._find_engine(session)
        return engine.edit if engine is not None else None

    def require(self, session: ImageSession) -> ImageEdit:
        """Return what changes an image.

        Raises:
            EngineError: it is not edited any more.
        """
        edit = self.find(session)
        if edit is None:
            raise EngineError(
                f"{session.name} is not edited any more, and the changes are gone", remedy="Edit a copy of it again."
            )
        return edit

    def turns(self, session: ImageSession) -> AbstractAsyncContextManager[object]:
        """Return what is to be held while an image is changed or saved."""
        edit = self.find(session)
        return edit.turns if edit is not None else nullcontext()

    def put(self, place: Place, paths: Sequence[str], policy: InsertPolicy) -> Job:
        """Put files and folders of this computer into a folder of an image that is edited."""
        session = place.session
        tree = session.trees[place.tree]

        async def run(job: Job) -> Outcome:
            try:
                report = await self.require(session).put(tree, paths, place.path, policy, _teller(job))
            except DestinationError as error:  # of this computer's files, which are no destination here
                raise EngineError(str(error), remedy=error.remedy) from error
            job.advance(
                files_done=report.files, files_total=report.files, bytes_done=report.bytes, bytes_total=report.bytes
            )
            if report.paths:
                session.touch()
            self.arrived.emit(place, report.paths)
            return outcome_of(report)

        title = f"{_title_of(paths)} → {display_name(place.path)} in {session.name}"
        job = Job(title, undone="was not put in", can_hold=False)
        return self.change(session, job, run)

    def change(self, session: ImageSession, job: Job, work: Callable[[Job], Awaitable[Outcome]]) -> Job:
        """Change an image that is edited by a job, when nothing else changes it."""
        self._tasks.append(_Task(session, job, brings=True))
        return self._jobs.add(job, Work(work, lambda: self.turns(session)))

    def watch(self, session: ImageSession, job: Job) -> None:
        """Take note of a job of somebody else that the appliance of an edited image will be busy with."""
        self._tasks.append(_Task(session, job))

    def is_unsaved(self, session: ImageSession) -> bool:
        """Return whether there are changes that would be lost, or will be soon."""
        return session.is_edited and (session.is_unsaved or any(task.brings for task in self._active(session)))

    def busy_with(self, session: ImageSession) -> str:
        """Return what the appliance of an edited image is busy with, "" if it is not."""
        running = (task.job.title for task in self._active(session) if task.job.state is JobState.RUNNING)
        edit = self.find(session)
        return next(running, "files are copied out" if edit is not None and edit.turns.locked() else "")

    def session_of(self, job: Job) -> ImageSession | None:
        """Return the image whose own appliance did a job."""
        return next((task.session for task in self._tasks if task.job is job), None)

    def give_up(self, session: ImageSession) -> None:
        """Put nothing more into an image, and save it no more."""
        for task in self._active(session):
            self._jobs.cancel(task.job.id)

    def forget(self, session: ImageSession) -> None:
        """Give everything up of an image that is closed."""
        self.give_up(session)
        self._tasks = [task for task in self._tasks if task.session is not session]

    def _active(self, session: ImageSession) -> list[_Task]:
        return [task for task in self._tasks if task.session is session and not task.job.is_over]

    async def measure(self, session: ImageSession) -> None:
        """Learn anew how full the mounted file systems are."""
        engine, tree = self._find_engine(session), session.mounted_tree
        if engine is not None and tree is not None:
            session.measured(await engine.measure(tree))


def _teller(job: Job) -> Callable[[TransferProgress], None]:
    def told(now: TransferProgress) -> None:
        job.advance(
            files_done=now.files_done, files_total=now.files_total,
            bytes_done=now.bytes_done, bytes_total=now.bytes_total, is_counted=now.is_counted,
        )  # fmt: skip

    return told


def _title_of(paths: Sequence[str]) -> str:
    first = image_name(paths[0])
    return f"{first} and {count_text(len(paths) - 1)} more" if len(paths) > 1 else first


def outcome_of(report: InsertReport) -> Outcome:
    """Return what a person should know of what was put in."""
    groups = (
        (report.failures, "could not be copied"),
        (report.skipped, "left out"),
        (report.changed, "changed meanwhile"),
    )
    note = ", ".join(f"{len(found)} {words}" for found, words in groups if found)
    lines = [f"{display_name(one.path)}: {one.reason}" for found, _ in groups for one in found]
    return Outcome(note, "\n".join(lines))
