"""Small raw disks: an ext4 file system that mke2fs(8) fills, in a partition if wished, for sectors of any length."""

from __future__ import annotations

import os
import struct
import subprocess
import uuid
import zlib
from pathlib import Path

MIB = 1 << 20
FILES = {"hello.txt": b"from inside\n", "more/blob.bin": bytes(range(256)) * 1000}
_LINUX = uuid.UUID("0FC63DAF-8483-4772-8E79-3D69D8477DE4")
_ENTRIES, _ENTRY = 128, 128


def make_filesystem(path: Path, files: dict[str, bytes] = FILES, *, mib: int = 16) -> Path:
    """Make a file system with these files, as an image of its own."""
    tree = path.with_suffix(".tree")
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    command = ["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-d", str(tree), str(path), f"{mib}M"]
    subprocess.run(command, check=True, env=environment)
    return path


def in_partition(path: Path, content: bytes, sector: int = 512) -> Path:
    """Write a disk with a GUID partition table, whose only partition, from 1 MiB on, has this content."""
    count = (len(content) + 2 * MIB) // sector
    table_sectors = _ENTRIES * _ENTRY // sector
    start = MIB // sector
    entry = (
        _LINUX.bytes_le + uuid.UUID(int=1).bytes_le + struct.pack("<QQQ", start, start + len(content) // sector - 1, 0)
    )
    table = entry.ljust(_ENTRIES * _ENTRY, b"\0")

    def header(here: int, other: int, table_at: int) -> bytes:
        first, last = 2 + table_sectors, count - 2 - table_sectors
        numbers = struct.pack("<QQQQ16s", here, other, first, last, uuid.UUID(int=2).bytes_le)
        numbers += struct.pack("<QIII", table_at, _ENTRIES, _ENTRY, zlib.crc32(table))
        head = struct.pack("<8sIII", b"EFI PART", 0x10000, 92, 0)
        return (head[:16] + struct.pack("<II", zlib.crc32(head + bytes(4) + numbers), 0) + numbers).ljust(sector, b"\0")

    protective = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, count - 1)
    disk = bytearray(count * sector)
    disk[446:512] = protective.ljust(64, b"\0") + b"\x55\xaa"
    disk[sector : 2 * sector + len(table)] = header(1, count - 1, 2) + table
    disk[MIB : MIB + len(content)] = content
    disk[-sector - len(table) :] = table + header(count - 1, 1, count - 1 - table_sectors)
    path.write_bytes(disk)
    return path
