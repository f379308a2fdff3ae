"""What the kernel says of a balance, in libguestfs' words."""

from __future__ import annotations

import struct

import pytest
from cutaway.records import BtrfsBalance
from cutawayd.btrfsvolumes import balance_of


@pytest.mark.parametrize(
    ("state", "total", "done", "expected"),
    [
        (1, 8, 3, BtrfsBalance("running", 8, 3, 4, 62)),
        (0, 8, 8, BtrfsBalance("paused", 8, 8, 4, 0)),
        (1, 0, 0, BtrfsBalance("running", 0, 0, 4, 0)),
        (1, 2, 5, BtrfsBalance("running", 2, 5, 4, 0)),
    ],
)
def test_what_is_left_of_a_balance_is_told_in_percent(
    state: int, total: int, done: int, expected: BtrfsBalance
) -> None:  # fmt: skip
    # struct btrfs_ioctl_balance_args of linux/btrfs.h: flags, state, three filters, the figures.
    buffer = struct.pack("=QQ408xQQQ", 7, state, total, 4, done).ljust(1024, b"\0")
    assert balance_of(buffer) == expected
