"""Reading and entering what this user owns but may not read or enter: it has the permissions that the image says.

It gets what is missing for as long as that is needed, by descriptors, following no link. Blocking; root needs nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cutaway.transfer.folder_cursor import OPEN_FOLDER

READ, ENTER = 0o400, 0o700


@dataclass(frozen=True, slots=True)
class OpenedUp:
    """Something that is open.

    Attributes:
        descriptor: Of it.
        mode: The permissions that it has lent some to; None: it had all.
    """

    descriptor: int
    mode: int | None

    def give_back(self) -> None:
        """Let it have its own permissions again."""
        if self.mode is not None:
            os.fchmod(self.descriptor, self.mode)

    def close(self) -> None:
        """Give back its permissions, and close it."""
        try:
            self.give_back()
        finally:
            os.close(self.descriptor)


def open_file(name: bytes, folder: int | None = None) -> int:
    """Open a file to read it; return its descriptor, for which permissions mean nothing any more.

    Raises:
        OSError: it cannot be, whatever its permissions.
    """
    opened = _open(name, folder, READ, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    opened.give_back()
    return opened.descriptor


def open_folder(name: bytes, folder: int | None = None) -> OpenedUp:
    """Open a folder so that it can be listed and changed until it is closed.

    Raises:
        OSError: it cannot be, whatever its permissions.
    """
    return _open(name, folder, ENTER, OPEN_FOLDER)


@contextmanager
def entered(name: bytes, folder: int | None = None) -> Iterator[int]:
    """Open a folder for the time of a context; give its descriptor."""
    opened = open_folder(name, folder)
    try:
        yield opened.descriptor
    finally:
        opened.close()


def _open(name: bytes, folder: int | None, needed: int, flags: int) -> OpenedUp:
    anchor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        found = os.fstat(anchor)
        mode = stat.S_IMODE(found.st_mode)
        is_mine = found.st_uid == os.geteuid() != 0 and not stat.S_ISLNK(found.st_mode)
        if not is_mine or mode & needed == needed:
            return OpenedUp(os.open(name, flags, dir_fd=folder), None)
        path = f"/proc/self/fd/{anchor}"
        os.chmod(path, mode | needed)
        try:
            return OpenedUp(os.open(path, flags & ~os.O_NOFOLLOW), mode)
        except BaseException:
            os.chmod(path, mode)
            raise
    finally:
        os.close(anchor)
