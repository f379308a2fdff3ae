"""The destination of an extraction: what is there already, how much space, and moving things to their names at the end.

Blocking; in the worker's thread. Never replaces a folder, never follows a link in the destination's place.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Sequence
from contextlib import nullcontext
from itertools import count

from cutaway.errors import DestinationError
from cutaway.transfer.case_folding import folds_case
from cutaway.transfer.free_names import rename_new
from cutaway.transfer.host_files import destination_error
from cutaway.transfer.opened_up import OpenedUp, entered, open_folder
from cutaway.transfer.own_files import is_own_file, own_file_error
from cutaway.transfer.policy import Conflict, next_name

#: What may be replaced; the other kinds are places that somebody writes to, not contents.
_REPLACED = frozenset({stat.S_IFREG, stat.S_IFLNK})


class Destination:
    """An open folder of the host."""

    def __init__(self, folder: str, descriptor: int = -1, *, image_files: Sequence[str] = ()) -> None:
        """Open it.

        Args:
            folder: Its path.
            descriptor: Of it, if it is open already; taken over.
            image_files: What is read, and so never replaced.

        Raises:
            DestinationError: it cannot be opened.
        """
        self.folder = folder
        self._image_files = image_files
        try:
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) if descriptor < 0 else descriptor
        except OSError as error:
            raise destination_error(folder, error) from error
        self._descriptor = opened
        self._lent: list[OpenedUp] = []

    def below(self, path: bytes) -> Destination:
        """Open a folder in it, following no link; the caller closes it.

        It can be changed until then: an extraction may have given it permissions that do not allow that.

        Raises:
            DestinationError: it is not there any more.
        """
        shown = self.path_of(path)
        opened: list[OpenedUp] = []
        try:
            for name in path.split(b"/"):
                opened.append(open_folder(name, opened[-1].descriptor if opened else self._descriptor))
            below = Destination(shown, os.dup(opened[-1].descriptor), image_files=self._image_files)
        except BaseException as error:
            for folder in reversed(opened):
                folder.close()
            if isinstance(error, OSError):
                raise destination_error(shown, error) from error
            raise
        below._lent = opened
        return below

    def times(self) -> tuple[int, int]:
        """Return the folder's times of access and change, in ns."""
        status = os.fstat(self._descriptor)
        return status.st_atime_ns, status.st_mtime_ns

    def set_times(self, times: tuple[int, int]) -> None:
        """Give the folder back its times."""
        os.utime(self._descriptor, ns=times)

    def close(self) -> None:
        """Close it. May be called again."""
        while self._lent:
            self._lent.pop().close()
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def path_of(self, name: bytes) -> str:
        """Return the path of something in it."""
        return os.path.join(self.folder, os.fsdecode(name))

    def has(self, name: bytes) -> bool:
        """Tell whether something has a name, be it a dangling link."""
        return self._status(name) is not None

    def _status(self, name: bytes) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
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
        return free_space(self._descriptor)

    def check_space(self, needed: int) -> None:
        """Raise DestinationError if there is not that much space."""
        check_space(self.free_space(), self.folder, needed)

    def check(self, name: bytes, *, is_folder: bool, conflict: Conflict) -> None:
        """Refuse before anything is copied what would be refused in the end.

        Raises:
            DestinationError: the name is taken, and the rule does not allow that.
        """
        found = self._status(name)
        if found is None or conflict in {"rename", "skip"}:
            return
        path = self.path_of(name)
        if conflict == "fail":
            raise destination_error(path, FileExistsError(errno.EEXIST, "exists"))
        if is_own_file(self._image_files, found):
            raise own_file_error(path)
        if is_folder or not _REPLACED & {stat.S_IFMT(found.st_mode)}:
            kept = "folders" if is_folder or stat.S_ISDIR(found.st_mode) else "devices, pipes and sockets"
            raise DestinationError(
                f"{path} exists, and {kept} are never replaced",
                path=path, errno_name="EEXIST", remedy="Move it away, or choose another folder.",
            )  # fmt: skip

    def place(self, staging: int, staged: bytes, name: bytes, *, is_folder: bool, conflict: Conflict) -> bytes | None:
        """Move something from the hidden folder to its name; return the name, None if it was skipped.

        Args:
            staging: The hidden folder.
            staged: What to move.
            name: The name it shall have.
            is_folder: Whether it is a folder.
            conflict: The rule for a name that is taken.

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
                rename_new(staging, staged, self._descriptor, candidate)
            except FileExistsError:
                if conflict == "skip":
                    return None
                if conflict == "fail":
                    raise
                candidate = next_name(name, number, is_folder=is_folder)
            else:
                return candidate
        return None

    def merge(self, staging: int, staged: bytes, name: bytes) -> None:
        """Move a folder to its name; if there is one, move what that does not hold into it.

        Raises:
            DestinationError: it cannot be; what has been moved stays.
        """
        try:
            _merge(staging, staged, self._descriptor, name)
        except OSError as error:
            raise destination_error(self.path_of(name), error) from error

    def take_back(self, staging: int, staged: bytes, name: bytes) -> None:
        """Move something back into the hidden folder, after another part has failed."""
        # A folder that changes its place is written to: its entry ".." changes.
        with entered(name, self._descriptor) if _is_folder(self._descriptor, name) else nullcontext():
            os.rename(name, staged, src_dir_fd=self._descriptor, dst_dir_fd=staging)


def _merge(source: int, old: bytes, target: int, new: bytes) -> None:
    """Move something to its name; of what is there already only folders get more, and keep their times."""
    if not _is_folder(source, old):
        _is_moved(source, old, target, new)
        return
    with entered(old, source) as mine:
        if _is_moved(source, old, target, new) or not _is_folder(target, new):
            return
        with entered(new, target) as theirs:
            before = os.fstat(theirs)
            for name in os.listdir(mine):
                _merge(mine, os.fsencode(name), theirs, os.fsencode(name))
            os.utime(theirs, ns=(before.st_atime_ns, before.st_mtime_ns))


def _is_moved(source: int, old: bytes, target: int, new: bytes) -> bool:
    """Move something to its name unless that is taken; return whether it could be."""
    try:
        rename_new(source, old, target, new)
    except FileExistsError:
        return False
    return True


def _is_folder(above: int, name: bytes) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode)


def free_space(descriptor: int) -> int | None:
    """Return how many bytes a file system has for this user; nothing can be said of some."""
    use = os.fstatvfs(descriptor)
    return use.f_bavail * use.f_frsize if use.f_blocks else None


def check_space(free: int | None, shown: str, needed: int) -> None:
    """Raise DestinationError if a file system has not that much space; nothing can be said of some.

    Args:
        free: What it has in bytes; None: nobody knows.
        shown: What a person calls that.
        needed: In bytes.
    """
    if free is not None and needed > free:
        raise DestinationError(
            f"{shown} has {_gigabytes(free)} free, but {_gigabytes(needed)} are needed",
            path=shown, errno_name="ENOSPC", remedy="Free some space, or choose another disk.",
        )  # fmt: skip


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
