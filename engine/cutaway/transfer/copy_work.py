"""What the copying thread does: asks for reads ahead, writes what comes, finishes files. Blocking."""

from __future__ import annotations

import errno
import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Sequence

from cutaway.errors import ProtocolError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.copied import TELL_S, Copied
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.file_drive import FileDrive
from cutaway.transfer.folder_cursor import FolderCursor
from cutaway.transfer.host_files import NAME_ERRORS, refusal, write_at
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.pieces import Piece
from cutaway.transfer.reads import READ_MAX, DirectFile, Part, Read, plan_reads
from cutaway.transfer.staging import Staging

#: How many reads are asked for ahead; qemu answers at most 16 of a connection at a time.
AHEAD = 8


class CopyWork:
    """Copies batches of files: open files, a buffer, and what has not been told yet."""

    def __init__(
        self,
        staging: Staging,
        drives: Drives,
        tell: Callable[[Copied], None],
        is_abandoned: Callable[[], bool],
        control: TransferControl,
    ) -> None:
        self._control = control
        self._drives = drives
        self._staging = staging
        self._tell = tell
        self._is_abandoned = is_abandoned
        self._cursor: FolderCursor = staging.cursor()
        self._buffer = memoryview(bytearray(READ_MAX))
        self._cookies = itertools.count(1)
        self._open: dict[DirectFile, tuple[int, int]] = {}
        self._lost: set[DirectFile] = set()
        self._doubted: set[DirectFile] = set()
        self._copied = Copied()
        self._next_tell = 0.0
        self.path = b""

    def close(self) -> None:
        """Close what is open."""
        for descriptor, _ in self._open.values():
            os.close(descriptor)
        self._open.clear()
        self._cursor.close()
        self._tell(self._copied)

    def copy(self, batch: Sequence[DirectFile]) -> None:
        """Copy some files."""
        self._lost.clear()
        self._doubted.clear()
        served: list[DirectFile] = []
        for file in sorted(batch, key=_place):
            plain = [isinstance(self._drives[piece.drive], FileDrive) for piece in file.pieces]
            if all(plain):
                self._copy_plain(file)
            elif any(plain):
                self._copied.count_unread(file)
                self._copied.doubted.append(file.entry)
            else:
                served.append(file)
        self._copy_served(served)

    def _copy_plain(self, file: DirectFile) -> None:
        """Copy a file from images that are plain files; one without any content too."""
        self._control.wait()
        descriptor = self._opened(file)
        for piece in file.pieces:
            done = 0
            while done < piece.length and descriptor >= 0:
                count = self._copy_part(file, piece, done, descriptor)
                if not count:
                    return
                done += count
                self._after_part(count)
        self._finished(file, descriptor)
        self._tell_now_and_then()

    def _copy_part(self, file: DirectFile, piece: Piece, done: int, descriptor: int) -> int:
        """Copy a part of a piece; return how much, 0 if the file is lost."""
        drive = self._drives[piece.drive]
        assert isinstance(drive, FileDrive)  # noqa: S101 looked at before
        try:
            if file.sums is not None:
                data = memoryview(drive.read(piece.offset + done, min(READ_MAX, piece.length - done)))
                self._compare(file, piece.logical + done, data)
                write_at(descriptor, data, piece.logical + done)
                return len(data)
            return drive.copy(piece.offset + done, piece.length - done, descriptor, piece.logical + done)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self._lose(file, f"it could not be read: {os.strerror(errno.EIO)}")
            return 0

    def _after_part(self, count: int) -> None:
        """Count bytes; stop where that is wished."""
        self._copied.size += count
        self._tell_now_and_then()
        self._control.wait()
        if self._is_abandoned():
            raise EOFError

    def _copy_served(self, batch: Sequence[DirectFile]) -> None:
        """Copy files from drives that qemu serves."""
        reads = deque[Read]()
        planned = plan_reads(batch)
        asked: dict[int, Read] = {}
        while True:
            while len(asked) < AHEAD and (read := reads.popleft() if reads else next(planned, None)) is not None:
                cookie = next(self._cookies)
                asked[cookie] = read
                self._served(read.drive).request(cookie, read.offset, read.length)
            if not asked:
                return
            drive = self._served(next(iter(asked.values())).drive)
            cookie, error = drive.answer()
            answered = asked.pop(cookie, None)
            if answered is None:
                raise ProtocolError("qemu's block server answers what was not asked")
            if error:
                reads.extend(self._failed(answered, error))
            else:
                self._received(answered, drive)

    def _served(self, number: int) -> NbdClient:
        drive = self._drives[number]
        if not isinstance(drive, NbdClient):
            raise ProtocolError("a drive is served by nobody")
        return drive

    def _received(self, read: Read, drive: NbdClient) -> None:
        """Take the data of a read."""
        self._control.wait()
        data = self._buffer[: read.length]
        drive.receive(data)
        for part in read.parts:
            if part.file not in self._lost:
                self._write(part, data[part.start : part.start + part.length])
            if self._is_abandoned():
                raise EOFError
        self._tell_now_and_then()

    def _failed(self, read: Read, error: int) -> list[Read]:
        """Return what to try instead of a read that failed; a single file's is lost."""
        if len(read.parts) > 1:
            return read.singly()
        self._lose(read.parts[0].file, f"it could not be read: {os.strerror(error)}")
        return []

    def _write(self, part: Part, data: memoryview) -> None:
        descriptor = self._opened(part.file)
        if descriptor >= 0:
            self._compare(part.file, part.logical, data)
            write_at(descriptor, data, part.logical)
            self._copied.size += part.length
            self._part_done(part.file, descriptor)

    def _compare(self, file: DirectFile, logical: int, data: memoryview) -> None:
        """Compare a part with its checksums. The file is copied to its end: what was promised is counted once."""
        if file.sums is not None and file not in self._doubted and not file.sums.match(logical, data):
            self._doubted.add(file)

    def _opened(self, file: DirectFile) -> int:
        """Return a file's descriptor; make the file first. -1: it cannot be made, and is lost."""
        found = self._open.get(file)
        if found is not None:
            return found[0]
        self.path = self._copied.current = file.entry.path
        try:
            descriptor = self._staging.make_file(file.staged, self._cursor)
        except OSError as error:
            if error.errno not in NAME_ERRORS:
                raise
            self._lose(file, refusal(error))
            return -1
        self._open[file] = descriptor, _parts_of(file)
        return descriptor

    def _part_done(self, file: DirectFile, descriptor: int) -> None:
        """Take note that a part of a file is there; if it was the last, finish the file."""
        if descriptor < 0:
            return
        left = self._open[file][1] - 1
        if left > 0:
            self._open[file] = descriptor, left
            return
        self._finished(file, descriptor)

    def _finished(self, file: DirectFile, descriptor: int) -> None:
        """Finish a file of which all is there."""
        if descriptor < 0:
            return
        del self._open[file]
        self._copied.count_holes(file)
        try:
            if file in self._doubted:
                self._staging.remove_file(file.staged, self._cursor)
                self._copied.doubted.append(file.entry)
            else:
                self._finish(file, descriptor)
                self._copied.files += 1
        finally:
            os.close(descriptor)

    def _finish(self, file: DirectFile, descriptor: int) -> None:
        entry, last = file.entry, file.pieces[-1] if file.pieces else None
        if entry.stat.size != (last.logical + last.length if last else 0):
            os.ftruncate(descriptor, entry.stat.size)
        if refusals := self._staging.finish_file(descriptor, entry.stat, entry.xattrs):
            self._copied.not_kept.append((entry, refusals))

    def _lose(self, file: DirectFile, reason: str) -> None:
        if file in self._lost:
            return
        self._lost.add(file)
        self._copied.lost.append((file.entry, reason))
        if (found := self._open.pop(file, None)) is not None:
            os.close(found[0])
            self._staging.remove_file(file.staged, self._cursor)

    def _tell_now_and_then(self) -> None:
        if (now := time.monotonic()) >= self._next_tell:
            self._next_tell = now + TELL_S
            copied, self._copied = self._copied, Copied(current=self._copied.current)
            self._tell(copied)


def _parts_of(file: DirectFile) -> int:
    """Return in how many parts a file's content comes; an empty one in one."""
    return sum(-(-piece.length // READ_MAX) for piece in file.pieces) or 1


def _place(file: DirectFile) -> tuple[int, int]:
    """Return where a file begins: they are copied in the order of the drives."""
    return (file.pieces[0].drive, file.pieces[0].offset) if file.pieces else (-1, 0)
