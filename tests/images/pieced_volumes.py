"""A drive with logical volumes that do not lie in one piece: of several linear segments, and striped."""

from __future__ import annotations

import random
from pathlib import Path

from cutaway.testing.images import FakeVolumeGroup

from images.lvm_metadata import DATA_START, EXTENT, MADE, SECTOR, write_physical_volume

MIB = 1 << 20
SIZE = 64 * MIB
STRIPE = 64 << 10
GROUP = FakeVolumeGroup(
    "pieces", "PIECES-vg00-0000-0000-0000-0000-000001", "PIECES-pv00-0000-0000-0000-0000-000001", ()
)
#: Extents of the physical volume in the order of the volume: three pieces, of which the last lies first.
LINEAR = [5, 6, 9, 1]
#: Two stripes, each of two extents.
STRIPED = [(2, 3), (7, 8)]


def write(path: Path) -> dict[str, bytes]:
    """Make the drive; return what each volume holds by its device's name. Some of it is zeros."""
    source = random.Random(7)
    linear = b"".join(_extent(source, number) for number in range(len(LINEAR)))
    striped = b"".join(_extent(source, number) for number in range(4))
    with path.open("wb") as stream:
        write_physical_volume(stream, 0, SIZE, GROUP, _linear_text() + _striped_text())
        for place, extent in enumerate(LINEAR):
            stream.seek(DATA_START + extent * EXTENT)
            stream.write(linear[place * EXTENT : (place + 1) * EXTENT])
        for begin in range(0, len(striped), STRIPE):
            row, column = divmod(begin // STRIPE, len(STRIPED))
            extent, inside = divmod(row * STRIPE, EXTENT)
            stream.seek(DATA_START + STRIPED[column][extent] * EXTENT + inside)
            stream.write(striped[begin : begin + STRIPE])
        stream.truncate(SIZE)
    return {"/dev/pieces/linear": linear, "/dev/pieces/striped": striped}


def _extent(source: random.Random, number: int) -> bytes:
    """Return an extent with data at its beginning and end only; the second is empty."""
    data = b"" if number == 1 else source.randbytes(100_000)
    return data.ljust(EXTENT - 5000, b"\0") + (bytes(5000) if number == 1 else source.randbytes(5000))


def _linear_text() -> str:
    pieces = [(0, 2, 5), (2, 1, 9), (3, 1, 1)]
    segments = [
        _segment(number, start, count, f'stripe_count = 1\nstripes = [\n"pv0", {first}\n]')
        for number, (start, count, first) in enumerate(pieces, 1)
    ]
    return _volume("linear", "PIECES-lv00-0000-0000-0000-0000-000001", segments)


def _striped_text() -> str:
    stripes = f'stripe_count = 2\nstripe_size = {STRIPE // SECTOR}\nstripes = [\n"pv0", 2,\n"pv0", 7\n]'
    return _volume("striped", "PIECES-lv00-0000-0000-0000-0000-000002", [_segment(1, 0, 4, stripes)])


def _segment(number: int, start: int, count: int, stripes: str) -> str:
    return f'segment{number} {{\nstart_extent = {start}\nextent_count = {count}\ntype = "striped"\n{stripes}\n}}\n'


def _volume(name: str, uuid: str, segments: list[str]) -> str:
    return f"""
{name} {{
id = "{uuid}"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
creation_time = {MADE}
creation_host = "cutaway"
segment_count = {len(segments)}
{"".join(segments)}}}
"""
