"""Devices in terms of the drives that the host knows: which part of a device lies where. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a device that lies in one piece on a drive, in bytes; `drive` is the host's number of it."""

    start: int
    length: int
    drive: int
    offset: int


def cut(parts: Sequence[Segment], offset: int, length: int, start: int) -> list[Segment]:
    """Return the part of a device from an offset on, as what begins at `start` of another."""
    found = []
    for part in parts:
        first, last = max(part.start, offset), min(part.start + part.length, offset + length)
        if first < last:
            found.append(Segment(start + first - offset, last - first, part.drive, part.offset + first - part.start))
    return found


def is_whole(parts: Sequence[Segment], length: int) -> bool:
    """Tell whether what was cut is all of what was wanted."""
    return sum(part.length for part in parts) == length
