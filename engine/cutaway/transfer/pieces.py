"""Where the contents of files lie on the drives, checked.

Pure. What the guest says of extents is hostile: a piece that does not lie within its drive and its file is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cutaway.errors import ProtocolError


class Piece(NamedTuple):
    """A part of a file's content: on which drive it lies, where in the file, where on the drive, how long; in bytes."""

    drive: int
    logical: int
    offset: int
    length: int


def checked_pieces(flat: Sequence[int], size: int, drives: Mapping[int, int]) -> list[Piece]:
    """Return what the guest says of a file's extents.

    Args:
        flat: Drive number, place in the file, place on the drive, length, and so on.
        size: The file's size.
        drives: The sizes of the drives.

    Raises:
        ProtocolError: it cannot be.
    """
    if len(flat) % 4:
        raise ProtocolError("an extent is incomplete")
    pieces, behind = [], 0
    for index in range(0, len(flat), 4):
        drive, logical, offset, length = flat[index : index + 4]
        inside = drive in drives and offset >= 0 and 0 < length <= drives[drive] - offset
        if not inside or not behind <= logical <= size - length:
            raise ProtocolError("an extent lies outside of its drive or its file")
        behind = logical + length
        pieces.append(Piece(drive, logical, offset, length))
    return pieces
