"""Members of software RAID without any program: superblocks in all versions of the metadata, around data that is zeros.

Zeros are consistent at every level. Source: linux/raid/md_p.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

MIB = 1 << 20
SECTOR = 512
MAGIC = 0xA92B4EFC
MADE = 1_700_000_000
CHUNK = 64 << 10
WHOLE = (1 << 64) - 1
#: What the superblock calls the usual arrangement of each level: left-symmetric, near copies.
LAYOUTS = {5: 2, 6: 2, 10: 0x102}
#: Data of metadata 1.1 and 1.2 begins here.
DATA_OFFSET = 1 * MIB


@dataclass(frozen=True)
class Member:
    """A member of an array.

    Attributes:
        version: Of the metadata: "0.90", "1.0", "1.1" or "1.2".
        name: "HOST:NAME"; in metadata 0.90 the number.
        count: How many members the array has.
        role: Which of them this is.
        events: Who has fewer than the others is out of date.
        is_clean: Whether the array was stopped properly.
    """

    uuid: bytes
    version: str
    name: str
    level: int
    count: int
    role: int = 0
    events: int = 20
    is_clean: bool = True

    def others(self) -> list[Member]:
        """Return all members of the array."""
        return [replace(self, role=role) for role in range(self.count)]


def write(path: Path, start: int, size: int, member: Member) -> None:
    """Make a part of an image a member."""
    offset, data = _version_0(size, member) if member.version == "0.90" else _version_1(size, member)
    with path.open("r+b") as file:
        file.seek(start + offset)
        file.write(data)


def data_start(version: str) -> int:
    """Return where in a member the data begins."""
    return DATA_OFFSET if version in {"1.1", "1.2"} else 0


def _version_1(size: int, member: Member) -> tuple[int, bytes]:
    sectors = size // SECTOR
    offset = {"1.0": (sectors - 16) // 8 * 8, "1.1": 0, "1.2": 8}[member.version]
    start = data_start(member.version) // SECTOR
    room = (offset if member.version == "1.0" else sectors) - start
    used = room // (CHUNK // SECTOR) * (CHUNK // SECTOR)
    head = struct.pack(
        "<IIII16s32sQiIQII", MAGIC, 1, 0, 0, member.uuid, member.name.encode(), MADE, member.level,
        LAYOUTS.get(member.level, 0), used, 0 if member.level == 1 else CHUNK // SECTOR, member.count,
    )  # fmt: skip
    rest = bytes(128 - len(head)) + struct.pack("<QQQQII16s", start, room, offset, 0, member.role, 0, _own(member))
    state = struct.pack("<QQQII", MADE, member.events, WHOLE if member.is_clean else 0, 0, member.count)
    roles = struct.pack(f"<{member.count}H", *range(member.count))
    data = bytearray((head + rest).ljust(192, b"\0") + state.ljust(64, b"\0") + roles)
    struct.pack_into("<I", data, 216, checksum(bytes(data)))
    return offset * SECTOR, bytes(data)


def _own(member: Member) -> bytes:
    return member.uuid[:15] + bytes([member.role])


def checksum(data: bytes) -> int:
    """Return the sum of a superblock in which its place is zero."""
    whole = len(data) // 4 * 4
    total = sum(word for (word,) in struct.iter_unpack("<I", data[:whole]))
    total += int.from_bytes(data[whole:], "little")
    return (total & 0xFFFFFFFF) + (total >> 32) & 0xFFFFFFFF


def _version_0(size: int, member: Member) -> tuple[int, bytes]:
    offset = size // 65536 * 65536 - 65536
    first, *uuid = struct.unpack(">IIII", member.uuid)
    words = [0] * 1024
    words[:16] = [
        MAGIC, 0, 90, 0, 0, first, MADE, member.level, offset // 1024, member.count, member.count, int(member.name), 0,
        *uuid,
    ]  # fmt: skip
    words[32:44] = [MADE, member.is_clean, member.count, member.count, 0, 0, 0, member.events, 0, member.events, 0, 0]
    words[64:66] = [LAYOUTS.get(member.level, 0), 0 if member.level == 1 else CHUNK]
    for role in range(member.count):
        words[128 + role * 32 : 133 + role * 32] = [role, 0, 0, role, 6]
    words[992:997] = [member.role, 0, 0, member.role, 6]
    words[43] = 0xFFFFFFFF if member.is_clean else 0
    words[38] = checksum(struct.pack("<1024I", *words))
    return offset, struct.pack("<1024I", *words)


def partition(path: Path, *sizes: int) -> list[int]:
    """Divide an image into primary partitions, one after another from 1 MiB on; return where each begins."""
    starts, entries, start = list[int](), b"", MIB
    for size in sizes:
        entries += struct.pack("<B3sB3sII", 0, b"", 0xFD, b"", start // SECTOR, size // SECTOR)
        starts.append(start)
        start += size
    with path.open("r+b") as file:
        file.seek(446)
        file.write(entries.ljust(64, b"\0") + b"\x55\xaa")
    return starts


def where_it_lies(images: list[Path], extents: list[int]) -> bytes:
    """Return what the images hold where a content is said to lie: drive, place in the file, place there, length …"""
    found = b""
    for drive, _, offset, length in zip(*[iter(extents)] * 4, strict=True):
        with images[drive].open("rb") as file:
            file.seek(offset)
            found += file.read(length)
    return found


def empty(path: Path, size: int) -> Path:
    """Make an image of zeros."""
    with path.open("wb") as file:
        file.truncate(size)
    return path
