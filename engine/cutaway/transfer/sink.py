"""A `DataSink` of one file of the host: it appears when it is complete, or is an open descriptor.

Belongs to the worker's thread; what is no regular file is written in a helper thread. Knows nothing of the protocol.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
from itertools import count
from typing import TYPE_CHECKING

from cutaway.errors import DestinationError, ProtocolError
from cutaway.transfer.free_names import AT_FDCWD, link_file, numbered, rename_new
from cutaway.transfer.host_files import (
    destination_error,
    finish_length,
    hidden_name,
    write_all,
)
from cutaway.transfer.patient_writer import PatientWriter

if TYPE_CHECKING:
    from cutaway.transfer.policy import Conflict

#: What a caller may name as a destination.
Target = str | bytes | os.PathLike[str] | int
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,6})")
#: What file systems answer that have no nameless files.
_NO_TMPFILE = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})


class FileSink:
    """One file of the host, or an open descriptor; made by `open_sink`."""

    def __init__(self, path: str, descriptor: int, *, owned: bool) -> None:
        self._path = path
        self._descriptor = descriptor
        self._owned = owned
        self._is_file = _is_open_ended(descriptor)
        self._is_complete = False
        self._writer = None if self._is_file else PatientWriter(descriptor)

    @property
    def path(self) -> str:
        """The destination."""
        return self._path

    async def begin(self) -> None:
        """Do nothing: it is open."""

    async def passed(self) -> None:
        """Do nothing: it takes whatever comes."""

    def expect_no_more(self) -> None:
        """Do nothing: `commit` asks whether it is complete."""

    async def settle(self) -> None:
        """Do nothing: what has come is there."""

    def fileno(self) -> int | None:
        """Return the descriptor, if it is a file's and nothing lies behind its position."""
        return self._descriptor if self._is_file else None

    def write(self, data: memoryview) -> None:
        """Write all of it."""
        if self._writer is None:
            write_all(self._descriptor, data)
        else:
            self._writer.write(data)

    def hole(self, length: int) -> None:
        """Leave a hole where that is possible."""
        if self._writer is None:
            os.lseek(self._descriptor, length, os.SEEK_CUR)
        else:
            self._writer.zeros(length)

    def failure(self, error: OSError) -> DestinationError:
        """Return what an error means to a person."""
        return destination_error(self._path, error)

    def give_up(self) -> None:
        """Let a write that waits for its reader fail."""
        if self._writer is not None:
            self._writer.give_up()

    def end(self) -> None:
        """Give the file its length."""
        if self._is_complete:
            raise ProtocolError("the data channel brought more than the one file that was asked for")
        if self._is_file:
            finish_length(self._descriptor)
        self._is_complete = True

    def failed(self) -> None:
        """Refuse: a single file is complete or its call fails."""
        raise ProtocolError("the data channel says that the only file failed, instead of aborting")

    def commit(self, *, conflict: Conflict = "replace") -> None:  # noqa: ARG002 it has its name
        """Let the file appear under its name; special files have theirs already.

        Args:
            conflict: "replace": instead of what was there. "rename": beside it, under the next name that is free.

        Raises:
            ProtocolError: it is not complete.
        """
        if not self._is_complete:
            raise ProtocolError("the call is done, but its file is not complete")

    def close(self) -> None:
        """Close it; what was not committed is gone. May be called again."""
        if self._writer is not None:
            self._writer.close()
        if self._owned:
            self._owned = False
            os.close(self._descriptor)


class _NewFile(FileSink):
    """A file that has no name, or a hidden one, until `commit`."""

    def __init__(self, path: str, descriptor: int, target: str, hidden: str | None) -> None:
        super().__init__(path, descriptor, owned=True)
        self._target = target
        self._hidden = hidden

    def commit(self, *, conflict: Conflict = "replace") -> None:
        """Let the file appear under its name; see `FileSink.commit`. `path` is where it lies then.

        Raises:
            DestinationError: that is not possible; `close` leaves nothing.
        """
        super().commit()
        try:
            if conflict == "rename":
                self._take_free_name()
            elif self._hidden is not None or not link_file(self._descriptor, self._target):
                self._replace()
            self._hidden = None
        except OSError as error:
            raise destination_error(self._path, error) from error

    def _replace(self) -> None:
        if self._hidden is None:
            name = os.path.join(os.path.dirname(self._target), hidden_name(os.path.basename(self._target)))
            if not link_file(self._descriptor, name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._hidden = name
        os.replace(self._hidden, self._target)

    def _take_free_name(self) -> None:
        folder, name = os.path.split(os.fsencode(self._target))
        candidate = self._target
        for number in count(2):
            if self._appear(candidate):
                break
            candidate = os.fsdecode(os.path.join(folder, numbered(name, number)))
        if candidate != self._target:
            self._path = self._target = candidate

    def _appear(self, name: str) -> bool:
        """Take a name, unless something has it."""
        if self._hidden is None:
            return link_file(self._descriptor, name)
        try:
            rename_new(AT_FDCWD, os.fsencode(self._hidden), AT_FDCWD, os.fsencode(name))
        except FileExistsError:
            return False
        return True

    def close(self) -> None:
        """Close it; what was not committed is gone. May be called again."""
        if self._hidden is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._hidden)
            self._hidden = None
        super().close()


def open_sink(target: Target) -> FileSink:
    """Open a destination: a path, or an open descriptor, which stays the caller's.

    Raises:
        DestinationError: it cannot be written, found out before any data is asked for.
    """
    if isinstance(target, int):
        return _open_descriptor(target)
    path = os.fsdecode(target)
    if (descriptor := _descriptor_of(path)) is not None:
        return _open_descriptor(descriptor)
    try:
        return _open_path(path)
    except OSError as error:
        raise destination_error(path, error) from error


def _descriptor_of(path: str) -> int | None:
    """Return the descriptor that a path means; behind it may be a pipe, which has no path of its own."""
    if path in _STANDARD:
        return _STANDARD[path]
    found = _DESCRIPTOR.fullmatch(path)
    return int(found[1]) if found else None


def _open_descriptor(descriptor: int) -> FileSink:
    name = "standard output" if descriptor == 1 else f"descriptor {descriptor}"
    try:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return FileSink(name, descriptor, owned=False)
    except (OSError, OverflowError, ValueError) as error:
        bad = error if isinstance(error, OSError) else OSError(errno.EBADF, str(error))
        raise destination_error(name, bad) from error


def _open_path(path: str) -> FileSink:
    target = os.path.realpath(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    if stat.S_ISDIR(mode) or path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISREG(mode):
        return _new_file(path, target)
    return _open_special(path)


def _open_special(path: str) -> FileSink:
    """Open what is no regular file, without waiting for the reader of a pipe."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    os.set_blocking(descriptor, True)
    return FileSink(path, descriptor, owned=True)


def _new_file(path: str, target: str) -> FileSink:
    folder, name = os.path.split(target)
    try:
        return _NewFile(path, os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666), target, None)
    except OSError as error:
        if error.errno not in _NO_TMPFILE or not os.path.isdir(folder):
            raise
    hidden = os.path.join(folder, hidden_name(name))
    descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    return _NewFile(path, descriptor, target, hidden)


def _is_open_ended(descriptor: int) -> bool:
    """Tell whether a descriptor is at the end of a regular file, so that data can be spliced and holes left."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND:
        return False
    return os.lseek(descriptor, 0, os.SEEK_CUR) >= status.st_size
