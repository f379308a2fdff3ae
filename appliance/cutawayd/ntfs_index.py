"""What can be known of an NTFS without mounting it, which takes a tenth of a second under emulation: the names in its
root, and whether it was cleanly unmounted; and whether its Windows sleeps.

Read are two records of the file table. Whatever looks unusual there is left to the kernel's driver.
Source: the headers of Linux' driver (fs/ntfs3/ntfs.h: NTFS_BOOT, MFT_REC, ATTRIB, INDEX_BUFFER, NTFS_DE, VOLUME_INFO).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

from cutawayd import nocase
from cutawayd.sysroot import Sysroot

#: How hiberfil.sys begins while there is a memory in it to wake up with; also for a fast startup.
ASLEEP = (b"hibr", b"HIBR")
#: Numbers of records, types of attributes.
VOLUME_RECORD, ROOT_RECORD = 3, 5
VOLUME_INFORMATION, INDEX_ROOT, INDEX_ALLOCATION = 0x70, 0x90, 0xA0
DIRTY, LAST_ENTRY = 1, 2
RECORD_MAX, INDEX_MAX, SECTOR = 65536, 1 << 20, 512
#: Where the names of an entry's file begin, from the entry on; its length is told two bytes before.
NAME_PLACE = 16 + 66


class UnusualError(Exception):
    """A structure is not as it usually is."""


#: What reading one that makes no sense ends with: it points outside of itself, of the device, of what can be an offset.
NONSENSE = (UnusualError, OSError, struct.error, IndexError, OverflowError, ValueError)


class Volume:
    """An NTFS on an open device.

    Raises:
        NONSENSE: it cannot be made sense of; as all methods.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        boot = os.pread(descriptor, SECTOR, 0)
        if boot[3:11] != b"NTFS    ":
            raise UnusualError
        sector, per_cluster = struct.unpack_from("<HB", boot, 11)
        self.cluster = sector * (per_cluster if per_cluster <= 128 else 1 << (256 - per_cluster))
        self._table = struct.unpack_from("<Q", boot, 48)[0] * self.cluster
        self._record_size, self._index_size = (self._size(*struct.unpack_from("<b", boot, place)) for place in (64, 68))

    def _size(self, told: int) -> int:
        size = told * self.cluster if told > 0 else 1 << -told
        if not SECTOR <= size <= RECORD_MAX:
            raise UnusualError
        return size

    def attributes(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Give type and whole of each attribute of a record."""
        record = mended(
            os.pread(self._descriptor, self._record_size, self._table + number * self._record_size), b"FILE"
        )
        place = struct.unpack_from("<H", record, 20)[0]
        while (kind := struct.unpack_from("<I", record, place)[0]) != 0xFFFFFFFF:
            length = struct.unpack_from("<I", record, place + 4)[0]
            if length < 24 or place + length > len(record):
                raise UnusualError
            yield kind, record[place : place + length]
            place += length

    def root_names(self) -> list[str]:
        """Return the names in the root."""
        names: list[str] = []
        found = dict(self.attributes(ROOT_RECORD))
        if INDEX_ROOT not in found:
            raise UnusualError
        names += _names(found[INDEX_ROOT], _value_place(found[INDEX_ROOT]) + 16)
        if INDEX_ALLOCATION in found:
            data = b"".join(self._runs(found[INDEX_ALLOCATION]))
            for start in range(0, len(data) - self._index_size + 1, self._index_size):
                block = data[start : start + self._index_size]
                if block[:4] == b"INDX":
                    names += _names(mended(block, b"INDX"), 24)
        return names

    def _runs(self, attribute: bytes) -> Iterator[bytes]:
        """Give the content of an attribute that is not resident."""
        place, cluster, total = struct.unpack_from("<H", attribute, 32)[0], 0, 0
        while head := attribute[place]:
            length_size, offset_size = head & 15, head >> 4
            after = place + 1 + length_size
            length = int.from_bytes(attribute[place + 1 : after], "little")
            cluster += int.from_bytes(attribute[after : after + offset_size], "little", signed=True)
            size = length * self.cluster
            total += size
            if not offset_size or cluster < 0 or total > INDEX_MAX:
                raise UnusualError
            yield os.pread(self._descriptor, size, cluster * self.cluster)
            place = after + offset_size

    def flags(self) -> int:
        """Return the flags of the volume."""
        for kind, attribute in self.attributes(VOLUME_RECORD):
            if kind == VOLUME_INFORMATION:
                return int(struct.unpack_from("<H", attribute, _value_place(attribute) + 10)[0])
        raise UnusualError


def _value_place(attribute: bytes) -> int:
    if attribute[8]:  # not resident
        raise UnusualError
    return int(struct.unpack_from("<H", attribute, 20)[0])


def _names(data: bytes, header: int) -> Iterator[str]:
    """Give the names of the entries of an index, whose header tells where they begin and end."""
    first, end = struct.unpack_from("<II", data, header)
    place, end = header + first, min(header + end, len(data))
    while place + 16 <= end:
        size, key_size, flags = struct.unpack_from("<HHH", data, place + 8)
        if flags & LAST_ENTRY:
            return
        if size < 16 or key_size + 16 > size:
            raise UnusualError
        letters = data[place + NAME_PLACE - 2]
        yield data[place + NAME_PLACE : place + NAME_PLACE + 2 * letters].decode("utf-16-le", "replace")
        place += size


def mended(record: bytes, magic: bytes) -> bytes:
    """Return a record with the true ends of its sectors, which are kept at its beginning."""
    place, count = struct.unpack_from("<HH", record, 4)
    if record[:4] != magic or count != len(record) // SECTOR + 1 or place + 2 * count > SECTOR:
        raise UnusualError
    data = bytearray(record)
    for number in range(1, count):
        end = number * SECTOR
        if data[end - 2 : end] != record[place : place + 2]:
            raise UnusualError
        data[end - 2 : end] = record[place + 2 * number : place + 2 * number + 2]
    return bytes(data)


def root_names(device: str) -> list[str] | None:
    """Return the names in the root of an NTFS; None if they cannot be told without mounting it."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return Volume(descriptor).root_names()
    except NONSENSE:
        return None
    finally:
        os.close(descriptor)


def is_dirty(device: str) -> bool:
    """Return whether an NTFS was not cleanly unmounted, as far as can be told."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return bool(Volume(descriptor).flags() & DIRTY)
    except NONSENSE:
        return False
    finally:
        os.close(descriptor)


def is_hibernated(tree: Sysroot) -> bool:
    """Return whether the Windows of a tree sleeps."""
    path = nocase.find(tree, ["hiberfil.sys"])
    if path is None:
        return False
    try:
        with tree.opened(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as descriptor:
            return os.pread(descriptor, 4, 0) in ASLEEP
    except OSError:
        return False
