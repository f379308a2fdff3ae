"""The hidden folder in which an extraction is built, on the same file system as its destination.

Everything is made relative to descriptors of folders, exclusively, following no link. Nobody but this user can enter
the folder until its content is moved to its place. Blocking; a cursor belongs to one thread, the rest has no state.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from cutaway.records import Stat
from cutaway.transfer.case_folding import same_in_capitals
from cutaway.transfer.folder_cursor import OPEN_FOLDER, FolderCursor
from cutaway.transfer.host_files import (
    HIDDEN,
    NAME_ERRORS,
    NOT_MADE,
    copy_sparse,
    destination_error,
    hidden_name,
    sha256_of,
)
from cutaway.transfer.journal import JournalEntry, Unfinished, discard, remove_tree
from cutaway.transfer.kept import keep_attributes, keep_owner, kernel_times, umask
from cutaway.transfer.not_kept import Refusals
from cutaway.transfer.opened_up import open_file
from cutaway.transfer.plan import Planned
from cutaway.transfer.policy import ExtractPolicy

_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Staging:
    """A hidden folder, and what is made in it. Paths are bytes, relative to it, of plain names only."""

    keeps_second_names = keeps_holes = True
    has_waiting = is_crowded = False
    failure = staticmethod(destination_error)

    def __init__(
        self, destination: str, name: str, policy: ExtractPolicy, work: Mapping[str, Any] | None = None
    ) -> None:
        """Make the folder, or take over one that was left.

        Args:
            destination: The folder of the host.
            name: What is extracted, for the hidden folder's name.
            policy: The rules.
            work: What could be gone on with after the death of this process; see `journal`.
        """
        self._path = os.path.join(os.path.abspath(destination), hidden_name(name))
        self._policy = policy
        self._umask = umask()
        with ExitStack() as undo:
            os.mkdir(self._path, 0o700)
            undo.callback(os.rmdir, self._path)
            self._journal = JournalEntry(self._path, work)
            undo.callback(self._journal.erase)
            self.descriptor = os.open(self._path, OPEN_FOLDER)
            undo.callback(os.close, self.descriptor)
            self._cursor = FolderCursor(self.descriptor)
            undo.pop_all()

    def close(self) -> None:
        """Close the descriptors; the folder stays until `remove`. May be called again."""
        self._cursor.close()
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1

    def remove(self) -> None:
        """Remove the folder with what is left in it."""
        self.close()
        remove_tree(self._path)
        self._journal.erase()

    @property
    def folds_case(self) -> bool:
        """Whether the destination takes names that differ only by case for one: looked up by our own name."""
        return same_in_capitals(self._path, HIDDEN)

    def cursor(self) -> FolderCursor:
        """Return a cursor for another thread, which closes it."""
        return FolderCursor(self.descriptor)

    def adopt(self, left: Unfinished) -> None:
        """Take over what another process has made, and forget that process.

        Raises:
            OSError: it lies on another disk, or is gone.
        """
        self._cursor.close()
        os.close(self.descriptor)
        os.rmdir(self._path)
        os.rename(left.folder, self._path)
        discard(left)
        self._journal.renew()
        self.descriptor = os.open(self._path, OPEN_FOLDER)
        self._cursor = FolderCursor(self.descriptor)

    def make_base(self, path: bytes, *, is_resumed: bool) -> None:
        """Make ready for what is extracted from one directory."""
        self.make_folder(path, may_exist=is_resumed)

    def make(self, path: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:
        """Make a folder, a link, a device, a pipe or a socket; return what of it could not be kept."""
        kind = stat.S_IFMT(entry.stat.mode)
        if kind == stat.S_IFDIR:
            self.make_folder(path, may_exist=is_resumed)
        elif is_resumed and self.exists(path):
            return ()
        elif kind == stat.S_IFLNK:
            return self.make_link(path, entry.target, entry.stat, entry.xattrs)
        else:
            return self.make_special(path, entry.stat, entry.xattrs)
        return ()

    def make_second(self, path: bytes, original: bytes, entry: Planned, *, is_resumed: bool) -> Refusals:
        """Make a second name of a file; where the file system has none, a copy."""
        if is_resumed and self.exists(path):
            self.drop_file(path)
        try:
            self.make_hard_link(path, original)
        except OSError as error:
            if error.errno not in NOT_MADE - NAME_ERRORS:
                raise
            return self.copy_file(path, original, entry.stat, entry.xattrs)
        return ()

    def end_folder(self, path: bytes, entry: Planned) -> Refusals:
        """Give a folder its owner, attributes, permissions and times; return what of it could not be kept."""
        return self.finish_folder(path, entry.stat, entry.xattrs)

    def take_file(self, path: bytes, descriptor: int, entry: Planned) -> Refusals:  # noqa: ARG002 it has its name
        """Finish a file whose content is complete; return what of it could not be kept."""
        return self.finish_file(descriptor, entry.stat, entry.xattrs)

    def drop_file(self, path: bytes) -> None:
        """Remove a file."""
        self.remove_file(path)

    def reject(self, path: bytes) -> str:
        """Remove a file that is not as it should be."""
        self.remove_file(path)
        return ""

    def give_up(self) -> None:
        """Do nothing: a folder keeps nobody waiting."""

    def digest(self, path: bytes, check: Callable[[], None]) -> str:
        """Return the SHA-256 of a file that was made."""
        cursor = self.cursor()
        try:
            return sha256_of(self.open_file(path, cursor), check)
        finally:
            cursor.close()

    def make_folder(self, path: bytes, *, may_exist: bool = False) -> None:
        """Make a folder, open to its owner only."""
        parent, name = self._cursor.parent(path)
        try:
            os.mkdir(name, 0o700, dir_fd=parent)
        except FileExistsError:
            if not may_exist or not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                raise
            os.chmod(name, 0o700, dir_fd=parent)  # it may have got its permissions already

    def exists(self, path: bytes) -> bool:
        """Tell whether something has been made."""
        parent, name = self._cursor.parent(path)
        try:
            os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def is_whole(self, path: bytes, status: Stat) -> bool:
        """Tell whether an earlier attempt has made this file to its end; one that it has not is removed.

        A file gets its time last, so that of a whole one can be known.
        """
        parent, name = self._cursor.parent(path)
        try:
            found = os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return False
        same = (found.st_size, found.st_mtime_ns) == (status.size, kernel_times(status)[1])
        if self._policy.keep_times and same and stat.S_ISREG(found.st_mode):
            return True
        os.unlink(name, dir_fd=parent)
        return False

    def make_file(self, path: bytes, cursor: FolderCursor | None = None) -> int:
        """Make a file, open to its owner only, and return its descriptor."""
        parent, name = (cursor or self._cursor).parent(path)
        return os.open(name, _NEW_FILE, 0o600, dir_fd=parent)

    def regular_files(self, path: bytes) -> list[bytes]:
        """Return the paths of all regular files below something that was made, relative to it."""
        parent, name = self._cursor.parent(path)
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if not stat.S_ISDIR(mode):
            return [b""] if stat.S_ISREG(mode) else []
        found: list[bytes] = []
        for folder, _, names, descriptor in os.fwalk(b".", dir_fd=self._cursor.enter(path)):
            regular = [item for item in names if _is_regular(item, descriptor)]
            found += [os.path.normpath(os.path.join(folder, item)) for item in regular]
        return sorted(found)

    def open_file(self, path: bytes, cursor: FolderCursor | None = None) -> int:
        """Open a file that was made before, to read it, whatever permissions it has got."""
        parent, name = (cursor or self._cursor).parent(path)
        return open_file(name, parent)

    def remove_file(self, path: bytes, cursor: FolderCursor | None = None) -> None:
        """Remove a file."""
        parent, name = (cursor or self._cursor).parent(path)
        os.unlink(name, dir_fd=parent)

    def make_link(self, path: bytes, target: bytes, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Make a symbolic link; return what of it could not be kept."""
        parent, name = self._cursor.parent(path)
        os.symlink(target, name, dir_fd=parent)
        return self._finish_named(parent, name, status, xattrs)

    def make_special(self, path: bytes, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Make a device, a pipe or a socket; return what of it could not be kept."""
        parent, name = self._cursor.parent(path)
        os.mknod(name, stat.S_IFMT(status.mode) | 0o600, status.rdev, dir_fd=parent)
        os.chmod(name, self._mode(status, 0o666), dir_fd=parent)
        return self._finish_named(parent, name, status, xattrs)

    def _finish_named(self, parent: int, name: bytes, status: Stat, xattrs: Sequence[bytes]) -> Refusals:
        """Give what cannot be opened its owner, attributes and times."""
        refusals = keep_owner(name, status, parent) if self._policy.keep_owners else ()
        if xattrs:
            refusals = (*refusals, *keep_attributes(b"/proc/self/fd/%d/%s" % (parent, name), xattrs))
        if self._policy.keep_times:
            os.utime(name, ns=kernel_times(status), dir_fd=parent, follow_symlinks=False)
        return refusals

    def make_hard_link(self, path: bytes, original: bytes) -> None:
        """Give a file that was made before a second name."""
        source, source_name = self._cursor.parent(original)
        source = os.dup(source)
        try:
            parent, name = self._cursor.parent(path)
            os.link(source_name, name, src_dir_fd=source, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(source)

    def copy_file(self, path: bytes, original: bytes, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Copy a file that was made before, holes included; return what of it could not be kept."""
        with ExitStack() as opened:
            source = self.open_file(original)
            opened.callback(os.close, source)
            descriptor = self.make_file(path)
            opened.callback(os.close, descriptor)
            copy_sparse(source, descriptor)
            return self.finish_file(descriptor, status, xattrs)

    def finish_file(self, descriptor: int, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Give a file its owner, attributes, permissions and times; return what of it could not be kept."""
        return self._finish(descriptor, status, xattrs, 0o666)

    def finish_folder(self, path: bytes, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Do the same for a folder; what it holds has to be there."""
        return self.finish_opened_folder(self._cursor.enter(path), status, xattrs)

    def open_folder(self, path: bytes) -> int:
        """Return a descriptor of a folder for the caller, who closes it."""
        return os.dup(self._cursor.enter(path))

    def finish_opened_folder(self, descriptor: int, status: Stat, xattrs: Sequence[bytes] = ()) -> Refusals:
        """Do the same for an open folder, wherever it is by now."""
        return self._finish(descriptor, status, xattrs, 0o777)

    def _finish(self, descriptor: int, status: Stat, xattrs: Sequence[bytes], usual: int) -> Refusals:
        refusals = keep_owner(descriptor, status) if self._policy.keep_owners else ()
        if xattrs:
            refusals = (*refusals, *keep_attributes(descriptor, xattrs))
        os.fchmod(descriptor, self._mode(status, usual))
        if self._policy.keep_times:
            os.utime(descriptor, ns=kernel_times(status))
        return refusals

    def _mode(self, status: Stat, usual: int) -> int:
        return (status.mode & 0o777 if self._policy.keep_modes else usual) & ~self._umask


def _is_regular(name: bytes, folder: int) -> bool:
    return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
