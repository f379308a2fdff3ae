"""A disk of VMware whose file is a text that says where its parts lie, each a plain part of a file. Pure.

    RW 4192256 FLAT "disk-f001.vmdk" 0      sectors, kind, file, first sector

Parts of other kinds (SPARSE) are images of their own, and are not put together here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cutaway.errors import ImageFormatError

SECTOR = 512
#: Nobody cuts a disk into more; and no part of one is longer.
EXTENTS_MAX, SECTORS_MAX = 4096, 1 << 54
_EXTENT = re.compile(
    rb"^[ \t]*(?:RW|RDONLY|NOACCESS)[ \t]+(\d{1,18})[ \t]+([A-Z0-9]+)"
    rb'(?:[ \t]+"([^"\r\n]*)"(?:[ \t]+(\d{1,18}))?)?',
    re.MULTILINE,
)
_ACCESS = re.compile(rb"^[ \t]*(?:RW|RDONLY|NOACCESS)\b", re.MULTILINE)


class TextExtent(NamedTuple):
    """A part of such a disk.

    Attributes:
        name: The file that it lies in, as it is written; None: zeros.
        offset: Its first byte there.
        length: Its length in bytes.
    """

    name: bytes | None
    offset: int
    length: int


def text_extents(text: bytes, path: str) -> list[TextExtent]:
    """Return the parts of a disk, in their order.

    Args:
        text: What describes it.
        path: The file with that text, for errors.

    Raises:
        ImageFormatError: it has parts that are no plain ones, or makes no sense.
    """
    text = text.partition(b"\0")[0]
    found = list(_EXTENT.finditer(text))
    if not found or len(found) != len(_ACCESS.findall(text)) or len(found) > EXTENTS_MAX:
        raise ImageFormatError(f"{path} does not say where its disk lies", path=path)
    return [_extent(match, path) for match in found]


def _extent(match: re.Match[bytes], path: str) -> TextExtent:
    sectors, kind, name, first = match.groups()
    if kind == b"ZERO":
        name = None
    elif kind not in {b"FLAT", b"VMFS"} or not name:
        raise ImageFormatError(
            f"{path} consists of several files of the kind {kind.decode('ascii', 'replace')}, which are not put "
            "together inside an image", path=path, remedy="Extract them into one folder, and open the image there.",
        )  # fmt: skip
    length, offset = int(sectors), int(first or 0)
    if not 0 < length <= SECTORS_MAX or offset > SECTORS_MAX:
        raise ImageFormatError(f"{path} has a part of a length that cannot be", path=path)
    return TextExtent(name, offset * SECTOR, length * SECTOR)
