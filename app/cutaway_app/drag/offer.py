"""What a drag offers: names, and what to do with the folder where they were dropped. A value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class DragOffer:
    """A selection on its way out of the window.

    Attributes:
        names: The names of what is dragged, for the picture at the pointer only.
        dropped: Is called once, later and from the event loop, with the host folder of the drop.
        staged_paths: Files that lie on the host already; then they are offered themselves, and `dropped` is not called.
        refused: Is called, later and from the event loop, if another program would not take what is not there yet.
    """

    names: list[bytes]
    dropped: Callable[[str], None]
    staged_paths: list[str] | None = None
    refused: Callable[[], None] | None = None
