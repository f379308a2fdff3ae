"""How long an image must be by what its own tables say: one that is shorter was not copied completely.

qemu reads what is missing as zeros, without a word, so that files would come out empty instead of not at all. Only a
lower bound is looked for, in a few small reads, for formats that tell it cheaply; a hostile image can only make itself
seem incomplete. Pure but for the reads that it is given.

Sources: docs/interop/qcow2.txt of qemu (refcount table); the headers of VDI in qemu's block/vdi.c; UEFI specification
section 5.3.2 (GPT header); the master boot record.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from cutaway.image_magic import QCOW2_FIXED

#: Reads up to so many bytes of the image, from an offset; fewer at its end.
Read = Callable[[int, int], bytes]

SECTOR, LONG_SECTOR = 512, 4096
#: qemu makes no longer refcount table; of the blocks that it leads to, not more is looked through either.
_READ_MAX = 8 << 20
_DIRTY = 1 << 0
#: What an entry of the table, or the header, may give as an offset.
_OFFSET = ~0x1FF & (1 << 56) - 1
_PARTITIONS_AT, _PARTITION, _BOOT_SIGNATURE_AT = 446, 16, 510
_PROTECTIVE = 0xEE
#: Tables of old were made in cylinders, and the last may be shorter.
_CYLINDER = 255 * 63


def end_of_data(kind: str, head: bytes, read: Read) -> int:
    """Return a length in bytes that the image must exceed or equal; 0 if nothing is known.

    Args:
        kind: Its format, by qemu's name.
        head: Its first bytes.
        read: Reads more of it.
    """
    match kind:
        case "qcow2":
            return _qcow2_end(head, read)
        case "vdi":
            return _vdi_end(head)
        case "raw":
            return max(_gpt_end(head, read), _mbr_end(head))
        case _:
            return 0


def _qcow2_end(head: bytes, read: Read) -> int:
    """Return the beginning, plus one, of the last cluster that is in use: the last may be shorter than others."""
    if len(head) < QCOW2_FIXED.size:
        return 0
    version: int
    cluster_bits: int
    _, version, _, _, cluster_bits, _, _, _, _, table_at, table_clusters = QCOW2_FIXED.unpack_from(head)
    order = int.from_bytes(head[96:100], "big") if version >= 3 else 4
    is_dirty = version >= 3 and int.from_bytes(head[72:80], "big") & _DIRTY
    if is_dirty or order > 6 or not 9 <= cluster_bits <= 21:
        return 0
    size, at = min(table_clusters << cluster_bits, _READ_MAX), table_at & _OFFSET
    table = read(size, at)
    return _last_in_use(table, 1 << cluster_bits, order, read) if len(table) == size else int(at + size)


def _last_in_use(table: bytes, cluster: int, order: int, read: Read) -> int:
    blocks = [(number, offset) for number, offset in enumerate(_offsets(table)) if offset]
    for number, offset in reversed(blocks[-(_READ_MAX // cluster) :]):
        block = read(cluster, offset)
        if len(block) < cluster:
            return offset + cluster
        if used := len(block.rstrip(b"\0")):
            last = number * (cluster * 8 >> order) + ((used - 1) * 8 >> order)
            return last * cluster + 1
    return 0


def _offsets(table: bytes) -> list[int]:
    return [entry & _OFFSET for (entry,) in struct.iter_unpack(">Q", table[: len(table) // 8 * 8])]


def _vdi_end(head: bytes) -> int:
    """Return where the last of the blocks ends that have been allocated."""
    if len(head) < 0x188:
        return 0
    (data_at,) = struct.unpack_from("<I", head, 0x158)
    block_size, _, _, allocated = struct.unpack_from("<IIII", head, 0x178)
    return int(data_at + allocated * block_size)


def _gpt_end(head: bytes, read: Read) -> int:
    """Return where the copy of the header ends that lies in the last sector."""
    if head[SECTOR : SECTOR + 8] == b"EFI PART":
        return _copy_at(head[SECTOR:]) * SECTOR
    kinds = head[_PARTITIONS_AT + 4 : _BOOT_SIGNATURE_AT : _PARTITION]
    if head[_BOOT_SIGNATURE_AT:SECTOR] == b"\x55\xaa" and _PROTECTIVE in kinds:
        header = read(SECTOR, LONG_SECTOR)
        return _copy_at(header) * LONG_SECTOR if header.startswith(b"EFI PART") else 0
    return 0


def _copy_at(header: bytes) -> int:
    """Return the number of sectors up to the end of the copy of a header."""
    (copy_at,) = struct.unpack_from("<Q", header.ljust(40, b"\0"), 32)
    return int(copy_at) + 1


def _mbr_end(head: bytes) -> int:
    """Return where the last partition ends, at least; a boot sector of a file system has no sound table."""
    if head[_BOOT_SIGNATURE_AT:SECTOR] != b"\x55\xaa":
        return 0
    end = 0
    for number in range(4):
        at = _PARTITIONS_AT + number * _PARTITION
        status, kind, start, count = struct.unpack_from("<B3xB3xII", head, at)
        if kind == 0 and not any(head[at : at + _PARTITION]):
            continue
        if status not in {0, 0x80} or not (kind and start and count) or kind == _PROTECTIVE:
            return 0
        end = max(end, (start + count - _CYLINDER) * SECTOR)
    return end
