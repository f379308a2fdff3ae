"""How far the calls of one name are, while somebody wants to know. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cutaway.aio import AsyncHandle
from cutaway.events import Event, Progress

#: Gets what is done and how much it is in all; 0 while nobody knows that.
Told = Callable[[int, int], None]


@contextmanager
def progress_told(handle: AsyncHandle, procedure: str, told: Told) -> Iterator[None]:
    """Tell how far calls of a name are."""

    def hear(event: Event) -> None:
        if isinstance(event, Progress) and event.procedure == procedure:
            told(event.position, event.total)

    token = handle.listen(hear)
    try:
        yield
    finally:
        handle.unlisten(token)
