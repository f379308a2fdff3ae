"""One file of an image, read through the appliance that shows the image: where it lies on the drives, or by the guest.

Blocking, from any thread but that of the appliance. What the guest says of places has been checked before.
"""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cutaway.errors import ProtocolError
from cutaway.inside.block_cache import BlockCache
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.pieces import Piece
from cutaway.transfer.sums import Sums

SECTOR = 512
#: Reads of a part of the file, by place and length, by the guest; all of it, or an error.
GuestRead = Callable[[int, int], bytes]


class ContentLost(Exception):
    """Nothing can be read any more; the message is a sentence about why."""


class MappedContent:
    """A content of which is known where it lies.

    Args:
        drives: Ways to read them, by number.
        pieces: Where it lies, in its order; what is between them is zeros.
        sums: What has to be compared, if anything.
        guest: Reads what is not as it should be.
        turn: Held by whoever talks over a connection to a drive.
    """

    def __init__(
        self, drives: Drives, pieces: Sequence[Piece], sums: Sums | None, guest: GuestRead, turn: threading.Lock
    ) -> None:
        self._drives = drives
        self._pieces = pieces
        self._starts = [piece.logical for piece in pieces]
        self._sums = sums
        self._guest = guest
        self._turn = turn

    @property
    def is_plain(self) -> bool:
        """Whether it can be read without the appliance, and as quickly as any file."""
        return self._sums is None and all(isinstance(self._drives[one.drive], FileDrive) for one in self._pieces)

    def read(self, offset: int, length: int) -> bytearray:
        """Return a part of it.

        Raises:
            OSError: a drive cannot be read there.
            ContentLost: no drive can be read any more.
        """
        found, end = bytearray(length), offset + length
        index = max(0, bisect_right(self._starts, offset) - 1)
        while index < len(self._pieces) and self._starts[index] < end:
            piece = self._pieces[index]
            first, last = max(offset, piece.logical), min(end, piece.logical + piece.length)
            if first < last:
                found[first - offset : last - offset] = self._part(piece, first, last - first)
            index += 1
        return found

    def _part(self, piece: Piece, place: int, length: int) -> bytes | bytearray:
        drive, at = self._drives[piece.drive], piece.offset + place - piece.logical
        data = drive.read(at, length) if isinstance(drive, FileDrive) else self._ask(drive, at, length)
        if self._sums is None or self._sums.match(place, memoryview(data)):
            return data
        return self._guest(place, length)

    def _ask(self, drive: NbdClient, offset: int, length: int) -> bytearray:
        data = bytearray(length)
        with self._turn:
            try:
                drive.request(1, offset, length)
                cookie, error = drive.answer()
                if cookie != 1:
                    raise ProtocolError("qemu's block server answers what was not asked")
                if not error:
                    drive.receive(memoryview(data))
            except (OSError, EOFError, ProtocolError) as broken:
                raise ContentLost("its drive cannot be read any more") from broken
        if error:
            raise OSError(error, "the drive cannot be read there")
        return data


class Content:
    """A content that is served: read by blocks that are kept for a while, or directly where that costs nothing.

    Args:
        size: Its length in bytes.
        read: Reads a part.
        is_kept: Whether what was read lately is kept.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes | bytearray], *, is_kept: bool) -> None:
        self.size = size
        self.read = BlockCache(size, read).read if is_kept else read

    def head(self, count: int, offset: int) -> bytes:
        """Return up to so many bytes from a place on; fewer at the end. In the order that probes use."""
        return bytes(self.read(offset, count)) if (count := max(0, min(count, self.size - offset))) else b""


class Part(NamedTuple):
    """A part of a file that an image consists of.

    Attributes:
        content: The file; None: zeros.
        offset: Where the part begins there, in bytes.
        length: How long it is.
    """

    content: Content | None
    offset: int
    length: int


class Joined:
    """What qemu takes for one file: parts of files, one after another, in whole sectors.

    Args:
        parts: In their order.
        first: What stands in place of the first bytes.

    Attributes:
        size: In bytes.
    """

    def __init__(self, parts: Sequence[Part], first: bytes = b"") -> None:
        self._parts = parts
        self._ends = list(itertools.accumulate(part.length for part in parts))
        self._first = first
        self.size = -(-self._ends[-1] // SECTOR) * SECTOR

    def read(self, offset: int, length: int) -> bytes | bytearray:
        """Return a part of it; what is missing at its end is zeros.

        Raises:
            OSError, ContentLost: as `MappedContent.read`.
        """
        index = bisect_right(self._ends, offset)
        data = self._within(index, offset, length)
        while len(data) < length and (index := index + 1) < len(self._parts):
            data = bytes(data) + self._within(index, offset + len(data), length - len(data))
        if offset < len(self._first):
            data = self._first[offset : offset + length] + data[len(self._first) - offset :]
        return data if len(data) == length else bytes(data).ljust(length, b"\0")

    def _within(self, index: int, offset: int, length: int) -> bytes | bytearray:
        """Return what of a range lies in one part; nothing behind the last."""
        if index >= len(self._parts):
            return b""
        part = self._parts[index]
        place = offset - self._ends[index] + part.length
        length = min(length, part.length - place)
        if part.content is None:
            return bytes(length)
        place += part.offset
        there = max(0, min(length, part.content.size - place))
        data = part.content.read(place, there) if there else b""
        return data if there == length else bytes(data).ljust(length, b"\0")
