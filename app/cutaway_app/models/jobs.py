"""Jobs: what a person has set going, with its progress. GUI thread; says nothing about how it is done."""

from __future__ import annotations

import enum
import itertools
import time
from typing import Any

from cutaway.transfer.job import LeftOut
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_numbers = itertools.count(1)
#: Weight of the newest measurement in the running mean of the speed.
SMOOTHING = 0.25
MIN_INTERVAL_S = 0.25
#: After so long without a word a job is looked at all the same; a speed below this is none.
STALLED_S, MIN_BYTES_PER_S = 1.0, 1.0


class JobState(enum.Enum):
    """Where a job is."""

    #: It waits for its turn.
    QUEUED = "queued"
    #: It is being done.
    RUNNING = "running"
    #: It ended well.
    DONE = "done"
    #: It ended with an error.
    FAILED = "failed"
    #: The person did not want it any more.
    CANCELLED = "cancelled"


class Job(QObject):
    """A job. Change it through its methods only.

    Attributes:
        id: Its number, which never comes again.
        title: What it does, for a person.
        destination: The folder of the host into which it writes; "" if none.
        fraction: How far it is, 0.0 to 1.0; None while nobody knows.
        error: What it failed with, None otherwise.
        note: What a person should know though it ended well; "" if nothing.
        details: The same at length.
        is_held: Whether it stands still until the person lets it go on.
        undone: What a person is told of it if it failed, after its title.
        can_hold: Whether it can stand still.
        restarts: How often its appliance has died and was started again.
        results: Where on the host what was asked for lies, once it is done.
        failures: What could not be had though it was wanted, once it is done.
        skipped: What was left out by the rules.
        remarks: What was extracted, but not as it is in the image.
        place, waiting: Its place among so many that wait for their turn; 0 if it does not wait in the queue.

    Signals:
        changed(): something about it is new.
    """

    changed = Signal()

    def __init__(
        self,
        title: str,
        *,
        destination: str = "",
        undone: str = "was not extracted",
        can_hold: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.id = next(_numbers)
        self.undone, self.can_hold = undone, can_hold
        self.title = title
        self.destination = destination
        self.error: BaseException | None = None
        self.note = self.details = ""
        self.results: tuple[str, ...] = ()
        self.failures: tuple[LeftOut, ...] = ()
        self.skipped: tuple[LeftOut, ...] = ()
        self.remarks: tuple[LeftOut, ...] = ()
        self.place = self.waiting = 0
        self._reset(JobState.QUEUED)

    def _reset(self, state: JobState) -> None:
        self.state = state
        self.fraction: float | None = None
        self.files_done = self.files_total = self.bytes_done = self.bytes_total = 0
        self.is_counted = self.is_held = False
        self.restarts = 0
        self.bytes_per_second = 0.0
        self.eta_seconds: float | None = None
        self._measured = (time.monotonic(), 0)

    def start(self) -> None:
        """It is being done from now on."""
        self._forget_outcome()
        self._reset(JobState.RUNNING)
        self.changed.emit()

    def requeue(self) -> None:
        """It waits for another try."""
        self._forget_outcome()
        self._reset(JobState.QUEUED)
        self.changed.emit()

    def _forget_outcome(self) -> None:
        self.error = None
        self.note = self.details = ""
        self.results = ()
        self.failures = self.skipped = self.remarks = ()

    def wait_at(self, place: int, waiting: int = 0) -> None:
        """It waits at that place among so many; 0: it does not."""
        if (place, waiting) != (self.place, self.waiting):
            self.place, self.waiting = place, waiting
            self.changed.emit()

    def advance(
        self, *, files_done: int, files_total: int, bytes_done: int, bytes_total: int, is_counted: bool = True
    ) -> None:
        """Take note of how far it is; totals are 0 while unknown, and grow until everything is counted."""
        self.is_counted = is_counted
        self.files_done, self.files_total = files_done, files_total
        self.bytes_done, self.bytes_total = bytes_done, bytes_total
        done, total = (bytes_done, bytes_total) if bytes_total else (files_done, files_total)
        self.fraction = min(1.0, done / total) if total and is_counted else None
        self._measure()
        self.changed.emit()

    def tick(self) -> None:
        """Time passes: of what stands still the speed goes down, and nobody knows when it will be done."""
        if self.state is JobState.RUNNING and not self.is_held and time.monotonic() - self._measured[0] > STALLED_S:
            self._measure()
            self.changed.emit()

    def hold(self, *, held: bool) -> None:
        """It stands still, or goes on."""
        self.is_held = held
        self.bytes_per_second, self.eta_seconds = 0.0, None
        self._measured = (time.monotonic(), self.bytes_done)
        self.changed.emit()

    def count_restart(self) -> None:
        """Its appliance has died, and was started again."""
        self.restarts += 1
        self.changed.emit()

    def _measure(self) -> None:
        now = time.monotonic()
        since, before = self._measured
        if now - since < MIN_INTERVAL_S:
            return
        speed = (self.bytes_done - before) / (now - since)
        old = self.bytes_per_second
        mean = old + SMOOTHING * (speed - old) if old else speed
        self.bytes_per_second = mean if mean >= MIN_BYTES_PER_S else 0.0
        left = self.bytes_total - self.bytes_done
        is_known = self.is_counted and self.bytes_per_second > 0 and left >= 0
        self.eta_seconds = left / self.bytes_per_second if is_known else None
        self._measured = (now, self.bytes_done)

    def finish(self, state: JobState, *, error: BaseException | None = None, note: str = "", details: str = "") -> None:
        """It is over."""
        self.state, self.error, self.note, self.details = state, error, note, details
        self.eta_seconds = None
        if state is JobState.DONE:
            self.fraction = 1.0
        self.changed.emit()

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state not in {JobState.QUEUED, JobState.RUNNING}


class JobsModel(QAbstractListModel):
    """All jobs of this session, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: list[Job] = []
        self._clock = QTimer(self)
        self._clock.setInterval(round(STALLED_S * 1000))
        self._clock.timeout.connect(self._tick)

    def _tick(self) -> None:
        active = self.active
        for job in active:
            job.tick()
        if not active:
            self._clock.stop()

    def add(self, job: Job) -> None:
        """Put a job into the list."""
        row = len(self._jobs)
        self.beginInsertRows(QModelIndex(), row, row)
        job.setParent(self)
        self._jobs.append(job)
        self.endInsertRows()
        job.changed.connect(self._on_job_changed)

    def remove_finished(self) -> None:
        """Take all jobs that are over out of the list."""
        for row in reversed(range(len(self._jobs))):
            if self._jobs[row].is_over:
                self.beginRemoveRows(QModelIndex(), row, row)
                self._jobs.pop(row).deleteLater()
                self.endRemoveRows()

    def job(self, row: int) -> Job:
        """Return the job of a row."""
        return self._jobs[row]

    def find(self, number: object) -> Job | None:
        """Return the job of that number."""
        return next((job for job in self._jobs if job.id == number), None)

    @property
    def active(self) -> list[Job]:
        """Those that are not over."""
        return [job for job in self._jobs if not job.is_over]

    @property
    def over(self) -> list[Job]:
        """Those to which nothing more happens."""
        return [job for job in self._jobs if job.is_over]

    def _on_job_changed(self) -> None:
        job = self.sender()
        if isinstance(job, Job) and job in self._jobs:
            if not job.is_over and not self._clock.isActive():
                self._clock.start()
            index = self.index(self._jobs.index(job))
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of jobs."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return the title."""
        if not index.isValid() or role not in {Role.DisplayRole, Role.AccessibleTextRole}:
            return None
        return self._jobs[index.row()].title
