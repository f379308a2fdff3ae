"""The destination of an extraction: what is there already, how much space, and moving things to their names at the end.

Blocking; in the worker's thread. Never replaces a folder, never follows a link in the destination's place.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Container
from itertools import count

from cutaway.errors import DestinationError
from cutaway.transfer.case_folding import folds_case
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.policy import Conflict, next_name

_RENAME_NOREPLACE = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Destination:
    """An open folder of the host."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        try:
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise destination_error(folder, error) from error

    def close(self) -> None:
        """Close it. May be called again."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def path_of(self, name: bytes) -> str:
        """Return the path of something in it."""
        return os.path.join(self.folder, os.fsdecode(name))

    def has(self, name: bytes) -> bool:
        """Tell whether something has a name, be it a dangling link."""
        return self._mode(name) is not None

    def _mode(self, name: bytes) -> int | None:
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None

    def folds_case(self) -> bool:
        """Tell whether it takes names that differ only by case for one, as far as a look can tell."""
        return folds_case(self._descriptor)

    def free_name(self, name: bytes, taken: Container[bytes], *, is_folder: bool) -> bytes:
        """Return the name that something would get under the rule "rename", besides those that are taken."""
        candidate, number = name, 2
        while candidate in taken or self.has(candidate):
            candidate, number = next_name(name, number, is_folder=is_folder), number + 1
        return candidate

    def free_space(self) -> int | None:
        """Return how many bytes there are; nothing can be said of some file systems."""
        use = os.fstatvfs(self._descriptor)
        return use.f_bavail * use.f_frsize if use.f_blocks else None

    def check_space(self, needed: int) -> None:
        """Raise DestinationError if there is not that much space."""
        free = self.free_space()
        if free is not None and needed > free:
            raise DestinationError(
                f"{self.folder} has {_gigabytes(free)} free, but {_gigabytes(needed)} are needed",
                path=self.folder, errno_name="ENOSPC", remedy="Free some space, or choose another disk.",
            )  # fmt: skip

    def check(self, name: bytes, *, is_folder: bool, conflict: Conflict) -> None:
        """Refuse before anything is copied what would be refused in the end.

        Raises:
            DestinationError: the name is taken, and the rule does not allow that.
        """
        mode = self._mode(name)
        if mode is None or conflict in {"rename", "skip"}:
            return
        path = self.path_of(name)
        if conflict == "fail":
            raise destination_error(path, FileExistsError(errno.EEXIST, "exists"))
        if is_folder or stat.S_ISDIR(mode):
            raise DestinationError(
                f"{path} exists, and folders are never replaced",
                path=path, errno_name="EEXIST", remedy="Move it away, or choose another folder.",
            )  # fmt: skip

    def place(self, staging: int, staged: bytes, name: bytes, *, is_folder: bool, conflict: Conflict) -> bytes | None:
        """Move something from the hidden folder to its name; return the name, None if it was skipped.

        Raises:
            DestinationError: it cannot be.
        """
        try:
            if conflict == "replace":
                self.check(name, is_folder=is_folder, conflict=conflict)
                os.rename(staged, name, src_dir_fd=staging, dst_dir_fd=self._descriptor)
                return name
            return self._place_new(staging, staged, name, is_folder=is_folder, conflict=conflict)
        except OSError as error:
            raise destination_error(self.path_of(name), error) from error

    def _place_new(
        self, staging: int, staged: bytes, name: bytes, *, is_folder: bool, conflict: Conflict
    ) -> bytes | None:
        candidate = name
        for number in count(2):
            try:
                _rename_new(staging, staged, self._descriptor, candidate)
            except FileExistsError:
                if conflict == "skip":
                    return None
                if conflict == "fail":
                    raise
                candidate = next_name(name, number, is_folder=is_folder)
            else:
                return candidate
        return None

    def take_back(self, staging: int, staged: bytes, name: bytes) -> None:
        """Move something back into the hidden folder, after another part has failed."""
        os.rename(name, staged, src_dir_fd=self._descriptor, dst_dir_fd=staging)


def _rename_new(source: int, old: bytes, target: int, new: bytes) -> None:
    """Rename without replacing; where the file system cannot promise that, after a look."""
    if _libc.renameat2(source, old, target, new, _RENAME_NOREPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in {errno.EINVAL, errno.ENOSYS}:
        raise OSError(number, os.strerror(number))
    try:
        os.stat(new, dir_fd=target, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(old, new, src_dir_fd=source, dst_dir_fd=target)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
