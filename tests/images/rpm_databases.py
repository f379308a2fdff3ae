"""Writes databases of rpm with a few packages, in each of its formats; of each as much as rpm's readers look at."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path


def header(name: str, epoch: int | None = None) -> bytes:
    """Return the header of an rpm package."""
    texts = {1000: name, 1001: "1.2", 1002: "3.fc39", 1004: "What it is", 1011: "Fedora", 1022: "x86_64"}
    data, entries = b"", []
    if epoch is not None:
        entries.append(struct.pack(">IIII", 1003, 4, 0, 1))
        data += struct.pack(">I", epoch)
    for tag, text in texts.items():
        entries.append(struct.pack(">IIII", tag, 9 if tag == 1004 else 6, len(data), 1))
        data += text.encode() + b"\0"
    return struct.pack(">II", len(entries), len(data)) + b"".join(entries) + data


HEADERS = [header("bash", 2), header("gpg-pubkey"), header("zlib")]


def write_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        base.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in HEADERS])
    base.close()


def write_ndb(path: Path) -> None:
    slots, blobs = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, 4, 0, 0, 0), b""
    for number, blob in enumerate(HEADERS, 1):
        block = (4096 + len(blobs)) // 16
        whole = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        whole += bytes(-len(whole) % 16)
        slots += struct.pack("<4sIII", b"Slot", number, block, len(whole) // 16)
        blobs += whole
    path.write_bytes(slots.ljust(4096, b"\0") + blobs)


def write_bdb(path: Path) -> None:
    """Write a hash table with one page of entries, and an overflow page or two for each header."""
    size = 512
    used = size - 26
    pieces: list[tuple[int, bytes, int]] = []
    index, items = [], b""
    number = 2
    for key, blob in enumerate(HEADERS, 1):
        parts = [blob[start : start + used] for start in range(0, len(blob), used)]
        for place, part in enumerate(parts):
            following = number + place + 1 if place + 1 < len(parts) else 0
            pieces.append((number + place, part, following))
        for item in (b"\1" + struct.pack("<I", key), struct.pack("<BxxxII", 3, number, len(blob))):
            items = item + items
            index.append(size - len(items))
        number += len(parts)
    meta = struct.pack("<QIIIIBBBBI", 0, 0, 0x061561, 9, size, 0, 8, 0, 0, 0) + struct.pack("<I", number - 1)
    page = struct.pack("<QIIIHHBB", 0, 1, 0, 0, len(index), size - len(items), 0, 13)
    page += struct.pack(f"<{len(index)}H", *index)
    data = meta.ljust(size, b"\0") + page.ljust(size - len(items), b"\0") + items
    for at, part, following in pieces:
        data += (struct.pack("<QIIIHHBB", 0, at, 0, following, 1, len(part), 0, 7) + part).ljust(size, b"\0")
    path.write_bytes(data)


WRITERS: dict[str, Callable[[Path], None]] = {"sqlite": write_sqlite, "ndb": write_ndb, "bdb": write_bdb}
