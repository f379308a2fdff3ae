"""Writes the label and metadata of an LVM2 physical volume into a file, without LVM, root or loop devices.

The format is that of LVM2's "text" metadata: a label in sector 1, one metadata area from 4 KiB to 1 MiB, and
linear volumes from 1 MiB on. Enough for `vgchange -ay`, which checks all of it.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from cutaway.testing.images import FakeVolume, FakeVolumeGroup

SECTOR = 512
EXTENT = 4 * 1024 * 1024
AREA_START, AREA_SIZE = 4096, 1024 * 1024 - 4096
DATA_START = 1024 * 1024
MAGIC = b" LVM2 x[5A%r0N*>"
MADE = 1_715_947_200


def crc(data: bytes) -> int:
    """LVM's own use of CRC-32: another start value, no final inversion."""
    return zlib.crc32(data, 0xF597A6CF ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def label(pv_uuid: str, size: int) -> bytes:
    """Return sector 1."""
    areas = struct.pack("<QQQQ", DATA_START, 0, 0, 0) + struct.pack("<QQQQ", AREA_START, AREA_SIZE, 0, 0)
    header = pv_uuid.replace("-", "").encode() + struct.pack("<Q", size) + areas + struct.pack("<IIQQ", 2, 1, 0, 0)
    body = (struct.pack("<I8s", 32, b"LVM2 001") + header).ljust(SECTOR - 20, b"\0")
    return struct.pack("<8sQI", b"LABELONE", 1, crc(body)) + body


def volume_text(volume: FakeVolume, first_extent: int) -> str:
    """Return the section of a linear volume."""
    return f"""
{volume.name} {{
id = "{volume.uuid}"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
creation_time = {MADE}
creation_host = "cutaway"
segment_count = 1
segment1 {{
start_extent = 0
extent_count = {volume.size_bytes // EXTENT}
type = "striped"
stripe_count = 1
stripes = [
"pv0", {first_extent}
]
}}
}}
"""


def metadata(group: FakeVolumeGroup, size: int, volumes: str = "") -> bytes:
    """Return the text of the whole group, with the sections of further volumes."""
    extent = 0
    for volume in group.volumes:
        volumes += volume_text(volume, extent)
        extent += volume.size_bytes // EXTENT
    return (
        f"""\
{group.name} {{
id = "{group.uuid}"
seqno = 1
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = {EXTENT // SECTOR}
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {{
pv0 {{
id = "{group.pv_uuid}"
device = "/dev/sda3"
status = ["ALLOCATABLE"]
flags = []
dev_size = {size // SECTOR}
pe_start = {DATA_START // SECTOR}
pe_count = {group.size_on(size) // EXTENT}
}}
}}
logical_volumes {{{volumes}}}
}}
contents = "Text Format Volume Group"
version = 1
description = ""
creation_host = "cutaway"
creation_time = {MADE}
""".encode()
        + b"\0"
    )


def write_physical_volume(stream: BinaryIO, start: int, size: int, group: FakeVolumeGroup, volumes: str = "") -> None:
    """Write label and metadata of a volume that begins at `start` of a file."""
    text = metadata(group, size, volumes)
    location = struct.pack("<QQII", SECTOR, len(text), crc(text), 0)
    header = (MAGIC + struct.pack("<IQQ", 1, AREA_START, AREA_SIZE) + location).ljust(SECTOR - 4, b"\0")
    stream.seek(start + SECTOR)
    stream.write(label(group.pv_uuid, size))
    stream.seek(start + AREA_START)
    stream.write(struct.pack("<I", crc(header)) + header + text)


def volume_offsets(group: FakeVolumeGroup) -> list[tuple[FakeVolume, int]]:
    """Return each volume with its offset in the physical volume."""
    result, offset = [], DATA_START
    for volume in group.volumes:
        result.append((volume, offset))
        offset += volume.size_bytes
    return result
