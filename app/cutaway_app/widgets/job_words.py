"""A job in words: what its row and the shelf's summary say. Pure but for the locale; a job is known by its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from PySide6.QtCore import SignalInstance

from cutaway_app.figures import count_text, counted, duration_text, rate_text, size_text


class ShownJob(Protocol):
    """What the shelf reads of a job; see `models.jobs`."""

    id: int
    title: str
    destination: str
    fraction: float | None
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    bytes_per_second: float
    eta_seconds: float | None
    error: object
    note: str
    is_held: bool
    can_hold: bool
    restarts: int
    place: int
    waiting: int

    @property
    def failures(self) -> Sequence[object]:
        """What could not be had."""

    @property
    def skipped(self) -> Sequence[object]:
        """What was left out."""

    @property
    def state(self) -> Enum:
        """QUEUED, RUNNING, DONE, FAILED or CANCELLED."""

    @property
    def changed(self) -> SignalInstance:
        """Something about it is new."""


ICONS = {"QUEUED": "queued", "RUNNING": "extract", "DONE": "success", "FAILED": "error", "CANCELLED": "cancelled"}
#: The place of what waits for something else than its turn.
_LAST = 1 << 30
#: What is said of jobs that are over, the gravest first.
_OUTCOMES = ("failed", "not complete", "done", "cancelled")
_OVER = frozenset({"DONE", "FAILED", "CANCELLED"})


def state_of(job: ShownJob) -> str:
    """Return the name of its state."""
    return job.state.name


def is_over(job: ShownJob) -> bool:
    """Whether nothing more happens to it."""
    return job.state.name in _OVER


def facts(job: ShownJob) -> str:
    """Return how far it is, as a quiet line of facts."""
    match job.state.name:
        case "QUEUED":
            return _waiting_words(job)
        case "RUNNING":
            return " · ".join(_running_facts(job)) or "Counting"
        case "DONE":
            return " · ".join(["Done", *_amounts(job), *([job.note] if job.note else [])])
        case "FAILED":
            note = str(job.error or "").strip().split("\n")[0]
            return f"Failed: {note}" if note else "Failed"
        case _:
            return "Cancelled"


def _waiting_words(job: ShownJob) -> str:
    if job.place <= 1:
        return "Waiting · next" if job.waiting > 1 else "Waiting"
    return f"Waiting · {count_text(job.place - 1)} before it"


def order(job: ShownJob) -> tuple[int, int]:
    """Return its place in the list: what runs, what waits in its order, what is over, the newest first."""
    match job.state.name:
        case "RUNNING":
            return 0, job.id
        case "QUEUED":
            return 1, job.place or _LAST
        case _:
            return 2, -job.id


def outcomes(jobs: Sequence[ShownJob]) -> str:
    """Return how many jobs ended how, the gravest first; of those that are done, which are not complete."""
    counts = Counter(_outcome(job) for job in jobs)
    return " · ".join(f"{count_text(counts[word])} {word}" for word in _OUTCOMES if counts[word])


def gravest(jobs: Sequence[ShownJob]) -> str:
    """Return the state that one has to know of."""
    states = {state_of(job) for job in jobs}
    return next(state for state in ("FAILED", "RUNNING", "QUEUED", "DONE", "CANCELLED") if state in states)


def _outcome(job: ShownJob) -> str:
    if state_of(job) == "DONE":
        return "not complete" if job.failures else "done"
    return state_of(job).lower()


def can_retry(job: ShownJob) -> bool:
    """Tell whether another try makes sense: of all of it, or of what could not be had."""
    return job.state.name in {"FAILED", "CANCELLED"} or (job.state.name == "DONE" and bool(job.failures))


def _amounts(job: ShownJob) -> list[str]:
    amounts = [counted(job.files_done, "file")] if job.files_done else []
    return amounts + ([size_text(job.bytes_done)] if job.bytes_done else [])


def _running_facts(job: ShownJob) -> list[str]:
    words = [] if job.fraction is None else [f"{int(job.fraction * 100)} %"]
    if job.fraction is None and job.files_total > 1:
        words.append(f"{counted(job.files_done, 'file')}, {size_text(job.bytes_done)} so far; still counting")
    elif job.files_total > 1:
        words.append(f"{count_text(job.files_done)} of {count_text(job.files_total)} files")
    elif job.fraction is None:
        words += _amounts(job)
    if job.bytes_per_second > 0:
        words.append(rate_text(job.bytes_per_second))
    if job.eta_seconds is not None:
        words.append(f"{duration_text(job.eta_seconds)} left")
    if job.restarts:
        words.append("gone on after the appliance had ended")
    return ["On hold", *words] if job.is_held else words


def bar_value(job: ShownJob) -> int | None:
    """Return the place of its bar, 0 to 1000; None while it is unknown."""
    if job.state.name == "QUEUED":
        return 0
    if job.fraction is None:
        return 0 if is_over(job) else None
    return round(min(1.0, max(0.0, job.fraction)) * 1000)
