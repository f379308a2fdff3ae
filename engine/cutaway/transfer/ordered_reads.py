"""Reads from the drives, asked for ahead and answered in their order. Blocking, in any one thread."""

from __future__ import annotations

import errno
import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from cutaway.errors import ProtocolError
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.reads import Read

#: How many reads are asked for ahead.
AHEAD = 8


class OrderedReads:
    """Makes reads, one after another.

    Args:
        drives: A connection to each drive, by its number.
    """

    def __init__(self, drives: Drives) -> None:
        self._drives = drives
        self._cookies = itertools.count(1)
        self._answers: dict[int, bytes | bytearray | int] = {}

    def results(self, reads: Iterable[Read]) -> Iterator[tuple[Read, memoryview | str]]:
        """Give each read with its data, or with the reason why it has none; that of several files comes in parts then.

        Raises:
            ProtocolError, EOFError, OSError: the connection broke.
        """
        planned, asked = iter(reads), deque[tuple[int, Read]]()
        while True:
            while len(asked) < AHEAD and (read := next(planned, None)) is not None:
                asked.append((self._ask(read), read))
            if not asked:
                return
            cookie, read = asked.popleft()
            answer = self._answer(cookie, read, asked)
            if isinstance(answer, int) and len(read.parts) > 1:
                for single in read.singly():
                    yield single, _understood(self._answer(self._ask(single), single, asked))
            else:
                yield read, _understood(answer)

    def _ask(self, read: Read) -> int:
        cookie = next(self._cookies)
        drive = self._drives[read.drive]
        if isinstance(drive, NbdClient):
            drive.request(cookie, read.offset, read.length)
        return cookie

    def _answer(self, cookie: int, read: Read, others: Sequence[tuple[int, Read]]) -> bytes | bytearray | int:
        """Return data or the number of an error; keep the answers to others that come before."""
        drive = self._drives[read.drive]
        if isinstance(drive, FileDrive):
            return _read(drive, read)
        lengths = {number: other.length for number, other in ((cookie, read), *others) if other.drive == read.drive}
        while cookie not in self._answers:
            found, error = drive.answer()
            if found not in lengths or found in self._answers:
                raise ProtocolError("qemu's block server answers what was not asked")
            if error:
                self._answers[found] = error
                continue
            data = bytearray(lengths[found])
            drive.receive(memoryview(data))
            self._answers[found] = data
        return self._answers.pop(cookie)


def _read(drive: FileDrive, read: Read) -> bytes | int:
    try:
        return drive.read(read.offset, read.length)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return errno.EIO


def _understood(answer: bytes | bytearray | int) -> memoryview | str:
    if isinstance(answer, int):
        return f"it could not be read: {os.strerror(answer)}"
    return memoryview(answer)
