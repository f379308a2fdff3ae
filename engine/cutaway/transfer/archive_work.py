"""What the copying thread does for an archive: reads contents in order, and writes file after file. Blocking."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from cutaway.transfer.archive_content import ArchiveContent, is_held
from cutaway.transfer.archive_outlet import ArchiveOutlet
from cutaway.transfer.control import TransferControl
from cutaway.transfer.copied import TELL_S, Copied
from cutaway.transfer.drive_access import Drives
from cutaway.transfer.host_files import NAME_ERRORS, refusal
from cutaway.transfer.ordered_reads import OrderedReads
from cutaway.transfer.reads import READ_MAX, DirectFile, Part, plan_reads


class ArchiveWork:
    """Copies batches of files into an archive.

    Attributes:
        path: What is being written.
    """

    def __init__(
        self,
        outlet: ArchiveOutlet,
        shown: str,
        drives: Drives,
        tell: Callable[[Copied], None],
        is_abandoned: Callable[[], bool],
        control: TransferControl,
    ) -> None:
        self._outlet = outlet
        self._reads = OrderedReads(drives)
        self._tell = tell
        self._is_abandoned = is_abandoned
        self._control = control
        self._file: DirectFile | None = None
        self._content: ArchiveContent | None = None
        self._parts_left = 0
        self._is_doubted = False
        self._copied = Copied()
        self._next_tell = 0.0
        self.path = shown.encode("utf-8", "surrogateescape")

    def close(self) -> None:
        """Take back what is not complete, if anything can be: only then the archive may be gone on with."""
        content, self._content = self._content, None
        if content is not None:
            with contextlib.suppress(OSError):  # what cannot be written any more is reported by who found out
                content.forget()
        self._tell(self._copied)

    def copy(self, batch: Sequence[DirectFile]) -> None:
        """Write what waits, and copy some files."""
        self._outlet.write_waiting(self._pause)
        wanted: list[DirectFile] = []
        for file in batch:
            if not file.pieces:
                self._begin(file)
                self._end(file)
            elif self._needs_the_guest(file):
                self._copied.count_unread(file)
                self._copied.doubted.append(file.entry)
            else:
                wanted.append(file)
        for read, data in self._reads.results(plan_reads(wanted)):
            for part in read.parts:
                self._take(part, data)
                self._pause()
        self._outlet.write_waiting(self._pause)

    def _needs_the_guest(self, file: DirectFile) -> bool:
        """Tell whether a content that has to be compared cannot be taken back from the archive."""
        return file.sums is not None and not self._outlet.writer.can_take_back and not is_held(_parts(file))

    def _take(self, part: Part, data: memoryview | str) -> None:
        file = part.file
        if file is not self._file:
            self._begin(file)
        if self._content is not None and isinstance(data, str):
            self._lose(file, data)
        elif self._content is not None and not isinstance(data, str):
            self._write(self._content, part, data[part.start : part.start + part.length])
        self._parts_left -= 1
        if not self._parts_left:
            self._end(file)

    def _begin(self, file: DirectFile) -> None:
        self._file, self._is_doubted = file, False
        self._parts_left = sum(-(-piece.length // READ_MAX) for piece in file.pieces)
        self._copied.current = file.entry.path
        try:
            self._content = self._outlet.content(
                file.staged, file.entry, file.entry.stat.size, _parts(file), self._pause
            )
        except OSError as error:
            if error.errno not in NAME_ERRORS:
                raise
            self._lose(file, refusal(error))

    def _write(self, content: ArchiveContent, part: Part, data: memoryview) -> None:
        file = part.file
        self._copied.size += part.length
        if file.sums is not None and not file.sums.match(part.logical, data):
            self._is_doubted = True
        if not self._is_doubted:
            content.write(part.logical, data)

    def _lose(self, file: DirectFile, reason: str) -> None:
        content, self._content = self._content, None
        is_gone = content is None or content.drop()
        beside = "" if is_gone else "; in the archive zeros stand for the rest of it"
        self._copied.lost.append((file.entry, reason + beside))

    def _end(self, file: DirectFile) -> None:
        content, self._content = self._content, None
        if content is None:
            return
        self._copied.count_holes(file)
        if self._is_doubted:
            content.drop()
            self._copied.doubted.append(file.entry)
        else:
            self._outlet.written(file.staged, content.finish())
            if refusals := self._outlet.writer.not_kept(file.entry):
                self._copied.not_kept.append((file.entry, refusals))
            self._copied.files += 1

    def _pause(self) -> None:
        """Tell now and then what was done; stand still or stop where that is wished."""
        if (now := time.monotonic()) >= self._next_tell:
            self._next_tell = now + TELL_S
            copied, self._copied = self._copied, Copied(current=self._copied.current)
            self._tell(copied)
        self._control.wait()
        if self._is_abandoned():
            raise EOFError


def _parts(file: DirectFile) -> list[tuple[int, int]]:
    return [(piece.logical, piece.length) for piece in file.pieces]
