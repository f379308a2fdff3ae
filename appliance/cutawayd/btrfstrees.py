"""What btrfs tells root of itself: items of its trees (linux/btrfs_tree.h), its devices, its sizes (linux/btrfs.h).

Reads through the kernel of the guest, which checks what it reads; writes nothing.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import ioctl
from uuid import UUID

CHUNK_TREE, CSUM_TREE, OWN_TREE = 3, 7, 0
CHUNKS, CSUMS = 256, (1 << 64) - 10
EXTENT_DATA_KEY, CSUM_KEY, CHUNK_KEY = 108, 128, 228
CRC32C = 0

_TREE_SEARCH_V2, _DEV_INFO, _FS_INFO, _GETFLAGS = 0xC0709411, 0xD000941E, 0x8400941F, 0x80086601
_NOCOW = 0x00800000
#: struct btrfs_ioctl_search_args_v2: tree, least and greatest object, offset and transaction, kinds, items, buffer.
_SEARCH = struct.Struct("=QQQQQQQIII36xQ")
_ITEMS_FOUND = struct.Struct("=64xI").unpack_from
_ITEM = struct.Struct("=16xQ4xI")
_ITEMS_MAX, _BUFFER = (1 << 32) - 1, 128 << 10
_ANY = (1 << 64) - 1
_FS = struct.Struct("=16x16sII4xHHQ968x")
_WANTS_CSUM = struct.Struct("=48xQ968x").pack(1)
_DEVICE, _PATH_AT, _DEVICE_SIZE = struct.Struct("=Q"), 3072, 4096


@dataclass(frozen=True, slots=True)
class Facts:
    """What all of a btrfs has in common: its UUID, the sizes of its nodes and sectors, the kind of its checksums."""

    uuid: str
    node_size: int
    sector_size: int
    csum_type: int


def facts(descriptor: int) -> Facts | None:
    """Return what the file system says of itself; None if it is no btrfs."""
    buffer = bytearray(_WANTS_CSUM)
    try:
        ioctl(descriptor, _FS_INFO, buffer)
    except OSError:
        return None
    uuid, node_size, sector_size, csum_type, _, _ = _FS.unpack(buffer)
    return Facts(str(UUID(bytes=uuid)), node_size, sector_size, csum_type)


def device_number(descriptor: int, uuid: str, device_id: int) -> int:
    """Return the number of the block device that is one of a file system's.

    Raises:
        OSError: it is missing.
    """
    buffer = bytearray(_DEVICE_SIZE)
    _DEVICE.pack_into(buffer, 0, device_id)
    ioctl(descriptor, _DEV_INFO, buffer)
    number = os.stat(bytes(buffer[_PATH_AT:]).split(b"\0", 1)[0]).st_rdev
    name = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}"))
    os.stat(f"/sys/fs/btrfs/{uuid}/devices/{name}")  # what has that path may be another by now
    return number


def has_no_checksums(descriptor: int) -> bool:
    """Tell whether a file is one that btrfs writes in place, and keeps no checksums of (chattr +C)."""
    buffer = bytearray(8)
    ioctl(descriptor, _GETFLAGS, buffer)
    return bool(int.from_bytes(buffer[:4], "little") & _NOCOW)


class TreeReader:
    """Reads items; each search overwrites what the last has given."""

    def __init__(self) -> None:
        self._buffer = bytearray(_SEARCH.size + _BUFFER)
        self._view = memoryview(self._buffer).toreadonly()

    def items(
        self, descriptor: int, tree: int, place: tuple[int, int], first: int = 0, last: int = _ANY
    ) -> Iterator[tuple[int, memoryview]]:
        """Give offset and content of the items of one object and kind, in the order of their offsets.

        Args:
            descriptor: Anything of the file system; what OWN_TREE is that of.
            tree: Which tree.
            place: Object and kind.
            first: The least offset.
            last: The greatest.

        Raises:
            OSError: the tree cannot be read.
        """
        object_id, kind = place
        while first <= last:
            _SEARCH.pack_into(
                self._buffer, 0, tree, object_id, object_id, first, last, 0, _ANY, kind, kind, _ITEMS_MAX, _BUFFER
            )
            ioctl(descriptor, _TREE_SEARCH_V2, self._buffer)
            (count,) = _ITEMS_FOUND(self._buffer)
            if not count:
                return
            at = _SEARCH.size
            for _ in range(count):
                first, length = _ITEM.unpack_from(self._buffer, at)
                at += _ITEM.size
                yield first, self._view[at : at + length]
                at += length
            first += 1
