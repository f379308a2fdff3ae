"""Where on the drives the content of a file lies, for a host that reads it there itself: FIEMAP, and what the
file system's device is made of.

Only what cannot be wrong is answered: plain extents of file systems that are mounted read-only and lie on drives,
partitions, linear volumes and mirrors. All else has None for an answer; then the content goes over the data port.
What btrfs says is another matter: see `cutawayd.btrfs`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from fcntl import ioctl
from functools import cached_property

from cutawayd import btrfstrees, devicemapper, mdsysfs
from cutawayd.btrfs import BtrfsMap, read_map
from cutawayd.drives import SECTOR, all_disks, number
from cutawayd.ext4_content import ONE_EXTENT, WRITTEN_MAX, extents_of
from cutawayd.ext4_inodes import Inode
from cutawayd.read_only import device_path, read_only_type
from cutawayd.segments import Segment, cut, is_whole

#: Types whose FIEMAP speaks of the bytes of their own device.
PLAIN_TYPES = frozenset({"ext2", "ext3", "ext4", "xfs", "ntfs3"})
BTRFS = frozenset({"btrfs"})
FS_IOC_FIEMAP = 0xC020660B
_LAST, _MERGED, _SHARED = 0x1, 0x1000, 0x2000
_PLAIN_FLAGS = _LAST | _MERGED | _SHARED
_HEAD = struct.Struct("=QQIIII")
_EXTENT = struct.Struct("=QQQ16xI12x")
#: How many extents there are, and the first: place in the file, place on the device, length, flags.
_first_extent = struct.Struct("=20xI8xQQQ16xI").unpack_from
#: How many extents are asked for at first, and then at a time. A file of more than EXTENTS_MAX goes the other way.
FEW, MANY, EXTENTS_MAX = 8, 1024, 8192
DEPTH_MAX = 8


class ExtentMap:
    """Where the contents of one file system lie."""

    def __init__(self, segments: list[Segment]) -> None:
        self._segments = segments
        only = segments[0] if len(segments) == 1 else Segment(0, 0, 0, 0)
        self._drive, self._offset, self._plain_length = only.drive, only.offset, only.length
        self._head = bytes(_question(0, FEW)[: _HEAD.size])
        self._buffer = _question(0, FEW)

    def where(self, descriptor: int, size: int) -> tuple[Sequence[int] | None, bytes]:
        """Return what `pieces` does, and no checksums: there are none."""
        return self.pieces(descriptor, size), b""

    def pieces(self, descriptor: int, size: int) -> list[int] | tuple[int, ...] | None:
        """Return where a file's content lies: drive, place in the file, place on the drive, length, and so on.

        Returns:
            None if it has to be read through the file system.
        """
        buffer = self._buffer
        buffer[:32] = self._head
        try:
            ioctl(descriptor, FS_IOC_FIEMAP, buffer)
        except OSError:
            return None
        count, logical, physical, length, flags = _first_extent(buffer)
        if count == 1 and flags == _LAST and length >= size and not logical and physical + length <= self._plain_length:
            return self._drive, 0, physical + self._offset, size  # the usual file
        return self._many_pieces(descriptor, size)

    def pieces_of(self, inode: Inode, block_size: int) -> list[int] | tuple[int, ...] | None:
        """Return the same of a file whose inode has been read."""
        _, size, header, logical, place, _ = inode
        blocks = place & 0xFFFF
        if header == ONE_EXTENT and not logical and blocks <= WRITTEN_MAX:  # the usual file
            physical = (place >> 32 | (place >> 16 & 0xFFFF) << 32) * block_size
            if size <= blocks * block_size <= self._plain_length - physical:
                return self._drive, 0, physical + self._offset, size
        extents = extents_of(inode)
        if extents is None:
            return None
        found, behind = list[int](), 0
        for block, first, count in extents:
            logical, length = block * block_size, count * block_size
            if logical < behind:
                return None
            behind = logical + length
            left = min(length, size - logical)
            if left > 0 and not self._add(found, logical, first * block_size, left):
                return None
        return found

    def _many_pieces(self, descriptor: int, size: int) -> list[int] | None:
        try:
            extents = self._extents(descriptor)
        except OSError:
            return None
        found: list[int] = []
        for logical, physical, length, flags in extents:
            if flags & ~_PLAIN_FLAGS:
                return None
            left = min(length, size - logical)
            if left > 0 and not self._add(found, logical, physical, left):
                return None
        return found if len(extents) < EXTENTS_MAX else None

    def _extents(self, descriptor: int) -> list[tuple[int, int, int, int]]:
        found = _answer(self._buffer)
        while found and not found[-1][3] & _LAST and len(found) < EXTENTS_MAX:
            buffer = _question(found[-1][0] + found[-1][2], MANY)
            ioctl(descriptor, FS_IOC_FIEMAP, buffer)
            if not (more := _answer(buffer)):
                break
            found += more
        return found

    def _add(self, found: list[int], logical: int, physical: int, length: int) -> bool:
        """Add an extent, in as many pieces as the device makes of it; return False if the device ends before."""
        for segment in self._segments:
            inside = physical - segment.start
            if 0 <= inside < segment.length:
                count = min(length, segment.length - inside)
                found += (segment.drive, logical, segment.offset + inside, count)
                logical, physical, length = logical + count, physical + count, length - count
                if not length:
                    return True
        return False


def _question(start: int, count: int) -> bytearray:
    return bytearray(_HEAD.pack(start, (1 << 64) - 1 - start, 0, 0, count, 0)) + bytes(count * _EXTENT.size)


def _answer(buffer: bytearray) -> list[tuple[int, int, int, int]]:
    count = _HEAD.unpack_from(buffer)[3]
    return list(_EXTENT.iter_unpack(memoryview(buffer)[_HEAD.size : _HEAD.size + count * _EXTENT.size]))


class ExtentMaps:
    """The maps of all file systems that a walk comes through.

    Args:
        serials: The drives that the host can read.
    """

    def __init__(self, serials: list[str]) -> None:
        self._serials = frozenset(serials)
        self._known: dict[int, ExtentMap | BtrfsMap | None] = {}
        self._btrfs: dict[str, BtrfsMap | None] = {}

    def of(self, device: int, descriptor: int) -> ExtentMap | BtrfsMap | None:
        """Return the map of the file system with that device number; None if its contents cannot be read so.

        Args:
            device: The number that a file's status gives: each subvolume of a btrfs has one of its own.
            descriptor: The open file.
        """
        if device not in self._known:
            make = self._make if os.major(device) else self._make_btrfs
            self._known[device] = make(device, descriptor) if self._serials else None
        return self._known[device]

    def of_device(self, device: int) -> list[int] | None:
        """Return where the content of a whole device lies; None if a part of it lies on no drive."""
        try:
            segments = self._flushed_segments(device)
        except (OSError, ValueError):
            return None
        pieces = [(part.drive, part.start, part.offset, part.length) for part in segments]
        return [number for piece in pieces for number in piece] or None

    def _make(self, device: int, descriptor: int) -> ExtentMap | None:
        if read_only_type(descriptor) not in PLAIN_TYPES:
            return None
        try:
            segments = self._flushed_segments(device)
        except (OSError, ValueError):
            return None
        return ExtentMap(segments) if segments else None

    def _make_btrfs(self, device: int, descriptor: int) -> BtrfsMap | None:  # noqa: ARG002 as _make
        facts = btrfstrees.facts(descriptor)
        if facts is None or read_only_type(descriptor) not in BTRFS:
            return None
        if facts.uuid not in self._btrfs:
            try:
                self._btrfs[facts.uuid] = read_map(descriptor, facts, self._flushed_segments)
            except (OSError, ValueError):
                self._btrfs[facts.uuid] = None
        return self._btrfs[facts.uuid]

    def _flushed_segments(self, device: int) -> list[Segment]:
        _flush(device)
        return self._segments(device, 0)

    @cached_property
    def _drives(self) -> dict[str, int]:
        found = {disk.name: disk.serial for disk in all_disks() if disk.serial in self._serials}
        return {name: int(serial.removeprefix("drive")) for name, serial in found.items()}

    def _segments(self, device: int, depth: int) -> list[Segment]:
        """Return what a device is made of; nothing if a part of it is not plain."""
        # Not realpath: under emulation it costs a millisecond, and here is one link only.
        folder = "/sys/dev/block/" + os.readlink(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
        length = number(f"{folder}/size") * SECTOR
        if os.path.exists(f"{folder}/dm"):
            return self._mapped(device, depth) if depth < DEPTH_MAX else []
        start = 0
        if os.path.exists(f"{folder}/partition"):
            start = number(f"{folder}/start") * SECTOR
            folder = os.path.dirname(folder)
        if os.path.exists(f"{folder}/md"):
            return self._mirrored(folder, start, length, depth) if depth < DEPTH_MAX else []
        drive = self._drives.get(os.path.basename(folder))
        return [Segment(0, length, drive, start)] if drive is not None else []

    def _mirrored(self, folder: str, start: int, length: int, depth: int) -> list[Segment]:
        """Return where a part of an array lies, if that is a mirror: on the first member that has all of it."""
        side = mdsysfs.whole_side(folder)
        if side is None:
            return []
        found = cut(self._segments(side.device, depth + 1), side.offset + start, length, 0)
        return found if is_whole(found, length) else []

    def _mapped(self, device: int, depth: int) -> list[Segment]:
        found: list[Segment] = []
        for target in devicemapper.table(device):
            if target.kind != "linear":
                return []
            below, offset = target.parameters.split()
            major, _, minor = below.partition(":")
            parts = self._segments(os.makedev(int(major), int(minor)), depth + 1)
            wanted = cut(parts, int(offset) * SECTOR, target.length, target.start)
            if not is_whole(wanted, target.length):
                return []
            found += wanted
        return found


def _flush(device: int) -> None:
    """Let the drive have what the kernel has written to a device, such as a journal that was replayed."""
    descriptor = os.open(device_path(device), os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
