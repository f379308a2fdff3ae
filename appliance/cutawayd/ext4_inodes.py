"""The status of many files of an ext4 file system at once, from its inode tables: read in large pieces and decoded
here, they cost a fraction of as many calls to an emulated kernel.

Only for what is mounted read-only, and only for the usual: regular files in the form that mke2fs has made since 2008.
Anything else is left to the kernel. Damage does not pass: where the file system has checksums, they are looked at, many
inodes together.

Source: https://docs.kernel.org/filesystems/ext4/ (super block, group descriptors, inodes, checksums).
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain
from operator import xor

from cutaway.records import Stat

from cutawayd.crc32c import crc32c

MAGIC, INODE_SIZE = 0xEF53, 256
#: What a device is read in; rows never lie across two of them.
WINDOW = 32 << 10
_SUPERBLOCK_AT, _SUPERBLOCK_SIZE = 1024, 1024
_WIDE, _SEED, _CHECKSUMS = 0x80, 0x2000, 0x400
#: Features that the tables can be read with: file types, journal, extents, 64 bits, MMP, flexible groups, attributes in
#: inodes, seed, large directories, contents in inodes, encryption, case folding.
_KNOWN = 0x2 | 0x4 | 0x40 | _WIDE | 0x100 | 0x200 | 0x400 | _SEED | 0x4000 | 0x8000 | 0x10000 | 0x20000
#: mode, uid, size, atime, ctime, mtime, gid, links, blocks, flags, extent header, first extent (place in the file;
#: length, high and low part of its place on the disk), high part of size, those of blocks and attribute block (32 bits)
#: with those of the ids (32 bits); length of the extra part, fractions of ctime, mtime, atime.
_fields = struct.Struct("<HHIiii4xHHII4xQ4xIQ44xI4xQ4xH2xIII112x").iter_unpack
_whole = struct.Struct(f"{INODE_SIZE}s").iter_unpack
_Row = tuple[int, tuple[int, ...], tuple[bytes]]
_REGULAR, _TYPE = 0x8000, 0xF000
_EXTENTS = 0x80000
#: What flags are looked at: beside that for extents none of compressed, encrypted, huge, verity, in the inode.
_LOOKED_AT = _EXTENTS | 0x4 | 0x800 | 0x40000 | 0x100000 | 0x10000000
#: The extra part has to reach over the fraction of atime; how long it usually is.
_EXTRA_MIN, _EXTRA_MAX, _EXTRA = 16, 128, 32
#: In a fraction, what belongs to the seconds; of that, what tells of a time after 2174: the wire's end in 2262.
_EPOCH, _FAR = 3, 2
_NOBODY, _SECOND = 0xFFFFFFFF, 1_000_000_000
_GENERATION, _LOW_SUM, _HIGH_SUM = slice(100, 104), slice(124, 126), slice(130, 132)

#: A regular file as its inode says: status in the wire's form; size; the head of its extents; where the first lies in
#: the file, in blocks; its length in blocks and its place on the device, packed; the whole inode.
Inode = tuple[bytes, int, int, int, int, bytes]


class UnusualError(ValueError):
    """The tables of this file system cannot be read here."""


class InodeTable:
    """The inodes of one file system.

    Args:
        descriptor: What it lies on; it stays the caller's.
        device: The device's number.

    Raises:
        UnusualError: it is of another kind.
        OSError: it cannot be read.
    """

    def __init__(self, descriptor: int, device: int) -> None:
        self._descriptor = descriptor
        self._device = device
        self._tables: dict[int, int] = {}
        self._take(os.pread(descriptor, _SUPERBLOCK_SIZE, _SUPERBLOCK_AT))

    def _take(self, block: bytes) -> None:
        """Take what the super block says."""
        if len(block) < _SUPERBLOCK_SIZE:
            raise UnusualError("the super block is not there")
        (self._count,) = struct.unpack_from("<I", block)
        first_block, block_shift = struct.unpack_from("<II", block, 0x14)
        (self._per_group,) = struct.unpack_from("<I", block, 0x28)
        (magic,) = struct.unpack_from("<H", block, 0x38)
        (inode_size,) = struct.unpack_from("<H", block, 0x58)
        incompatible, only_read = struct.unpack_from("<II", block, 0x60)
        (wide_size,) = struct.unpack_from("<H", block, 0xFE)
        is_usual = (magic, inode_size, incompatible & ~_KNOWN) == (MAGIC, INODE_SIZE, 0)
        if not is_usual or block_shift > 6 or not self._per_group:
            raise UnusualError("the file system is of another kind")
        self.block_size = 1024 << block_shift
        self._group_size = wide_size if incompatible & _WIDE else 32
        self._groups_at = (first_block + 1) * self.block_size
        self._seed: int | None = None
        if only_read & _CHECKSUMS:
            (seed,) = struct.unpack_from("<I", block, 0x270)
            self._seed = seed if incompatible & _SEED else crc32c(0xFFFFFFFF, block[0x68:0x78])

    def read(self, inodes: Iterable[int]) -> dict[int, Inode]:
        """Return what is known of some inodes; what is missing has to be asked of the kernel."""
        try:
            return self._decoded(sorted(set(inodes)))
        except (OSError, struct.error):  # a table that ends early
            return {}

    def _decoded(self, inodes: list[int]) -> dict[int, Inode]:
        """Decode the rows; one loop without calls, because under emulation each costs as much as a line of work."""
        found: dict[int, Inode] = {}
        device, block_size, pack = self._device, self.block_size, Stat.PACKED.pack
        for inode, (
            mode, uid, size, atime, ctime, mtime, gid, links, blocks, flags, header, logical, place,
            size_high, high, extra, ctime_more, mtime_more, atime_more,
        ), (row,) in chain.from_iterable(self._rows(inodes)):  # fmt: skip
            if flags & _LOOKED_AT != _EXTENTS or mode & _TYPE != _REGULAR or not links:
                continue
            if extra != _EXTRA and not _EXTRA_MIN <= extra <= _EXTRA_MAX:
                continue
            if size_high or high or (atime_more | mtime_more | ctime_more) & _EPOCH:
                if (wide := self._wide(inode, row)) is not None:
                    found[inode] = *wide, header, logical, place, row
                continue
            status = pack(
                device, inode, mode, links, uid, gid, 0, size, block_size, blocks,
                atime * _SECOND + (atime_more >> 2),
                mtime * _SECOND + (mtime_more >> 2),
                ctime * _SECOND + (ctime_more >> 2),
            )  # fmt: skip
            found[inode] = status, size, header, logical, place, row
        return found if self._is_sound(found) else {}

    def _wide(self, inode: int, row: bytes) -> tuple[bytes, int] | None:
        """Return status and size of a file whose numbers have high parts; None if they go too far."""
        ((
            mode, uid, size, atime, ctime, mtime, gid, links, blocks, _, _, _, _,
            size_high, high, _, ctime_more, mtime_more, atime_more,
        ),) = _fields(row)  # fmt: skip
        ids_high = high >> 32
        size |= size_high << 32
        uid, gid = uid | (ids_high & 0xFFFF) << 16, gid | ids_high >> 16 << 16
        if high & _NOBODY or size >> 63 or _NOBODY in {uid, gid} or (atime_more | mtime_more | ctime_more) & _FAR:
            return None
        times = [
            (seconds + ((more & _EPOCH) << 32)) * _SECOND + (more >> 2)
            for seconds, more in ((atime, atime_more), (mtime, mtime_more), (ctime, ctime_more))
        ]
        numbers = (self._device, inode, mode, links, uid, gid, 0, size, self.block_size, blocks, *times)
        return Stat.PACKED.pack(*numbers), size

    def _rows(self, inodes: list[int]) -> Iterator[Iterator[_Row]]:
        """Give the rows of sorted inodes, window by window: number, fields, the whole row."""
        done = 0
        while done < len(inodes):
            first, table_end, table = self._group_of(inodes[done])
            offset = table + (inodes[done] - first) * INODE_SIZE
            inside = offset % WINDOW
            end = min(table_end, inodes[done] + (WINDOW - inside) // INODE_SIZE)
            wanted = inodes[done : bisect_left(inodes, end, done)]
            done += len(wanted)
            numbers = range(wanted[0], wanted[-1] + 1)
            window = os.pread(self._descriptor, WINDOW, offset - inside)
            data = window[inside : inside + len(numbers) * INODE_SIZE]
            rows = zip(numbers, _fields(data), _whole(data), strict=True)
            yield rows if len(wanted) == len(numbers) else filter(_is_one_of(wanted), rows)

    def _group_of(self, inode: int) -> tuple[int, int, int]:
        """Return the first inode of a group, the first of the next, and where the group's table begins."""
        if not 0 < inode <= self._count:
            raise struct.error("there is no such inode")
        group = (inode - 1) // self._per_group
        if group not in self._tables:
            entry = os.pread(self._descriptor, self._group_size, self._groups_at + group * self._group_size)
            (block,) = struct.unpack_from("<I", entry, 8)
            if self._group_size > 32:
                block |= struct.unpack_from("<I", entry, 0x28)[0] << 32
            self._tables[group] = block * self.block_size
        first = group * self._per_group + 1
        return first, first + self._per_group, self._tables[group]

    def _is_sound(self, found: dict[int, Inode]) -> bool:
        """Tell whether the checksums of inodes are right: a CRC is linear, so that of a sum is the sum of all."""
        if self._seed is None or not found:
            return True
        rows = b"".join([inode[-1] for inode in found.values()])
        numbers = reduce(xor, found)
        summed = bytearray(_xor_of(rows).to_bytes(INODE_SIZE, "little"))
        wanted = int.from_bytes(summed[_LOW_SUM] + summed[_HIGH_SUM], "little")
        summed[_LOW_SUM] = summed[_HIGH_SUM] = b"\0\0"
        state = self._seed if len(found) % 2 else 0
        return crc32c(state, numbers.to_bytes(4, "little") + summed[_GENERATION] + summed) == wanted


def _is_one_of(wanted: list[int]) -> Callable[[_Row], bool]:
    members = set(wanted)
    return lambda row: row[0] in members


def _xor_of(rows: bytes) -> int:
    """Return the exclusive or of all rows, as a number: many rows at once, the sum then by halves."""
    pieces = (rows[begin : begin + WINDOW] for begin in range(0, len(rows), WINDOW))
    value, count = reduce(xor, (int.from_bytes(piece, "little") for piece in pieces)), WINDOW // INODE_SIZE
    while count > 1:
        count //= 2
        half = count * INODE_SIZE * 8
        value = value >> half ^ value & (1 << half) - 1
    return value
