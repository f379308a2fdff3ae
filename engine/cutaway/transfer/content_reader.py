"""Reads one content from the drives it lies on, in order: data, and lengths of holes. Blocking, in any one thread."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from cutaway.errors import ProtocolError, guest_error
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.pieces import Piece
from cutaway.transfer.reads import READ_MAX
from cutaway.transfer.sums import Sums

#: How many parts are asked for ahead.
AHEAD = 8
#: Long holes come in pieces, so that a cancellation has a chance.
HOLE_PIECE = 128 << 20


class ContentReader:
    """One content.

    Args:
        drives: A connection to each drive, by its number.
        pieces: Where it lies, in its order.
        size: Its size in bytes.
        sums: What its pieces have to be compared with, if anything.
        read_again: Has the guest read a part, by place and length, that is not as it should be.
    """

    def __init__(
        self,
        drives: Drives,
        pieces: Sequence[Piece],
        size: int,
        sums: Sums | None,
        read_again: Callable[[int, int], bytes],
    ) -> None:
        self._sums = sums
        self._read_again = read_again
        self._drives = drives
        self._pieces = pieces
        self._size = size
        self._cookies = itertools.count(1)
        self._answers: dict[int, bytearray] = {}

    def __iter__(self) -> Iterator[memoryview | int]:
        """Give data, valid until the next, and lengths of holes.

        Raises:
            GuestError: the drive cannot be read there, or the content is damaged.
            ProtocolError, EOFError, OSError: the connection broke.
        """
        place = 0
        asked = deque[tuple[int, Piece]]()
        planned = self._planned()
        while True:
            while len(asked) < AHEAD and (piece := next(planned, None)) is not None:
                asked.append((next(self._cookies), piece))
                drive = self._drives[piece.drive]
                if isinstance(drive, NbdClient):
                    drive.request(asked[-1][0], piece.offset, piece.length)
            if not asked:
                break
            cookie, piece = asked.popleft()
            yield from _hole(piece.logical - place)
            data = memoryview(self._answer(cookie, piece, {number: part.length for number, part in asked}))
            yield data if self._is_right(piece, data) else self._again(piece)
            place = piece.logical + piece.length
        yield from _hole(self._size - place)

    def _is_right(self, piece: Piece, data: memoryview) -> bool:
        return self._sums is None or self._sums.match(piece.logical, data)

    def _again(self, piece: Piece) -> memoryview:
        """Have the guest read a piece; what comes before damage comes alone."""
        data = b""
        while len(data) < piece.length:
            more = self._read_again(piece.logical + len(data), piece.length - len(data))
            if not 0 < len(more) <= piece.length - len(data):
                raise ProtocolError("a part of a file is not as long as it was")
            data += more
        return memoryview(data)

    def _planned(self) -> Iterator[Piece]:
        for piece in self._pieces:
            for begin in range(0, piece.length, READ_MAX):
                length = min(READ_MAX, piece.length - begin)
                yield Piece(piece.drive, piece.logical + begin, piece.offset + begin, length)

    def _answer(self, cookie: int, piece: Piece, others: Mapping[int, int]) -> bytearray | bytes:
        """Return the answer to one request; keep those to others that come before."""
        drive = self._drives[piece.drive]
        if isinstance(drive, FileDrive):
            return drive.read(piece.offset, piece.length)
        lengths = {cookie: piece.length, **others}
        while cookie not in self._answers:
            found, error = drive.answer()
            if found not in lengths:
                raise ProtocolError("qemu's block server answers what was not asked")
            if error:
                raise guest_error("read", "EIO", "the drive cannot be read there", "")
            self._answers[found] = bytearray(lengths[found])
            drive.receive(memoryview(self._answers[found]))
        return self._answers.pop(cookie)


def _hole(length: int) -> Iterator[int]:
    while length > 0:
        yield min(length, HOLE_PIECE)
        length -= HOLE_PIECE
