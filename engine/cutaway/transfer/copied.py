"""What the copying thread has done, told to the loop now and then."""

from __future__ import annotations

from dataclasses import dataclass, field

from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.plan import Planned
from cutaway.transfer.reads import DirectFile

#: Between two reports.
TELL_S = 0.02


@dataclass(slots=True)
class Copied:
    """What has been done since the last time.

    Attributes:
        size: Of what has been written, in bytes, holes included.
        holes: How much of that are holes.
        lost: Files that could not be had, each with the reason.
        doubted: Files that are not as they should be, or cannot be read here: the guest has to read them.
        not_kept: Files of which not all could be kept, and what.
    """

    files: int = 0
    size: int = 0
    holes: int = 0
    current: bytes = b""
    lost: list[tuple[Planned, str]] = field(default_factory=list)
    doubted: list[Planned] = field(default_factory=list)
    not_kept: list[tuple[Planned, Refusals]] = field(default_factory=list)

    def count_holes(self, file: DirectFile) -> None:
        """Count what of a file's length lies in none of its pieces."""
        length = max(0, file.entry.stat.size - file.data)
        self.size += length
        self.holes += length

    def count_unread(self, file: DirectFile) -> None:
        """Count a file whole that is left to the guest: what is read then is counted no more."""
        self.size += file.data
        self.count_holes(file)
