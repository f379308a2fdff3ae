"""What an ext4 inode says beside the status of its file: extents, and extended attributes that lie in it.

Source: https://docs.kernel.org/filesystems/ext4/ (extent tree, extended attributes).
"""

from __future__ import annotations

import struct

from cutawayd.ext4_inodes import INODE_SIZE, Inode

#: The head of the extents of a file that has one: magic number, one, room for four, no level below.
ONE_EXTENT = 0xF30A | 1 << 16 | 4 << 32
#: The most blocks of an extent; a larger number means one that has no content yet.
WRITTEN_MAX = 1 << 15
_EXTENTS_AT, _ROOM = 52, 4
_extent = struct.Struct("<IHHI")
#: Where the number of the block with further attributes is, and what begins those in the inode.
_BLOCK, _NO_BLOCK = slice(104, 108), bytes(4)
_ATTRIBUTES = b"\0\0\2\xea"
#: Length and prefix of the name, where the value lies, in which inode, how long it is.
_attribute = struct.Struct("<BBHII4x")
#: Prefixes of attributes whose values are what the kernel gives.
_PREFIXES = {1: b"user.", 4: b"trusted.", 6: b"security."}


def extents_of(inode: Inode) -> list[tuple[int, int, int]] | None:
    """Return place in the file, place on the device and length of each extent, in blocks.

    Returns:
        None if they are not all in the inode, or one has no content yet.
    """
    _, _, header, logical, place, row = inode
    if header == ONE_EXTENT and (length := place & 0xFFFF) <= WRITTEN_MAX:
        return [(logical, place >> 32 | (place >> 16 & 0xFFFF) << 32, length)]
    count = header >> 16 & 0xFFFF
    if header & 0xFFFF != ONE_EXTENT & 0xFFFF or header >> 48 or count > _ROOM:
        return None
    found = []
    for number in range(count):
        logical, length, high, low = _extent.unpack_from(row, _EXTENTS_AT + number * _extent.size)
        if length > WRITTEN_MAX:
            return None
        found.append((logical, low | high << 32, length))
    return found


def attributes_of(inode: Inode) -> list[bytes] | None:
    """Return names and values of extended attributes in turn.

    Returns:
        None if they are not all in the inode, or of a kind that the kernel has to translate.
    """
    row = inode[-1]
    begin = INODE_SIZE // 2 + row[INODE_SIZE // 2]
    if row[_BLOCK] != _NO_BLOCK:
        return None
    return _attributes(row[begin + 4 :]) if row[begin : begin + 4] == _ATTRIBUTES else []


def _attributes(area: bytes) -> list[bytes] | None:
    found, at = list[bytes](), 0
    while at + _attribute.size <= len(area) and any(area[at : at + 4]):
        length, prefix, value_at, elsewhere, size = _attribute.unpack_from(area, at)
        begin = at + _attribute.size
        name, value = area[begin : begin + length], area[value_at : value_at + size]
        if prefix not in _PREFIXES or elsewhere or len(value) != size or not name or b"\0" in name:
            return None
        found += (_PREFIXES[prefix] + name, value)
        at = begin + (length + 3) // 4 * 4
    return found
