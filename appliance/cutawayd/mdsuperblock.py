"""Superblocks of Linux software RAID (md(4)): which array a member belongs to, how that is called, what it needs.

Source: linux/raid/md_p.h. mdadm(8) reads them again when it assembles, and judges which members are up to date; here
only what names an array and tells how many members it has is looked at. All metadata of a member is hostile.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass

MAGIC = 0xA92B4EFC
SECTOR = 512
SIZE = 4096
#: magic, major_version, set_uuid, set_name, level, raid_disks, super_offset, dev_number, max_dev; then the roles.
_VERSION_1 = struct.Struct("<II8x16s32s8xi16xI48xQ8xI56xI32x")
#: magic, major_version, set_uuid0, level, raid_disks, md_minor, set_uuid1 to 3; far behind this_disk.raid_disk, state.
_VERSION_0 = struct.Struct("<II12xI4xi8xII4xIII")
_THIS_DISK = struct.Struct("<12xII")
_THIS_DISK_AT = 992 * 4
_ROLE = struct.Struct("<H")
#: Roles from here on are spares, faulty ones and journals.
_NO_ROLE = 0xFFFD
#: MD_DISK_ACTIVE and MD_DISK_SYNC.
_WORKS = 0b110
#: How many arrays can be numbered by their names: more than anybody has.
NUMBERS = 10_000
_NUMBERED = re.compile(r"(?:md)?(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Superblock:
    """What a member says of its array.

    Attributes:
        uuid: As mdadm(8) writes it: four words of hexadecimal digits with colons between them.
        name: "HOST:NAME" or "NAME", any text at all; "" in metadata 0.90.
        number: That of /dev/mdNUMBER, if it asks for one.
        level: The kernel's number of the level.
        raid_disks: How many members the array has when it is whole.
        is_active: Whether this member holds data: it is no spare, and was not found faulty.
    """

    uuid: str
    name: str
    number: int | None
    level: int
    raid_disks: int
    is_active: bool


def read(device: str) -> Superblock | None:
    """Return the superblock of a member; None if it has none that is understood, or cannot be read."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _found(descriptor, os.lseek(descriptor, 0, os.SEEK_END))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _found(descriptor: int, size: int) -> Superblock | None:
    """Look where metadata 1.0, 1.1, 1.2 and 0.90 have their superblocks."""
    at_end = (size // SECTOR - 16) // 8 * 8 * SECTOR
    for offset in (at_end, 0, 8 * SECTOR):
        if offset >= 0 and (found := version_1(os.pread(descriptor, SIZE, offset), offset)):
            return found
    offset = size // 65536 * 65536 - 65536
    return version_0(os.pread(descriptor, SIZE, offset)) if offset >= 0 else None


def version_1(data: bytes, offset: int) -> Superblock | None:
    """Return what a superblock of metadata 1.0, 1.1 or 1.2 says; None if this is none, or belongs elsewhere."""
    if len(data) < _VERSION_1.size:
        return None
    magic, major, uuid, name, level, raid_disks, place, number, count = _VERSION_1.unpack_from(data)
    if magic != MAGIC or major != 1 or place * SECTOR != offset:
        return None
    role = _NO_ROLE
    at = _VERSION_1.size + number * _ROLE.size
    if number < count and at + _ROLE.size <= len(data):
        (role,) = _ROLE.unpack_from(data, at)
    text = name.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    return Superblock(_spelt(uuid), text, number_in(text), level, raid_disks, role < _NO_ROLE)


def version_0(data: bytes) -> Superblock | None:
    """Return what a superblock of metadata 0.90 says; None if this is none."""
    if len(data) < SIZE:
        return None
    magic, major, uuid0, level, raid_disks, minor, *uuids = _VERSION_0.unpack_from(data)
    if magic != MAGIC or major != 0:
        return None
    _, state = _THIS_DISK.unpack_from(data, _THIS_DISK_AT)
    uuid = _spelt(struct.pack(">IIII", uuid0, *uuids))
    return Superblock(uuid, "", minor if minor < NUMBERS else None, level, raid_disks, state & _WORKS == _WORKS)


def _spelt(uuid: bytes) -> str:
    return uuid.hex(":", 4)


def number_in(name: str) -> int | None:
    """Return the number that a name stands for: "0" or "md0", with or without the host before it."""
    match = _NUMBERED.fullmatch(name.rpartition(":")[2])
    return int(match[1]) if match else None
