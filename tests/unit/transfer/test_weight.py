"""What files count for in the progress: what has to be moved, whatever the guest says of sizes and blocks."""

from __future__ import annotations

import dataclasses

import pytest
from cutaway.records import Stat
from cutaway.transfer.progress import Meter, TransferProgress
from cutaway.transfer.weight import SMALL, Share, weight_of

MIB = 1 << 20
STATUS = Stat(1, 2, 0o100644, 1, 0, 0, 0, 0, 4096, 0, 0, 0, 0)


def status(size: int, blocks: int) -> Stat:
    return dataclasses.replace(STATUS, size=size, blocks=blocks)


@pytest.mark.parametrize(
    ("size", "blocks", "weight"),
    [
        (0, 0, 0),
        (1, 0, 1),  # in the inode
        (MIB, 2 * MIB // 512, MIB),  # more was set aside
        (1 << 40, MIB // 512, MIB),
        (1 << 40, 0, SMALL),
        (MIB, -1, SMALL),
        (-1, 8, 0),
    ],
)
def test_a_file_counts_for_what_has_to_be_moved(size: int, blocks: int, weight: int) -> None:
    assert weight_of(status(size, blocks)) == weight


def test_a_hole_counts_for_nothing() -> None:
    share = Share(1 << 40, 2 * MIB)
    steps = [share.moved((1 << 40) - 2 * MIB, is_hole=True), *(share.moved(MIB, is_hole=False) for _ in range(2))]
    assert steps == [0, MIB, MIB]
    assert share.rest() == 0


def test_a_compressed_file_counts_by_its_place() -> None:
    share = Share(9 * MIB, 3 * MIB)
    assert [share.moved(3 * MIB, is_hole=False) for _ in range(3)] == [MIB, MIB, MIB]


@pytest.mark.parametrize("weight", [0, 1, SMALL, 3 * MIB, 4 * MIB])
@pytest.mark.parametrize("hole", [0, 1, MIB])
def test_a_file_counts_once_whatever_comes(weight: int, hole: int) -> None:
    share = Share(4 * MIB, weight)
    steps = [share.moved(hole, is_hole=True), *(share.moved(MIB, is_hole=False) for _ in range(6)), share.rest()]
    assert min(steps) >= 0
    assert sum(steps) == weight


def test_the_report_has_lengths_while_the_position_has_what_was_moved() -> None:
    seen: list[TransferProgress] = []
    meter = Meter(seen.append)
    meter.found(1, 100)
    meter.moved(1 << 40, 100)
    meter.finish()
    assert meter.bytes == 1 << 40
    assert (seen[-1].bytes_done, seen[-1].bytes_total) == (100, 100)
