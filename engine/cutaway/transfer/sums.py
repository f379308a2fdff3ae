"""Checksums that a file system keeps of its data; what the host reads from a drive is compared with them. Pure.

They are CRC-32C of sectors of 4 KiB, as btrfs makes them; the end of the last sector is zeros. What the guest says of
them decides only whether it is asked for the content itself: the kernel there knows what is true.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence

from cutaway.errors import ProtocolError
from cutaway.transfer.pieces import Piece

SECTOR = 4096


class Sums:
    """The checksums of one content.

    Args:
        pieces: Where it lies, in its order.
        sums: Of each piece's sectors, in the same order, little-endian.

    Raises:
        ProtocolError: they are of something else.
    """

    def __init__(self, pieces: Sequence[Piece], sums: bytes) -> None:
        from crc32c import crc32c  # noqa: PLC0415 takes 20 ms to load, and most file systems have no sums

        self._crc32c = crc32c
        self._starts = [piece.logical for piece in pieces]
        self._firsts: list[int] = []
        count = 0
        for piece in pieces:
            self._firsts.append(count)
            count += -(-piece.length // SECTOR)
        if len(sums) != 4 * count or any(start % SECTOR for start in self._starts):
            raise ProtocolError("there is not one checksum for each sector of a file")
        self._sums = array("I", sums)
        if sys.byteorder == "big":
            self._sums.byteswap()

    def match(self, logical: int, data: memoryview) -> bool:
        """Tell whether a part of a piece, from the beginning of a sector on, is what it was."""
        index = bisect_right(self._starts, logical) - 1
        number = self._firsts[index] + (logical - self._starts[index]) // SECTOR
        whole = len(data) // SECTOR * SECTOR
        crc32c = self._crc32c
        found = [crc32c(data[begin : begin + SECTOR]) for begin in range(0, whole, SECTOR)]
        if whole < len(data):
            found.append(crc32c(bytes(data[whole:]).ljust(SECTOR, b"\0")))
        return self._sums[number : number + len(found)] == array("I", found)


def sums_of(pieces: Sequence[Piece], sums: bytes) -> Sums | None:
    """Return checksums to compare a content with; None if its file system keeps none.

    Raises:
        ProtocolError: as Sums.
    """
    return Sums(pieces, sums) if sums else None
