"""Checksums of contents, cksum(1)'s among them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cutaway.testing.content import Content
from cutaway.testing.vfs import Refusal
from cutaway.testing.work import Work

STEP = 1 << 20
NAMES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


TABLE = _table()


def cksum(data: bytes, value: int = 0) -> int:
    """Continue the CRC of POSIX over more bytes, without the length at the end."""
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ TABLE[(value >> 24) ^ byte]
    return value


def _length_bytes(size: int) -> bytes:
    return size.to_bytes(-(-size.bit_length() // 8), "little")


def checksum_of(csumtype: str, content: Content, work: Work) -> str:
    """Return a checksum as text, telling progress."""
    if csumtype == "crc":
        value = 0
        for data in _pieces(content, work):
            value = cksum(data, value)
        return str(cksum(_length_bytes(content.size), value) ^ 0xFFFFFFFF)
    if csumtype not in NAMES:
        raise Refusal("EINVAL", f"unknown type of checksum: {csumtype}")
    digest = hashlib.new(csumtype, usedforsecurity=False)
    for data in _pieces(content, work):
        digest.update(data)
    return digest.hexdigest()


def _pieces(content: Content, work: Work) -> Iterator[bytes]:
    done = 0
    while done < content.size:
        work.progress(done, content.size)
        data = content.read(done, STEP)
        work.moved(len(data))
        yield data
        done += len(data)
