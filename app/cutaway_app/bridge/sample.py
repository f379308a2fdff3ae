"""The sample image: a real one, made by an appliance when it is wanted first; with --engine=fake one in memory.

GUI thread; making it happens in a thread of its own.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cutaway.sample import make_sample, sample_path


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample image.

    Attributes:
        path: Where it is, or will be.
        make: Makes it there, blocking; None if there is nothing to be made.
    """

    path: str
    make: Callable[[], None] | None = None

    @property
    def is_missing(self) -> bool:
        """Whether it must be made before it can be opened."""
        return self.make is not None and not os.path.exists(self.path)

    async def ensure(self) -> None:
        """Make it if it is missing; a caller who is cancelled does not wait for the end.

        Raises:
            EngineError: it cannot be made.
        """
        if self.make is not None and self.is_missing:
            await _in_thread(self.make)


def real_sample() -> Sample:
    """Return the sample image of this user."""
    path: Path = sample_path()
    return Sample(os.fspath(path), lambda: make_sample(path))


async def _in_thread(work: Callable[[], None]) -> None:
    """Run work in a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 it is handed on to whoever awaits it
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, failure)

    threading.Thread(target=run, name="cutaway-sample", daemon=True).start()
    await done
