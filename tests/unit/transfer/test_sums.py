"""Checksums of sectors: what is compared with them, and what of them is refused."""

from __future__ import annotations

import pytest
from cutaway.errors import ProtocolError
from cutaway.transfer.pieces import Piece
from cutaway.transfer.sums import SECTOR, Sums, sums_of

#: CRC-32C of 32 zeros is known from RFC 3720, B.4; these are what btrfs has for such sectors.
ZEROS, ONES = 0x98F94189, 0x25C1FE13


def little(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


def test_sectors_are_found_by_their_place_in_the_file() -> None:
    sums = Sums([Piece(0, 0, 9999, 2 * SECTOR), Piece(1, 8 * SECTOR, 0, SECTOR)], little(ZEROS, ONES, ZEROS))
    zeros, ones = bytes(SECTOR), b"\xff" * SECTOR
    assert sums.match(0, memoryview(zeros + ones))
    assert sums.match(SECTOR, memoryview(ones))
    assert sums.match(8 * SECTOR, memoryview(zeros))
    assert not sums.match(0, memoryview(ones))
    assert not sums.match(0, memoryview(zeros + zeros))
    assert not sums.match(8 * SECTOR, memoryview(b"\1" + zeros[1:]))


def test_the_last_sector_is_filled_with_zeros() -> None:
    sums = Sums([Piece(0, 0, 0, SECTOR + 100)], little(ONES, ZEROS))
    assert sums.match(0, memoryview(b"\xff" * SECTOR + bytes(100)))
    assert not sums.match(0, memoryview(b"\xff" * SECTOR + bytes(99) + b"\1"))


@pytest.mark.parametrize("sums", [little(1), little(1, 2, 3), little(1, 2) + b"\0"])
def test_too_few_or_too_many_are_refused(sums: bytes) -> None:
    with pytest.raises(ProtocolError):
        Sums([Piece(0, 0, 0, SECTOR + 1)], sums)


def test_extents_that_begin_within_a_sector_are_refused() -> None:
    with pytest.raises(ProtocolError):
        Sums([Piece(0, 512, 0, SECTOR)], little(1))


def test_without_checksums_nothing_is_compared() -> None:
    assert sums_of([Piece(0, 0, 0, 5)], b"") is None
