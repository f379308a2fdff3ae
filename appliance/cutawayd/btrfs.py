"""Where the contents of files lie on a btrfs, and what their checksums have to be.

The extents of a file speak of addresses that the file system's chunks map to its devices. Only plain extents are
answered, in chunks that lie in one piece on a device, once or mirrored; nothing that is striped, compressed, inline,
encrypted, or not written yet.

The kernel verifies what it reads from a btrfs and takes the other copy if one is damaged. A host that reads for
itself must do no less: it is given the checksums (CRC-32C, the default), and has read again through the kernel what
does not match. So any copy may be named. Only of files that btrfs itself keeps no checksums of (chattr +C) there are
none to give: those must lie in chunks of one copy. All others have None for an answer.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cutawayd.btrfssums import SECTOR, SUM, Checksums
from cutawayd.btrfstrees import (
    CHUNK_KEY,
    CHUNK_TREE,
    CHUNKS,
    CRC32C,
    EXTENT_DATA_KEY,
    OWN_TREE,
    Facts,
    TreeReader,
    device_number,
    has_no_checksums,
)
from cutawayd.segments import Segment, cut, is_whole

#: struct btrfs_chunk up to its stripes: length, type, number of stripes; a stripe: device, place on it.
_CHUNK, _STRIPE = struct.Struct("=Q16xQ12xH2x"), struct.Struct("=QQ16x")
_DATA = 0x1
_STRIPED = 0x8 | 0x40 | 0x80 | 0x100
_PROFILES_KNOWN = 0x7FF
#: struct btrfs_file_extent_item: compression, encryption, other encoding, type, address, place in it, length.
_EXTENT = struct.Struct("=16xBBHBQ8xQQ")
_REGULAR = 1
EXTENTS_MAX = 8192
#: Checksums of one file that fit into a message beside others: of 2 GiB. A longer file goes the other way.
SUMS_MAX = 2 << 20


@dataclass(frozen=True, slots=True)
class _Extent:
    logical: int
    address: int
    length: int

    @property
    def padded(self) -> int:
        """Its length in whole sectors."""
        return -(-self.length // SECTOR) * SECTOR


class BtrfsMap:
    """Where the contents of one btrfs lie, in all of its subvolumes."""

    def __init__(self, segments: list[Segment], mirrored: set[int], node_size: int) -> None:
        self._segments = sorted(segments, key=lambda segment: segment.start)
        self._starts = [segment.start for segment in self._segments]
        self._mirrored = mirrored
        self._reader = TreeReader()
        self._sums = Checksums(TreeReader(), node_size)

    def where(self, descriptor: int, size: int) -> tuple[list[int] | None, bytes]:
        """Return where a file's content lies, as ExtentMap does, and the checksums of its sectors in that order."""
        try:
            extents = self._extents(descriptor, size)
            if extents is None or sum(extent.padded for extent in extents) // SECTOR * SUM > SUMS_MAX:
                return None, b""
            sums = self._all_sums(descriptor, extents)
            if sums is None and not has_no_checksums(descriptor):
                return None, b""
        except OSError:
            return None, b""
        return self._pieces(extents, is_verified=sums is not None), sums or b""

    def _extents(self, descriptor: int, size: int) -> list[_Extent] | None:
        found: list[_Extent] = []
        place = os.fstat(descriptor).st_ino, EXTENT_DATA_KEY
        for logical, item in self._reader.items(descriptor, OWN_TREE, place):
            if len(item) < _EXTENT.size or len(found) >= EXTENTS_MAX:
                return None
            compression, encryption, encoding, kind, disk, offset, length = _EXTENT.unpack_from(item)
            if compression or encryption or encoding or kind != _REGULAR:
                return None
            length = min(length, size - logical)
            if disk and length > 0:
                found.append(_Extent(logical, disk + offset, length))
        return found

    def _all_sums(self, descriptor: int, extents: list[_Extent]) -> bytes | None:
        found: list[bytes] = []
        for extent in extents:
            sums = self._sums.of(descriptor, extent.address, extent.padded)
            if sums is None:
                return None
            found.append(sums)
        return b"".join(found)

    def _pieces(self, extents: list[_Extent], *, is_verified: bool) -> list[int] | None:
        found: list[int] = []
        for extent in extents:
            logical, address, left = extent.logical, extent.address, extent.length
            while left:
                segment = self._segments[bisect_right(self._starts, address) - 1]
                inside = address - segment.start
                if not 0 <= inside < segment.length or (not is_verified and segment.start in self._mirrored):
                    return None
                count = min(left, segment.length - inside)
                if count < left and count % SECTOR:
                    return None  # checksums are of whole sectors
                found += (segment.drive, logical, segment.offset + inside, count)
                logical, address, left = logical + count, address + count, left - count
        return found


def read_map(descriptor: int, facts: Facts, segments_of: Callable[[int], list[Segment]]) -> BtrfsMap | None:
    """Return the map of the file system that something open is in; None if none of its data lies plainly.

    Args:
        descriptor: What is open.
        facts: What the file system says of itself.
        segments_of: Says where a block device lies on the drives; nothing if it does not.

    Raises:
        OSError: its trees cannot be read.
    """
    if (facts.sector_size, facts.csum_type) != (SECTOR, CRC32C):
        return None
    devices: dict[int, list[Segment]] = {}

    def device(device_id: int) -> list[Segment]:
        if device_id not in devices:
            try:
                devices[device_id] = segments_of(device_number(descriptor, facts.uuid, device_id))
            except (OSError, ValueError):  # it is missing; the other copy will do
                devices[device_id] = []
        return devices[device_id]

    segments: list[Segment] = []
    mirrored: set[int] = set()
    for start, length, stripes in _plain_chunks(descriptor):
        copies = (cut(device(device_id), offset, length, start) for device_id, offset in stripes)
        parts = next((copy for copy in copies if is_whole(copy, length)), [])
        segments += parts
        if len(stripes) > 1:
            mirrored |= {part.start for part in parts}
    return BtrfsMap(segments, mirrored, facts.node_size) if segments else None


def _plain_chunks(descriptor: int) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Give address, length and stripes of each chunk with data of which a stripe is a whole copy."""
    for start, item in TreeReader().items(descriptor, CHUNK_TREE, (CHUNKS, CHUNK_KEY)):
        length, kind, count = _CHUNK.unpack_from(item)
        if not kind & _DATA or kind & _STRIPED or kind & ~_PROFILES_KNOWN:
            continue
        places = [_STRIPE.unpack_from(item, _CHUNK.size + number * _STRIPE.size) for number in range(count)]
        yield start, length, [(device_id, offset) for device_id, offset in places]
