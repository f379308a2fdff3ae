"""Databases of rpm: each package's header, out of SQLite, rpm's own format "ndb", or Berkeley DB's hash tables.

They are read in a copy of this process, since a library parses one of them, and all come from the image. Sources: rpm's
own documentation (docs/manual/hregions.md, lib/backend/ndb), Berkeley DB's dbinc/db_page.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from cutaway.records import Application

from cutawayd.forked import Answerer
from cutawayd.sysroot import magic_path

#: Where the database is, below the system's root, the newest first; each with what reads it.
FOLDERS = (b"/usr/lib/sysimage/rpm", b"/var/lib/rpm")
FILES = {b"rpmdb.sqlite": "sqlite", b"Packages.db": "ndb", b"Packages": "bdb"}
#: Tags of a header, as they are in a record (lib/rpmtag.h). 1003 is a number.
NAME, VERSION, RELEASE, EPOCH, SUMMARY, VENDOR, URL, ARCH, SOURCE = 1000, 1001, 1002, 1003, 1004, 1011, 1020, 1022, 1044
TEXTS = {
    NAME: "name", VERSION: "version", RELEASE: "release", SUMMARY: "summary", VENDOR: "publisher", URL: "url",
    ARCH: "arch", SOURCE: "source_package",
}  # fmt: skip
HEADER_MAX, TAGS_MAX, PACKAGES_MAX, TEXT_MAX = 64 << 20, 10_000, 200_000, 4096
TEXT_TYPES = frozenset({6, 8, 9})


def application_of(header: bytes) -> Application | None:
    """Return the package that a header is about; None if it makes no sense, or is about a key."""
    try:
        count, length = struct.unpack_from(">II", header)
        start = 8 + 16 * count
        if count > TAGS_MAX or start + length > len(header):
            return None
        entries = [struct.unpack_from(">IIII", header, 8 + 16 * number) for number in range(count)]
        facts = {TEXTS[tag]: _text(header, start + at) for tag, kind, at, _ in entries
                 if tag in TEXTS and kind in TEXT_TYPES}  # fmt: skip
        epochs = [struct.unpack_from(">I", header, start + at)[0] for tag, kind, at, _ in entries
                  if tag == EPOCH and kind == 4]  # fmt: skip
    except struct.error:
        return None
    if not facts.get("name") or facts["name"] == "gpg-pubkey":
        return None
    return Application(epoch=epochs[0] if epochs else 0, **facts)


def _text(header: bytes, place: int) -> str:
    end = header.find(b"\0", place, place + TEXT_MAX)
    return header[place : end if end >= 0 else place + TEXT_MAX].decode("utf-8", "replace")


def answerer(descriptor: int, kind: str) -> Answerer:
    """Return what gives packages, so many at a question, in the copy."""
    headers = {"sqlite": sqlite, "ndb": ndb, "bdb": bdb}[kind](descriptor)

    def answer(count: Any) -> Any:
        found: list[Any] = []
        for header in headers:
            application = application_of(header)
            if application is not None:
                found.append([getattr(application, name) for name in Application.__slots__])
            if len(found) >= count:
                break
        return found

    return answer


def sqlite(descriptor: int) -> Iterator[bytes]:
    """Give the headers of an SQLite database; what is not in its main file yet (-wal) is left out."""
    import sqlite3  # noqa: PLC0415 only few images need it

    with closing(sqlite3.connect(f"file:{magic_path(descriptor)}?mode=ro&immutable=1", uri=True)) as base:
        for (blob,) in base.execute("SELECT blob FROM Packages"):
            if isinstance(blob, bytes):
                yield blob


def ndb(descriptor: int) -> Iterator[bytes]:
    """Give the headers of a database in rpm's own format: slots of 16 bytes, then blobs in blocks of 16."""
    magic, _, _, pages = struct.unpack("<4sIII", os.pread(descriptor, 16, 0))
    if magic != b"RpmP" or pages > PACKAGES_MAX // 256:
        raise ValueError("the database has not the format of its name")
    slots = os.pread(descriptor, 4096 * pages, 0)
    for slot, number, block, _ in struct.iter_unpack("<4sIII", slots[32 : len(slots) // 16 * 16]):
        if slot == b"Slot" and number:
            head = os.pread(descriptor, 16, 16 * block)
            if head[:4] == b"BlbS" and (length := int.from_bytes(head[12:], "little")) <= HEADER_MAX:
                yield os.pread(descriptor, length, 16 * block + 16)


def bdb(descriptor: int) -> Iterator[bytes]:
    """Give the values of a hash table of Berkeley DB that lie in pages of their own, as headers do."""
    meta = os.pread(descriptor, 512, 0)
    magic, _, size = struct.unpack_from("<III", meta, 12)
    last = struct.unpack_from("<I", meta, 32)[0]
    if magic != 0x061561 or size not in {1 << power for power in range(9, 17)}:
        raise ValueError("the database has not the format of its name")
    for number in range(1, min(last + 1, PACKAGES_MAX * 8)):
        page = os.pread(descriptor, size, number * size)
        if len(page) == size and page[25] in {2, 13}:
            entries = struct.unpack_from("<H", page, 20)[0]
            places = struct.unpack_from(f"<{min(entries, (size - 26) // 2)}H", page, 26)
            for place in places[1::2]:
                if place + 12 <= size and page[place] == 3:
                    yield _overflow(descriptor, size, *struct.unpack_from("<II", page, place + 4))


def _overflow(descriptor: int, size: int, number: int, length: int) -> bytes:
    """Return a value that lies in a chain of pages."""
    data = bytearray()
    while number and len(data) < min(length, HEADER_MAX):
        page = os.pread(descriptor, size, number * size)
        used = struct.unpack_from("<H", page, 22)[0]
        if page[25] != 7 or not used:
            break
        data += page[26 : 26 + used]
        number = struct.unpack_from("<I", page, 16)[0]
    return bytes(data[:length])
