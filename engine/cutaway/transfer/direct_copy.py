"""Copies contents from the drives themselves into the hidden folder: a thread that asks ahead, and writes what comes.

The worker's loop puts files in, a bounded number of them, and is told in its own thread what has become of them.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cutaway.errors import CallInterrupted, EngineError, ProtocolError
from cutaway.transfer.control import TransferControl
from cutaway.transfer.folder_cursor import FolderCursor
from cutaway.transfer.host_files import NAME_ERRORS, destination_error, refusal, write_at
from cutaway.transfer.nbd import NbdClient
from cutaway.transfer.plan import Planned
from cutaway.transfer.reads import READ_MAX, DirectFile, Part, Read, plan_reads
from cutaway.transfer.staging import Staging

#: How many reads are asked for ahead; qemu answers at most 16 of a connection at a time.
AHEAD = 8
#: How many files may wait to be copied before the listing has to wait.
WAITING_MAX = 32768
TELL_S = 0.02


@dataclass(slots=True)
class Copied:
    """What has been done since the last time.

    Attributes:
        size: Of what has been written, in bytes, holes included.
        lost: Files that could not be had, each with the reason.
    """

    files: int = 0
    size: int = 0
    current: bytes = b""
    lost: list[tuple[Planned, str]] = field(default_factory=list)


class DirectCopier:
    """Made and used in the worker's loop; its thread ends with `finish` or `abandon`.

    Args:
        drives: A connection to each drive, by its number; they stay the caller's.
        staging: Where the files are made.
        on_copied: Called in the loop with what has been done, not too often.
        on_trouble: Called in the loop when nothing more can be copied.
        control: Holds it.
    """

    def __init__(
        self,
        drives: Mapping[int, NbdClient],
        staging: Staging,
        on_copied: Callable[[Copied], None],
        on_trouble: Callable[[], None],
        control: TransferControl,
    ) -> None:
        self._control = control
        self._drives = drives
        self._staging = staging
        self._on_copied = on_copied
        self._on_trouble = on_trouble
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._batches: deque[list[DirectFile]] = deque()
        self._waiting = 0
        self._is_last = self._is_abandoned = False
        self._room = asyncio.Event()
        self._ended: asyncio.Future[None] | None = None
        self.failure: EngineError | None = None

    @property
    def sizes(self) -> dict[int, int]:
        """The sizes of the drives in bytes."""
        return {number: drive.size for number, drive in self._drives.items()}

    async def put(self, files: list[DirectFile]) -> None:
        """Have files copied; waits while too many wait already. Does nothing once it has failed or was abandoned."""
        if self._ended is None:
            self._ended = self._loop.create_future()
            threading.Thread(target=self._run, name="cutaway-copier", daemon=True).start()
        if self._is_abandoned:
            return
        while self._waiting > WAITING_MAX and not self._ended.done():
            self._room.clear()
            await self._room.wait()
        with self._changed:
            self._batches.append(files)
            self._waiting += len(files)
            self._changed.notify()

    async def finish(self) -> None:
        """Wait until all is copied.

        Raises:
            DestinationError, CallInterrupted, ProtocolError: what stopped it.
        """
        with self._changed:
            self._is_last = True
            self._changed.notify()
        if self._ended is not None:
            await asyncio.shield(self._ended)
        if self.failure is not None:
            raise self.failure

    def abandon(self) -> None:
        """Stop at once; what waits is forgotten. In the loop; may be called again."""
        self._control.end()
        self._stop()

    def _stop(self) -> None:
        self._is_abandoned = True
        with self._changed:
            self._batches.clear()
            self._is_last = True
            self._changed.notify()
        for drive in self._drives.values():
            drive.abort()

    async def close(self) -> None:
        """Stop unless it is finished, and wait until the thread has ended; the connections stay if it was."""
        if self._ended is not None and not self._ended.done():
            self.abandon()
            await asyncio.shield(self._ended)

    def _run(self) -> None:
        copy = _Copy(self._drives, self._staging, self._tell, lambda: self._is_abandoned, self._control)
        try:
            for batch in self._taken():
                copy.copy(batch)
        except (OSError, EOFError, ProtocolError) as error:
            if not self._is_abandoned:
                self.failure = _understood(error, copy.path)
                self._loop.call_soon_threadsafe(self._on_trouble)
        finally:
            copy.close()
            self._loop.call_soon_threadsafe(self._over)

    def _taken(self) -> Iterator[list[DirectFile]]:
        while True:
            with self._changed:
                while not self._batches and not self._is_last:
                    self._changed.wait()
                if not self._batches:
                    return
                batch = self._batches.popleft()
            yield batch
            with self._changed:
                self._waiting -= len(batch)
            self._loop.call_soon_threadsafe(self._room.set)

    def _tell(self, copied: Copied) -> None:
        self._loop.call_soon_threadsafe(self._on_copied, copied)

    def _over(self) -> None:
        self._room.set()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


def _understood(error: Exception, path: bytes) -> EngineError:
    if isinstance(error, EngineError):
        return error
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return destination_error(path.decode("utf-8", "backslashreplace"), error)
    return CallInterrupted("the connection to the drive broke")


class _Copy:
    """The thread's own: open files, a buffer, and what has not been told yet."""

    def __init__(
        self,
        drives: Mapping[int, NbdClient],
        staging: Staging,
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
        for file in batch:
            if not file.pieces:
                self._part_done(file, self._opened(file))
        self._lost.clear()
        reads = deque[Read]()
        planned = plan_reads(file for file in batch if file.pieces)
        asked: dict[int, Read] = {}
        while True:
            while len(asked) < AHEAD and (read := reads.popleft() if reads else next(planned, None)) is not None:
                cookie = next(self._cookies)
                asked[cookie] = read
                self._drives[read.drive].request(cookie, read.offset, read.length)
            if not asked:
                return
            drive = self._drives[next(iter(asked.values())).drive]
            cookie, error = drive.answer()
            answered = asked.pop(cookie, None)
            if answered is None:
                raise ProtocolError("qemu's block server answers what was not asked")
            if error:
                reads.extend(self._failed(answered, error))
            else:
                self._received(answered, drive)

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
            write_at(descriptor, data, part.logical)
            self._copied.size += part.length
            self._part_done(part.file, descriptor)

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
        del self._open[file]
        try:
            self._finish(file, descriptor)
        finally:
            os.close(descriptor)
        self._copied.files += 1

    def _finish(self, file: DirectFile, descriptor: int) -> None:
        entry, last = file.entry, file.pieces[-1] if file.pieces else None
        if entry.stat.size != (last.logical + last.length if last else 0):
            os.ftruncate(descriptor, entry.stat.size)
        self._copied.size += entry.stat.size - sum(piece.length for piece in file.pieces)
        self._staging.finish_file(descriptor, entry.stat, entry.xattrs)

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
