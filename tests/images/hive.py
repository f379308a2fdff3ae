"""Writes hives of the Windows registry from the keys of `cutaway.testing`, of any size.

As much of the format as tests need: a base block, bins of cells, one security descriptor for all keys, "lh" lists of
subkeys, several of them under an "ri" list where they are many, values up to 16 KiB. Source: hivex(3), and what it
reads. No file of another project is needed to begin with.
"""

from __future__ import annotations

import struct
from pathlib import Path

from cutaway.testing.registry import FakeKey

NONE = 0xFFFFFFFF
BASE, BIN_HEADER, PAGE = 4096, 32, 4096
ROOT, COMPRESSED = 0x2C, 0x20
#: A list of subkeys has at most so many, as Windows writes them.
LIST_MAX = 500
TIME = 133_000_000_000_000_000
_SD = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)


class _Writer:
    """Puts cells into bins; offsets are from the end of the base block."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._end = 0

    def cell(self, content: bytes) -> int:
        size = (len(content) + 4 + 7) // 8 * 8
        if len(self.data) + size > self._end:
            self._new_bin(size)
        offset = len(self.data)
        self.data += struct.pack("<i", -size) + content
        self.data += bytes(offset + size - len(self.data))
        return offset

    def close(self) -> None:
        if rest := self._end - len(self.data):
            self.data += struct.pack("<i", rest) + bytes(rest - 4)

    def _new_bin(self, size: int) -> None:
        self.close()
        offset, length = len(self.data), (size + BIN_HEADER + PAGE - 1) // PAGE * PAGE
        self.data += struct.pack("<4sIIQQI", b"hbin", offset, length, 0, TIME, 0)
        self._end = offset + length

    def key(self, name: str, key: FakeKey, parent: int, security: int, flags: int = COMPRESSED) -> int:
        coded = name.encode("latin-1") if name.isascii() else name.encode("utf-16-le")
        if not name.isascii():
            flags &= ~COMPRESSED
        offset = self.cell(bytes(76 + len(coded)))
        values = [self._value(word, *value) for word, value in key.values.items()]
        listed = self.cell(struct.pack(f"<{len(values)}I", *values)) if values else NONE
        ordered = sorted(key.keys.items(), key=lambda item: item[0].upper())
        below = [(word, self.key(word, inner, offset, security)) for word, inner in ordered]
        names = max((2 * len(word) for word in key.keys), default=0)
        self.data[offset + 4 : offset + 4 + 76 + len(coded)] = struct.pack(
            "<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags, TIME, 0, parent, len(below), 0, self._list(below), NONE,
            len(values), listed, security, NONE, names, 0, 0, 0, 0, len(coded), 0,
        ) + coded  # fmt: skip
        return offset

    def _list(self, below: list[tuple[str, int]]) -> int:
        if not below:
            return NONE
        lists = [self._leaf(below[start : start + LIST_MAX]) for start in range(0, len(below), LIST_MAX)]
        return lists[0] if len(lists) == 1 else self.cell(struct.pack(f"<2sH{len(lists)}I", b"ri", len(lists), *lists))

    def _leaf(self, below: list[tuple[str, int]]) -> int:
        entries = b"".join(struct.pack("<II", offset, _hash(name)) for name, offset in below)
        return self.cell(struct.pack("<2sH", b"lh", len(below)) + entries)

    def _value(self, name: str, kind: int, data: bytes) -> int:
        coded, plain = (name.encode(), 1) if name.isascii() else (name.encode("utf-16-le"), 0)
        if len(data) <= 4:
            length, place = len(data) | 0x80000000, int.from_bytes(data, "little")
        else:
            length, place = len(data), self.cell(data)
        return self.cell(struct.pack("<2sHIIIHH", b"vk", len(coded), length, place, kind, plain, 0) + coded)


def _hash(name: str) -> int:
    found = 0
    for letter in name.upper():
        found = (found * 37 + ord(letter)) & NONE
    return found


def hive(root: FakeKey, name: str = "$$$PROTO.HIV") -> bytes:
    """Return a hive."""
    writer = _Writer()
    security = writer.cell(bytes(20 + len(_SD)))
    start = writer.key(name, root, NONE, security, ROOT)
    descriptor = struct.pack("<2sHIIII", b"sk", 0, security, security, 1, len(_SD)) + _SD
    writer.data[security + 4 : security + 4 + len(descriptor)] = descriptor
    writer.close()
    head = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, TIME, 1, 5, 0, 1, start, len(writer.data), 1)
    head += name.encode("utf-16-le")[-62:].ljust(64, b"\0")
    head = head.ljust(508, b"\0")
    total = 0
    for (word,) in struct.iter_unpack("<I", head):
        total ^= word
    return (head + struct.pack("<I", total)).ljust(BASE, b"\0") + bytes(writer.data)


def build(path: Path, root: FakeKey) -> None:
    """Write a hive to a file."""
    path.write_bytes(hive(root))
