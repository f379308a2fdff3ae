"""Points in time that a qcow2 keeps within itself (`qemu-img snapshot`): which there are, the header that shows one.

A snapshot is a table of clusters of its own in the same file. Who reads the image with a header that leads to that
table reads the snapshot, so only the header's sector has to be another one, and the file stays as it is. Pure but for
the reads that it is given; every number is the image's, and only bounded. qemu-img lists them too, but not where their
tables lie.

Source: docs/interop/qcow2.txt of qemu, "Header" and "Snapshots".
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cutaway.errors import ImageFormatError
from cutaway.image_end import Read

SECTOR = 512
#: Longer tables are not an honest image's; qemu stops at as many.
SNAPSHOTS_MAX, TABLE_MAX = 65536, 16 << 20
_VERSION_AT, _SIZE_AT, _CLUSTERS_AT = 7, 24, 36
_COUNT_AT, _TABLE_AT, _AUTOCLEAR_AT, _LENGTH_AT = 60, 64, 88, 100
_WITH_FEATURES = 3
_ENTRY = struct.Struct(">QIHHIIQII")
_EXTRA = struct.Struct(">QQ")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A point in time of an image.

    Attributes:
        id: Its identity, a number in most images.
        name: What it was called; any text at all, of bytes that are no UTF-8 too (surrogateescape).
        time_ns: When it was made, in nanoseconds since 1970.
        memory_bytes: Size of the saved memory of the running machine; 0 if it was off.
        disk_bytes: Size of the disk at that time; 0 if it is not told.
        table_at: Where its table of clusters lies, in bytes.
        table_entries: How many entries that has.
    """

    id: str
    name: str
    time_ns: int
    memory_bytes: int
    disk_bytes: int
    table_at: int
    table_entries: int


def snapshots_in(head: bytes, read: Read) -> tuple[Snapshot, ...]:
    """Return the snapshots of a qcow2, the oldest first; those behind damage are left out.

    Args:
        head: Its first bytes.
        read: Reads more of it.
    """
    if len(head) < _TABLE_AT + 8:
        return ()
    (count,) = struct.unpack_from(">I", head, _COUNT_AT)
    (place,) = struct.unpack_from(">Q", head, _TABLE_AT)
    if not 0 < count <= SNAPSHOTS_MAX or place >= 1 << 62:
        return ()
    table, at = read(TABLE_MAX, place), 0
    found: list[Snapshot] = []
    while len(found) < count and (entry := _entry(table, at)) is not None:
        snapshot, at = entry
        found.append(snapshot)
    return tuple(found)


def _entry(table: bytes, at: int) -> tuple[Snapshot, int] | None:
    """Return an entry and where the next one begins; None if it is cut off."""
    if at + _ENTRY.size > len(table):
        return None
    place, entries, id_size, name_size, seconds, nanoseconds, _, memory, extra_size = _ENTRY.unpack_from(table, at)
    at += _ENTRY.size
    end = at + extra_size + id_size + name_size
    if end > len(table):
        return None
    disk = 0
    if extra_size >= _EXTRA.size:
        memory, disk = _EXTRA.unpack_from(table, at)
    at += extra_size
    identity, name = os.fsdecode(table[at : at + id_size]), os.fsdecode(table[at + id_size : end])
    time_ns = seconds * 1_000_000_000 + nanoseconds
    return Snapshot(identity, name, time_ns, memory, disk, place, entries), -(-end // 8) * 8


def header_of(head: bytes, snapshots: Sequence[Snapshot], name: str, path: str, kind: str) -> bytes:
    """Return what the first sector of an image has to be, so that its content is that of a snapshot's time.

    What belongs to the present is left out of it: the snapshots, and the bitmaps that only count for it (autoclear).

    Args:
        head: The first bytes of the image.
        snapshots: Its own.
        name: What the snapshot is called; if none is called so, its identity.
        path: The image, for errors.
        kind: Its format.

    Raises:
        ImageFormatError: it has no such snapshot, or a header that is longer than a sector.
    """
    snapshot = next((one for one in snapshots if one.name == name), None)
    snapshot = snapshot or next((one for one in snapshots if one.id == name), None)
    if snapshot is None:
        names = ", ".join(repr(one.name) for one in snapshots[:10])
        remedy = f"It has {names}." if names else f"It has none: it is of the format {kind}."
        raise ImageFormatError(f"{path} has no snapshot {name!r}", path=path, remedy=remedy)
    header = bytearray(head[:SECTOR].ljust(SECTOR, b"\0"))
    if header[_VERSION_AT] >= _WITH_FEATURES:
        header[_AUTOCLEAR_AT : _AUTOCLEAR_AT + 8] = bytes(8)
        if struct.unpack_from(">I", header, _LENGTH_AT)[0] > SECTOR:
            raise ImageFormatError(f"{path} has a header of a kind that is not known", path=path)
    if snapshot.disk_bytes:
        struct.pack_into(">Q", header, _SIZE_AT, snapshot.disk_bytes)
    struct.pack_into(">IQ", header, _CLUSTERS_AT, snapshot.table_entries, snapshot.table_at)
    struct.pack_into(">IQ", header, _COUNT_AT, 0, 0)
    return bytes(header)


def disk_bytes(header: bytes) -> int:
    """Return the size of the disk that a header shows; 0 if there is none."""
    return int.from_bytes(header[_SIZE_AT : _SIZE_AT + 8], "big")
