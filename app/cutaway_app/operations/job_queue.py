"""The queue of jobs: so many at once, the others in an order that the person can change. GUI thread.

Knows nothing of what jobs do. A job that waits is told its place; one that is cancelled while it waits is forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from cutaway_app.models.jobs import Job

Move = Literal["front", "up", "down"]


class JobQueue:
    """Gives jobs their turns.

    Args:
        at_once: How many may run at once, at least 1.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._running = 0
        self._waiting: list[tuple[Job, asyncio.Future[None]]] = []

    @property
    def at_once(self) -> int:
        """How many may run at once."""
        return self._at_once

    @at_once.setter
    def at_once(self, number: int) -> None:
        """Let so many run; those that run already run to their end."""
        self._at_once = max(1, number)
        self._admit()

    @asynccontextmanager
    async def turn(self, job: Job) -> AsyncIterator[None]:
        """Wait for a job's turn, and hold it."""
        await self._wait(job)
        try:
            yield
        finally:
            self._running -= 1
            self._admit()

    async def _wait(self, job: Job) -> None:
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, admitted))
        self._admit()
        try:
            await admitted
        except asyncio.CancelledError:
            if admitted.done() and not admitted.cancelled():
                self._running -= 1
            self._waiting = [item for item in self._waiting if item[0] is not job]
            job.wait_at(0)
            self._admit()
            raise

    def move(self, number: object, way: Move) -> None:
        """Move a job that waits; does nothing if it cannot be moved so."""
        place = next((place for place, (job, _) in enumerate(self._waiting) if job.id == number), -1)
        if place < 0:
            return
        item = self._waiting.pop(place)
        self._waiting.insert({"front": 0, "up": max(0, place - 1), "down": place + 1}[way], item)
        self._number()

    def _admit(self) -> None:
        while self._waiting and self._running < self._at_once:
            job, admitted = self._waiting.pop(0)
            job.wait_at(0)
            if not admitted.done():
                self._running += 1
                admitted.set_result(None)
        self._number()

    def _number(self) -> None:
        for place, (job, _) in enumerate(self._waiting, 1):
            job.wait_at(place, len(self._waiting))
