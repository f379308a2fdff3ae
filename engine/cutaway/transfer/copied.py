"""What the copying thread has done, told to the loop now and then."""

from __future__ import annotations

from dataclasses import dataclass, field

from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.plan import Planned

#: Between two reports.
TELL_S = 0.02


@dataclass(slots=True)
class Copied:
    """What has been done since the last time.

    Attributes:
        size: Of what has been written, in bytes, holes included.
        lost: Files that could not be had, each with the reason.
        doubted: Files that are not as they should be, or cannot be read here: the guest has to read them.
        not_kept: Files of which not all could be kept, and what.
    """

    files: int = 0
    size: int = 0
    current: bytes = b""
    lost: list[tuple[Planned, str]] = field(default_factory=list)
    doubted: list[Planned] = field(default_factory=list)
    not_kept: list[tuple[Planned, Refusals]] = field(default_factory=list)
