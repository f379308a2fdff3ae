"""An archive as what an extraction goes into: entries wait here until the copying thread writes them, in order.

What comes over the data channel goes into a nameless file first: only then is it known whether it is whole, and where
its holes are. In the worker's thread but for what the copying thread calls; the queue between them is a deque.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.errors import DestinationError
from cutaway.records import Stat
from cutaway.runtime_folder import anonymous_file, temporary_error
from cutaway.transfer.archive_content import ArchiveContent
from cutaway.transfer.archive_format import ArchiveWriter
from cutaway.transfer.host_files import ZEROS, data_parts
from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.plan import Planned

#: So many entries may wait; so many contents in nameless files, and so many bytes.
ENTRIES_MAX = 20_000
CONTENTS_MAX, CONTENT_BYTES_MAX = 64, 256 << 20


@dataclass(slots=True)
class _Waiting:
    """Something that shall be written: an entry; a second name; or a content in a nameless file."""

    path: bytes
    entry: Planned
    original: bytes = b""
    descriptor: int = -1
    size: int = 0


class ArchiveOutlet:
    """An archive that is being made.

    What it does not hold of an entry is known, and returned, before that is written.

    Args:
        writer: Writes it.
        give_up: Lets a write that waits for its reader fail.
        digest: Which checksum of each file is wished, as hashlib calls it; "": none.

    Attributes:
        names: What each root is called in the archive, by its path here.
        digests: Of the files that are in it, by their paths here.
    """

    folds_case = False

    def __init__(self, writer: ArchiveWriter, give_up: Callable[[], None], *, digest: str) -> None:
        self.keeps_second_names, self.keeps_holes = writer.keeps_second_names, writer.keeps_holes
        self.writer = writer
        self.give_up = give_up
        self.names: dict[bytes, bytes] = {}
        self.digests: dict[bytes, str] = {}
        self._digest = digest
        self._written: set[bytes] = set()
        self._queue: deque[_Waiting] = deque()

    def name_of(self, path: bytes) -> bytes:
        """Return what something is called in the archive."""
        base, _, rest = path.partition(b"/")
        if base in self.names:
            return self.names[base] + (b"/" + rest if rest else b"")
        root, slash, rest = rest.partition(b"/")
        return self.names[base + b"/" + root] + slash + rest

    def make_base(self, path: bytes, *, is_resumed: bool) -> None:
        """Do nothing: what is extracted from a directory needs none in the archive."""

    def make(self, path: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:  # noqa: ARG002 what was written is known
        """Have a folder, a link, or something special added.

        Raises:
            OSError: archives of this format hold none such.
        """
        if reason := self.writer.why_not(entry.stat.mode):
            raise OSError(errno.EOPNOTSUPP, reason)
        self._admit(path)
        is_folder = stat.S_ISDIR(entry.stat.mode)
        if not (self.writer.takes_folders_last and is_folder):
            self._queue.append(_Waiting(path, entry))
        return () if is_folder else self.writer.not_kept(entry)

    def _admit(self, path: bytes) -> bytes:
        """Return what something is called in the archive.

        Raises:
            OSError: archives of this format hold no such names.
        """
        name = self.name_of(path)
        if reason := self.writer.why_not_name(name):
            raise OSError(errno.ENAMETOOLONG, reason)
        return name

    def make_second(self, path: bytes, original: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:  # noqa: ARG002 as `make`
        """Have a second name of a file added."""
        self._queue.append(_Waiting(path, entry, original=original))
        return ()

    def end_folder(self, path: bytes, entry: Planned) -> Refusals:
        """Have a folder added, if it has to come after what it holds."""
        if self.writer.takes_folders_last:
            self._queue.append(_Waiting(path, entry))
        return self.writer.not_kept(entry)

    def is_whole(self, path: bytes, status: Stat) -> bool:  # noqa: ARG002 the image has not changed
        """Tell whether an earlier attempt has written this file."""
        return path in self._written

    def make_file(self, path: bytes) -> int:
        """Return a nameless file for a content.

        Raises:
            OSError: archives of this format hold no such names.
        """
        self._admit(path)
        return anonymous_file()

    def take_file(self, path: bytes, descriptor: int, entry: Planned) -> Refusals:
        """Have a file added whose content is complete."""
        size = os.fstat(descriptor).st_size
        self._queue.append(_Waiting(path, entry, descriptor=os.dup(descriptor), size=size))
        return self.writer.not_kept(entry)

    def failure(self, path: str, error: OSError) -> DestinationError:  # noqa: ARG002 whichever it was
        """Return what it means that a content could not be written: it did not go into the archive yet."""
        return temporary_error(error)

    def drop_file(self, path: bytes) -> None:
        """Do nothing: its content had no name."""

    @property
    def has_waiting(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._queue)

    @property
    def is_crowded(self) -> bool:
        """Whether so much waits that no more should come."""
        if len(self._queue) >= ENTRIES_MAX:
            return True
        contents = [item.size for item in tuple(self._queue) if item.descriptor >= 0]
        return len(contents) >= CONTENTS_MAX or sum(contents) >= CONTENT_BYTES_MAX

    def content(
        self, path: bytes, entry: Planned, size: int, parts: list[tuple[int, int]], check: Callable[[], None]
    ) -> ArchiveContent:
        """Begin the content of a file; in the copying thread. `check` is called in the middle of long work.

        Raises:
            OSError: archives of this format hold no such names.
        """
        return ArchiveContent(self.writer, self._admit(path), entry, size, parts, check, digest=self._digest)

    def written(self, path: bytes, digest: str) -> None:
        """Take note that something is in the archive."""
        self._written.add(path)
        if digest:
            self.digests[path] = digest

    def write_waiting(self, check: Callable[[], None]) -> None:
        """Write what waits; in the copying thread, or when that has ended.

        Args:
            check: Called now and then; raises if nobody wants it any more.
        """
        while self._queue:
            check()
            item = self._queue.popleft()
            try:
                if item.path not in self._written:
                    self._write(item, check)
            finally:
                _close(item)

    def _write(self, item: _Waiting, check: Callable[[], None]) -> None:
        digest = ""
        if item.descriptor >= 0:
            digest = self._write_content(item, check)
        elif item.original:
            self.writer.add_second(self.name_of(item.path), self.name_of(item.original), item.entry)
        else:
            self.writer.add(self.name_of(item.path), item.entry)
        self.written(item.path, digest)

    def _write_content(self, item: _Waiting, check: Callable[[], None]) -> str:
        parts = list(data_parts(item.descriptor, item.size))
        content = self.content(item.path, item.entry, item.size, parts, check)
        try:
            for begin, length in parts:
                place, end = begin, begin + length
                while place < end:
                    check()
                    data = memoryview(os.pread(item.descriptor, min(len(ZEROS), end - place), place))
                    content.write(place, data)
                    place += len(data)
            return content.finish()
        except BaseException:
            with contextlib.suppress(OSError):
                content.forget()
            raise

    def regular_files(self, path: bytes) -> list[bytes]:
        """Return the paths of all regular files below something that was made, relative to it."""
        above = path + b"/"
        return sorted(
            found[len(above) :] for found in self.digests if found == path or found.startswith(above)
        )  # fmt: skip

    def digest(self, path: bytes, check: Callable[[], None]) -> str:
        """Return the SHA-256 of a file as it was written."""
        check()
        return self.digests[path.rstrip(b"/")]

    def reject(self, path: bytes) -> str:
        """Say that a file has to stay."""
        del self.digests[path]
        return "; what the archive has of it is not to be trusted"

    def close(self) -> None:
        """Forget what waits."""
        while self._queue:
            _close(self._queue.popleft())


def _close(item: _Waiting) -> None:
    if item.descriptor >= 0:
        os.close(item.descriptor)
