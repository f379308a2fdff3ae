"""The bar of a command whose calls count their steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.cli.get import progress_bar
from cutaway.events import Progress
from cutaway.handle import Handle


@contextmanager
def counted_steps(handle: Handle, procedure: str) -> Iterator[None]:
    """Show on a terminal how many entries the calls of a name have been through."""
    with progress_bar(are_bytes=False) as bar:

        def hear(event: Progress) -> None:
            if event.procedure == procedure:
                bar(event.position, event.total, f"{event.position} of {event.total}")

        token = handle.on(Progress, hear)
        try:
            yield
        finally:
            handle.off(token)
