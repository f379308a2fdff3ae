"""Evidence images (EWF-E01) by a small writer of our own, in pieces of a size that tests can damage.

Sections as in the specification of the libewf project; chunks of 32 KiB, each compressed if it becomes shorter by that.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

CHUNK, SECTOR = 32768, 512
MAGIC = b"EVF\t\r\n\xff\0"


def section(kind: bytes, at: int, content: bytes, *, is_last: bool = False) -> bytes:
    """Return a section that stands at a place of its file."""
    size = 76 + len(content)
    head = struct.pack("<16sQQ40x", kind, at if is_last else at + size, 0 if is_last else size)
    return head + struct.pack("<I", zlib.adler32(head)) + content


def geometry(size: int) -> bytes:
    """Return what a volume section holds."""
    count = -(-size // CHUNK)
    raw = struct.pack("<B3xIIIQ", 1, count, CHUNK // SECTOR, SECTOR, size // SECTOR).ljust(1048, b"\0")
    return raw + struct.pack("<I", zlib.adler32(raw))


def table(offsets: list[int], base: int) -> bytes:
    """Return what a table section holds."""
    head = struct.pack("<IIQI", len(offsets), 0, base, 0)
    entries = struct.pack(f"<{len(offsets)}I", *offsets)
    return head + struct.pack("<I", zlib.adler32(head)) + entries + struct.pack("<I", zlib.adler32(entries))


def build(first: Path, disk: bytes, *, per_file: int = 100, per_table: int = 40) -> list[Path]:
    """Write a disk as an evidence image, of so many chunks in a file, and in a table; return its files."""
    chunks = [disk[at : at + CHUNK] for at in range(0, len(disk), CHUNK)]
    paths = []
    for number, begin in enumerate(range(0, len(chunks), per_file), 1):
        paths.append(first.with_suffix(f".E{number:02d}"))
        content = MAGIC + struct.pack("<BHH", 1, number, 0)
        if number == 1:
            content += section(b"volume", len(content), geometry(len(disk)))
        mine = chunks[begin : begin + per_file]
        for start in range(0, len(mine), per_table):
            content += _sectors_and_table(len(content), mine[start : start + per_table])
        is_end = begin + per_file >= len(chunks)
        content += section(b"done" if is_end else b"next", len(content), b"", is_last=True)
        paths[-1].write_bytes(content)
    return paths


def _sectors_and_table(at: int, chunks: list[bytes]) -> bytes:
    data, offsets = b"", []
    for chunk in chunks:
        packed = zlib.compress(chunk)
        is_packed = len(packed) < len(chunk)
        offsets.append(76 + len(data) | (is_packed << 31))
        data += packed if is_packed else chunk + struct.pack("<I", zlib.adler32(chunk))
    sectors = section(b"sectors", at, data)
    return sectors + section(b"table", at + len(sectors), table(offsets, at))
