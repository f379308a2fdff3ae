"""Several pieces of files as one, for qemu: it can join files only in the guise of a VMDK, whose text is made here.

    RW 40960 FLAT "/dev/fdset/5" 0      so many sectors of a file, from a sector on; one after another

The file with that text has no name, and the text nothing of an image in it: names of descriptors and numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from cutaway.runtime_folder import anonymous_file

SECTOR = 512
_HEAD = '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="twoGbMaxExtentFlat"\n'


class JoinedPiece(NamedTuple):
    """A part of a file.

    Attributes:
        name: What qemu opens it by.
        start: Its first byte, a multiple of 512.
        size: Its length in bytes; what is missing at the end of a sector is zeros.
    """

    name: str
    start: int
    size: int


def joined_text(pieces: Sequence[JoinedPiece]) -> bytes:
    """Return the text of a VMDK that consists of pieces of files, one after another."""
    lines = [f'RW {-(-piece.size // SECTOR)} FLAT "{piece.name}" {piece.start // SECTOR}\n' for piece in pieces]
    return (_HEAD + "".join(lines)).encode("ascii")


def nameless(content: bytes) -> int:
    """Return a descriptor, for reading only, of a nameless file with a content of whole sectors.

    Raises:
        DestinationError: the folder for temporary files takes none.
    """
    written = anonymous_file()
    try:
        os.write(written, content.ljust(-(-len(content) // SECTOR) * SECTOR, b"\n"))
        return os.open(f"/proc/self/fd/{written}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(written)
