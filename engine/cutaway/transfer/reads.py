"""From pieces of contents to reads: small files that lie close together are read at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cutaway.transfer.pieces import Piece
from cutaway.transfer.plan import Planned
from cutaway.transfer.sums import Sums

READ_MAX = 2 << 20
#: Contents up to this length are read together if no more than GAP lies between them.
SMALL = 128 << 10
GAP = 64 << 10


@dataclass(slots=True, eq=False)
class DirectFile:
    """A file whose content the host reads itself.

    Attributes:
        staged: Its path in the hidden folder.
        pieces: In the order of the file; between them are holes.
        sums: What the pieces have to be compared with, if anything.
    """

    entry: Planned
    staged: bytes
    pieces: list[Piece]
    sums: Sums | None = None

    @property
    def data(self) -> int:
        """How many bytes of its content are no holes."""
        return sum(piece.length for piece in self.pieces)


@dataclass(slots=True)
class Part:
    """What a read brings for one file: its place in the file, and in the read."""

    file: DirectFile
    logical: int
    start: int
    length: int


@dataclass(slots=True)
class Read:
    """One request to one drive, and what becomes of its data."""

    drive: int
    offset: int
    length: int
    parts: list[Part]

    def singly(self) -> list[Read]:
        """Return a read for each of its parts."""
        return [
            Read(self.drive, self.offset + part.start, part.length, [Part(part.file, part.logical, 0, part.length)])
            for part in self.parts
        ]


def plan_reads(files: Iterable[DirectFile]) -> Iterator[Read]:
    """Give the reads for some files: small contents in the order of the drive, then file after file."""
    small: list[tuple[Piece, DirectFile]] = []
    large: list[DirectFile] = []
    for file in files:
        if len(file.pieces) == 1 and file.pieces[0].length <= SMALL:
            small.append((file.pieces[0], file))
        else:
            large.append(file)
    small.sort(key=lambda pair: (pair[0].drive, pair[0].offset))
    yield from _together(small)
    for file in large:
        yield from _one_after_another(file)


def _together(small: list[tuple[Piece, DirectFile]]) -> Iterator[Read]:
    read: Read | None = None
    for piece, file in small:
        if read is not None:
            end = max(read.offset + read.length, piece.offset + piece.length)
            near = piece.drive == read.drive and piece.offset - read.offset - read.length <= GAP
            if near and end - read.offset <= READ_MAX:
                read.parts.append(Part(file, piece.logical, piece.offset - read.offset, piece.length))
                read.length = end - read.offset
                continue
            yield read
        read = Read(piece.drive, piece.offset, piece.length, [Part(file, piece.logical, 0, piece.length)])
    if read is not None:
        yield read


def _one_after_another(file: DirectFile) -> Iterator[Read]:
    for piece in file.pieces:
        for begin in range(0, piece.length, READ_MAX):
            length = min(READ_MAX, piece.length - begin)
            part = Part(file, piece.logical + begin, 0, length)
            yield Read(piece.drive, piece.offset + begin, length, [part])
