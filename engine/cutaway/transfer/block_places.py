"""Where a block device lies: a partition on its disk, a loop device in its file, a volume on its physical ones.

Read from sysfs, so that nobody needs the right to open a device. Of a volume it is known on which devices it lies, not
where there: two volumes of one group are not the same, but each is a part of the group's disks. Only looks; blocking.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SYS_BLOCK = Path("/sys/dev/block")
SECTOR = 512
#: Longer than any device: what has no end of its own.
ENDLESS = 1 << 63
DEPTH_MAX = 8


class Place(NamedTuple):
    """A range of bytes of what has no device below: a disk or a volume by its number, a file by its identity."""

    base: tuple[int, ...]
    begin: int
    end: int

    def meets(self, other: Place) -> bool:
        """Tell whether both have bytes in common."""
        return self.base == other.base and self.begin < other.end and other.begin < self.end


def is_one_within_the_other(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether two files or devices are one, overlap on one disk or in one file, or one lies on the other."""
    mine, theirs = place_of(one), place_of(other)
    return any(mine.meets(place) for place in (theirs, *_below(theirs))) or any(map(theirs.meets, _below(mine)))


def place_of(status: os.stat_result) -> Place:
    """Return where a file or a device lies itself."""
    if not stat.S_ISBLK(status.st_mode):
        return Place((status.st_dev, status.st_ino), 0, ENDLESS)
    return _place(status.st_rdev, 0, ENDLESS, 0)


def _place(device: int, begin: int, end: int, depth: int) -> Place:
    """Return where a range of a device lies: on what it is a part of, if that is known."""
    folder = _folder(device)
    if depth < DEPTH_MAX and (folder / "partition").exists():
        start, length = (int((folder / name).read_text()) * SECTOR for name in ("start", "size"))
        return _place(_number(folder.parent), start + begin, start + min(end, length), depth + 1)
    if depth < DEPTH_MAX and (file := _backing_file(folder)) is not None:
        status, offset = file
        if stat.S_ISBLK(status.st_mode):
            return _place(status.st_rdev, offset + begin, offset + end, depth + 1)
        return Place((status.st_dev, status.st_ino), offset + begin, offset + end)
    return Place((device,), begin, end)


def _below(place: Place, depth: int = 0) -> Iterator[Place]:
    """Give the devices that a volume lies on, and what these lie on."""
    if depth >= DEPTH_MAX or len(place.base) != 1:
        return
    slaves = _folder(place.base[0]) / "slaves"
    for slave in sorted(slaves.iterdir()) if slaves.is_dir() else ():
        lower = _place(_number(slave), 0, ENDLESS, 0)
        yield lower
        yield from _below(lower, depth + 1)


def _backing_file(folder: Path) -> tuple[os.stat_result, int] | None:
    """Return the file of a loop device, and where in it the device begins."""
    try:
        path = (folder / "loop/backing_file").read_text().rstrip("\n")
        return os.stat(path), int((folder / "loop/offset").read_text())
    except (OSError, ValueError):
        return None


def _folder(device: int) -> Path:
    return (SYS_BLOCK / f"{os.major(device)}:{os.minor(device)}").resolve()


def _number(folder: Path) -> int:
    major, _, minor = (folder / "dev").read_text().strip().partition(":")
    return os.makedev(int(major), int(minor))
