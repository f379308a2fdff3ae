"""The smallest image of a disc that can also be written to a stick: ISO 9660 with a partition table over it."""

from __future__ import annotations

import struct

SECTOR, BLOCK = 2048, 512
NAME, CONTENT = b"HELLO.TXT;1", b"from a disc\n"
_ROOT, _FILE, _END = 18, 19, 64


def build() -> bytes:
    """Return the image: one file in the root folder, one partition that begins after the partition table."""
    disc = bytearray(_END * SECTOR)
    disc[16 * SECTOR : 17 * SECTOR] = _volume()
    disc[17 * SECTOR : 17 * SECTOR + 7] = b"\xffCD001\x01"
    folder = _record(b"\0", _ROOT, SECTOR, 2) + _record(b"\1", _ROOT, SECTOR, 2)
    folder += _record(NAME, _FILE, len(CONTENT), 0)
    disc[_ROOT * SECTOR : _ROOT * SECTOR + len(folder)] = folder
    disc[_FILE * SECTOR : _FILE * SECTOR + len(CONTENT)] = CONTENT
    disc[:BLOCK] = _partition_table(len(disc) // BLOCK)
    return bytes(disc)


def _volume() -> bytes:
    head = b"\x01CD001\x01\0" + b" " * 32 + b"HYBRID".ljust(32) + bytes(8)
    head += _both(_END, "I") + bytes(32) + _both(1, "H") + _both(1, "H") + _both(SECTOR, "H")
    head += _both(10, "I") + bytes(16) + _record(b"\0", _ROOT, SECTOR, 2)
    return head.ljust(881, b" ").ljust(SECTOR, b"\0")


def _record(name: bytes, sector: int, size: int, flags: int) -> bytes:
    moment = bytes([126, 1, 2, 3, 4, 5, 0])
    body = b"\0" + _both(sector, "I") + _both(size, "I") + moment + bytes([flags, 0, 0]) + _both(1, "H")
    body += bytes([len(name)]) + name
    body += bytes((len(body) + 1) % 2)
    return bytes([len(body) + 1]) + body


def _both(value: int, code: str) -> bytes:
    """Write a number as this format does: least significant byte first, then last."""
    return struct.pack("<" + code, value) + struct.pack(">" + code, value)


def _partition_table(blocks: int) -> bytes:
    entry = bytes([0x80, 0, 2, 0, 0xCD, 0xFE, 0xFF, 0xFF]) + struct.pack("<II", 1, blocks - 1)
    return bytes(446) + entry.ljust(64, b"\0") + b"\x55\xaa"
