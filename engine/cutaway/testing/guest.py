"""The fake guest: its drives, what was found on them, and its mounted tree.

Drives come and go by `attach` and `detach` from the handle's thread; all else runs in the fake daemon's thread.
"""

from __future__ import annotations

import itertools
import string
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutaway.testing.content import Content, Sparse
from cutaway.testing.images import Block, FakeEncrypted, FakeFileSystem, FakeImage, FakeRaidMember, FakeVolumeGroup
from cutaway.testing.vfs import Refusal, Tree


@dataclass(slots=True)
class Attached:
    """A drive as the guest sees it, with its partitions and volumes."""

    serial: str
    image: FakeImage
    whole: Block
    partitions: list[Block]
    volumes: list[Block]
    mappings: list[Block] = field(default_factory=list)

    @property
    def blocks(self) -> Iterator[Block]:
        """All block devices of this drive."""
        return itertools.chain([self.whole], self.partitions, self.mappings, self.volumes)

    def take_volumes(self, block: Block) -> None:
        """Let the volumes of a group appear."""
        if isinstance(block.holding, FakeVolumeGroup):
            self.volumes += _volumes(block.holding)


@dataclass(frozen=True, slots=True)
class RunningArray:
    """An array that runs: its device, what its superblock says, the devices of its members."""

    block: Block
    called: str
    uuid: str
    level: str
    raid_disks: int
    members: list[Block]


@dataclass(frozen=True, slots=True)
class Range:
    """A part of another content: a partition."""

    whole: Content
    start: int
    size: int

    def read(self, offset: int, count: int) -> bytes:
        """Read from the whole."""
        return self.whole.read(self.start + offset, max(0, min(count, self.size - offset)))

    def extents(self) -> Iterator[tuple[int, int]]:
        """Give the whole's extents that lie in it."""
        for start, length in self.whole.extents():
            low, high = max(start, self.start), min(start + length, self.start + self.size)
            if low < high:
                yield low - self.start, high - low


class Guest:
    """The state of a running fake appliance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._drives: dict[str, Attached] = {}
        self.tree = Tree()
        self.roots: list[str] = []
        self.groups_active = True
        self.umask = 0o022
        self.arrays: list[RunningArray] = []

    def attach(self, serial: str, image: FakeImage, prefix: str = "sd") -> str:
        """Give the guest a drive; return its device name, the lowest that is free."""
        with self._changed:
            taken = {drive.whole.name for drive in self._drives.values()}
            names = (f"/dev/{prefix}{letter}" for letter in drive_letters())
            name = next(name for name in names if name not in taken)
            self._drives[serial] = _attached(serial, name, image)
            self._changed.notify_all()
            return name

    def detach(self, serial: str) -> None:
        """Take a drive away."""
        with self._changed:
            self._drives.pop(serial, None)
            self._changed.notify_all()

    @property
    def drives(self) -> list[Attached]:
        """The drives in the order in which they were added."""
        with self._lock:
            return list(self._drives.values())

    def named(self, serial: str) -> str | None:
        """Return the device name of the drive of that serial number."""
        with self._lock:
            drive = self._drives.get(serial)
            return drive.whole.name if drive else None

    def blocks(self) -> dict[str, Block]:
        """Return all block devices by name, drives and partitions first, then the active volumes."""
        drives = self.drives
        plain = [block for drive in drives for block in [drive.whole, *drive.partitions]]
        plain += [block for drive in drives for block in drive.mappings]
        plain += [array.block for array in self.arrays]
        volumes = [block for drive in drives for block in drive.volumes] if self.groups_active else []
        return {block.name: block for block in [*plain, *volumes]}

    def block(self, name: str) -> Block:
        """Return a block device; /dev/sdX may be called /dev/hdX or /dev/vdX.

        Raises:
            Refusal: there is none of that name.
        """
        blocks = self.blocks()
        for candidate in _candidates(name):
            if candidate in blocks:
                return blocks[candidate]
        raise Refusal("ENOENT", f"{name}: no such device; there are: {', '.join(blocks) or 'none'}")

    def groups(self) -> list[tuple[Block, FakeVolumeGroup]]:
        """Return all volume groups with the device that holds each."""
        blocks = [block for drive in self.drives for block in [drive.whole, *drive.partitions, *drive.mappings]]
        return [(block, block.holding) for block in blocks if isinstance(block.holding, FakeVolumeGroup)]

    def holders(self) -> list[Block]:
        """Return what list_filesystems looks at: unpartitioned drives, partitions, arrays, volumes; no containers."""
        partitioned = {drive.whole.name for drive in self.drives if drive.partitions}
        return [
            block
            for block in self.blocks().values()
            if block.name not in partitioned and not isinstance(block.holding, FakeVolumeGroup | FakeRaidMember)
        ]


def drive_letters() -> Iterator[str]:
    """Give a, b, … z, aa, ab, …"""
    for length in itertools.count(1):
        yield from map("".join, itertools.product(string.ascii_lowercase, repeat=length))


def _candidates(name: str) -> list[str]:
    if name.startswith("/dev/sd"):
        return [name, "/dev/hd" + name[7:], "/dev/vd" + name[7:]]
    return [name]


def _attached(serial: str, name: str, image: FakeImage) -> Attached:
    whole = Block(name, image.bytes, image.holding)
    partitions = [
        Block(f"{name}{number}", Range(image.bytes, partition.start_bytes, partition.size_bytes), partition.holding)
        for number, partition in enumerate(image.partitions, 1)
    ]
    drive = Attached(serial, image, whole, partitions, [])
    for block in [whole, *partitions]:
        drive.take_volumes(block)
    return drive


def _volumes(group: FakeVolumeGroup) -> list[Block]:
    return [
        Block(f"/dev/{group.name}/{volume.name}", Sparse(volume.size_bytes), volume.holding) for volume in group.volumes
    ]


def type_of(block: Block) -> str:
    """Return the type of what a device holds, "" for nothing."""
    if isinstance(block.holding, FakeVolumeGroup):
        return "LVM2_member"
    if isinstance(block.holding, FakeRaidMember):
        return "linux_raid_member"
    return block.holding.vfs_type if isinstance(block.holding, FakeFileSystem | FakeEncrypted) else ""
