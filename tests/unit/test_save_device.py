"""The pieces of a device, as a guest says they are: joined where they can be, refused where they cannot be true."""

from __future__ import annotations

import pytest
from cutaway.errors import ProtocolError
from cutaway.save_device import joined
from cutaway.transfer.pieces import Piece


def test_pieces_come_in_the_order_of_the_device_and_such_as_go_on_are_one() -> None:
    flat = [0, 20, 500, 5, 0, 0, 100, 10, 0, 10, 110, 10, 1, 25, 115, 5]
    assert joined(flat, 30) == [Piece(0, 0, 100, 20), Piece(0, 20, 500, 5), Piece(1, 25, 115, 5)]


@pytest.mark.parametrize(
    "flat",
    [
        [0, 0, 0, 9],  # too short
        [0, 0, 0, 11],  # too long
        [0, 0, 0, 5, 0, 6, 6, 4],  # a gap
        [0, 0, 0, 6, 0, 5, 5, 5],  # twice
        [0, 0, 0, 10, 0],  # half a piece
        [0, 0, -1, 10],  # before the drive
        [0, 0, 0, 10, 0, 10, 10, 0],  # nothing
        [],
    ],
)
def test_pieces_that_cannot_be_all_of_a_device_are_refused(flat: list[int]) -> None:
    with pytest.raises(ProtocolError, match="device"):
        joined(flat, 10)
