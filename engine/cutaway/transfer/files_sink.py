"""The sink of a download_many call: takes file after file and puts each into the hidden folder.

In the worker's thread. A file whose name the host's file system does not take is left out; a disk that takes no more
data fails the call.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence

from cutaway.errors import ProtocolError
from cutaway.transfer.host_files import finish_length, write_all
from cutaway.transfer.plan import Planned
from cutaway.transfer.staging import Staging

#: What is wrong with one name, not with the disk.
NAME_ERRORS = frozenset({errno.EINVAL, errno.EILSEQ, errno.EEXIST, errno.ENAMETOOLONG})


class FilesSink:
    """Takes the contents of files in the order in which they were asked for.

    Attributes:
        count: How many files have come, in whatever condition.
        refused: Index → why the host could not have it.
        unreadable: Indices of the files that could not be read in the image.
    """

    def __init__(
        self, staging: Staging, files: Sequence[tuple[Planned, bytes]], on_file: Callable[[bytes], None]
    ) -> None:
        """Open the first file.

        Args:
            staging: Where files are made.
            files: What was asked for, each with its path in the hidden folder.
            on_file: Called with the path of each file that begins.
        """
        self._staging = staging
        self._files = files
        self._on_file = on_file
        self._descriptor = -1
        self._nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self.count = 0
        self.refused: dict[int, str] = {}
        self.unreadable: list[int] = []
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> str:
        """The path in the tree of the file that is being written."""
        entry, _ = self._files[min(self.count, len(self._files) - 1)]
        return entry.path.decode("utf-8", "backslashreplace")

    @property
    def is_complete(self) -> bool:
        """Whether all files have come."""
        return self.count == len(self._files)

    def fileno(self) -> int | None:
        """Return where the current content goes."""
        return self._nowhere if self._descriptor < 0 else self._descriptor

    def write(self, data: memoryview) -> None:
        """Write to the current file."""
        if self._descriptor >= 0:
            write_all(self._descriptor, data)

    def hole(self, length: int) -> None:
        """Leave a hole in the current file."""
        if self._descriptor >= 0:
            os.lseek(self._descriptor, length, os.SEEK_CUR)

    def end(self) -> None:
        """Finish the current file, begin the next."""
        self._expect_one()
        if self._descriptor >= 0:
            finish_length(self._descriptor)
            self._staging.finish_file(self._descriptor, self._files[self.count][0].stat)
        self._advance()

    def failed(self) -> None:
        """Remove the current file, begin the next."""
        self._expect_one()
        if self._descriptor >= 0:
            self._staging.remove_file(self._files[self.count][1])
            self.unreadable.append(self.count)
        self._advance()

    def give_up(self) -> None:
        """Do nothing: files wait for nobody."""

    def close(self) -> None:
        """Close everything. May be called again."""
        for descriptor in {self._descriptor, self._nowhere} - {-1}:
            os.close(descriptor)
        self._descriptor = self._nowhere = -1

    def _expect_one(self) -> None:
        if self.is_complete:
            raise ProtocolError("the data channel brought more files than were asked for")

    def _advance(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        self.count += 1
        if not self.is_complete:
            self._begin()

    def _begin(self) -> None:
        entry, staged = self._files[self.count]
        self._on_file(entry.path)
        try:
            self._descriptor = self._staging.make_file(staged)
        except OSError as error:
            if error.errno not in NAME_ERRORS:
                raise
            self.refused[self.count] = f"the destination does not take it: {os.strerror(error.errno)}"
