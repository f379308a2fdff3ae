"""Disk images inside a tar archive, as an OVA is one (DMTF DSP0243, section 5): where they lie in it.

Contents of a tar archive are not compressed, so an image in it is a piece of the file, and needs no unpacking. Pure but
for the reads that it is given. Headers are read one by one; nothing of an archive's own making is believed but where
the next header is, and at most so many are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cutaway.image_end import Read
from cutaway.image_magic import HEAD_SIZE, format_of

BLOCK = 512
#: An OVA has a handful.
HEADERS_MAX = 1000
#: No file of the host is larger; a header's numbers may be.
_OFFSET_MAX = (1 << 63) - BLOCK
SUFFIXES = (".vmdk", ".qcow2", ".img", ".raw", ".vhd", ".vhdx", ".vdi")


class Piece(NamedTuple):
    """An image inside another file.

    Attributes:
        name: Its name there.
        offset: Where it begins, in bytes.
        size: Its length in bytes.
    """

    name: str
    offset: int
    size: int


def disks_in(read: Read) -> list[Piece]:
    """Return the disk images of a tar archive: what has a magic of one, or a name of one.

    Args:
        read: Reads of the archive.
    """
    return [piece for piece in _files(read) if piece.size and _is_disk(piece, read)]


def _is_disk(piece: Piece, read: Read) -> bool:
    """Tell whether it is an image; a long name stands elsewhere, and is cut off here."""
    head = read(min(piece.size, HEAD_SIZE), piece.offset)
    return piece.name.lower().endswith(SUFFIXES) or format_of(head, b"") != "raw"


def _files(read: Read) -> Iterator[Piece]:
    import tarfile  # noqa: PLC0415 hardly any image is an archive

    place = 0
    for _ in range(HEADERS_MAX):
        try:
            header = tarfile.TarInfo.frombuf(read(BLOCK, place), "utf-8", "surrogateescape")
        except tarfile.HeaderError:  # the end, or damage: what lies behind has no place
            return
        place += BLOCK
        if not 0 <= header.size <= _OFFSET_MAX - place:
            return
        if header.type in {tarfile.REGTYPE, tarfile.AREGTYPE}:
            yield Piece(header.name, place, header.size)
        place += -(-header.size // BLOCK) * BLOCK
