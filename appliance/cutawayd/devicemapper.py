"""Tables of the device mapper (Linux Documentation/admin-guide/device-mapper, linux/dm-ioctl.h), by its ioctl."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

CONTROL = "/dev/mapper/control"
SECTOR = 512
_TABLE_STATUS = 0xC138FD0C
_WANTS_TABLE = 1 << 4
#: struct dm_ioctl: version, data_size, data_start, target_count, open_count, flags, event_nr, padding, dev, names.
_HEAD = struct.Struct("=3IIIIiIIIQ128s129s7x")
_TARGET = struct.Struct("=QQiI16s")
_BUFFER = 16 << 10


@dataclass(frozen=True, slots=True)
class Target:
    """A part of a mapped device: where it begins and how long it is in bytes, its kind, and what the kind is told."""

    start: int
    length: int
    kind: str
    parameters: str


def table(device: int) -> list[Target]:
    """Return the table of a mapped device, by its number.

    Raises:
        OSError: it is none.
    """
    minor = os.minor(device)
    number = (minor & 0xFF) | (os.major(device) << 8) | ((minor & ~0xFF) << 12)
    buffer = bytearray(_BUFFER)
    _HEAD.pack_into(buffer, 0, 4, 0, 0, _BUFFER, _HEAD.size, 0, 0, _WANTS_TABLE, 0, 0, number, b"", b"")
    with open(CONTROL, "rb", buffering=0) as control:
        fcntl.ioctl(control, _TABLE_STATUS, buffer)
    _, _, _, _, start, count, *_ = _HEAD.unpack_from(buffer)
    return list(_targets(bytes(buffer[start:]), count))


def _targets(data: bytes, count: int) -> Iterator[Target]:
    place = 0
    for _ in range(count):
        first, length, _, following, kind = _TARGET.unpack_from(data, place)
        text = data[place + _TARGET.size : following].split(b"\0", 1)[0].decode("ascii", "replace")
        yield Target(first * SECTOR, length * SECTOR, kind.split(b"\0", 1)[0].decode("ascii", "replace"), text)
        place = following
