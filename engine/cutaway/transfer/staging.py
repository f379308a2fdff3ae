"""The hidden folder in which an extraction is built, on the same file system as its destination.

Everything is made relative to descriptors of folders, exclusively, following no link. Nobody but this user can enter
the folder until its content is moved to its place. Blocking; a cursor belongs to one thread, the rest has no state.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from typing import Any, Self

from cutaway.records import Stat
from cutaway.transfer.case_folding import same_in_capitals
from cutaway.transfer.folder_cursor import OPEN_FOLDER, FolderCursor
from cutaway.transfer.host_files import HIDDEN, copy_sparse, hidden_name
from cutaway.transfer.journal import JournalEntry, Unfinished, discard, remove_tree
from cutaway.transfer.not_kept import OWNER, Refusals, refused
from cutaway.transfer.policy import ExtractPolicy

_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: What an attribute is refused with that this user, or this file system, cannot keep.
_NOT_KEPT = frozenset(
    {errno.EOPNOTSUPP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSPC, errno.E2BIG, errno.ERANGE}
)
#: An attribute that is dropped as set-user-ID bits are: whoever runs the file would get rights of root.
_GIVES_RIGHTS = frozenset({b"security.capability"})


class Staging:
    """A hidden folder, and what is made in it. Paths are bytes, relative to it, of plain names only."""

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
        self._umask = _umask()
        os.mkdir(self._path, 0o700)
        self._journal = JournalEntry(self._path, work)
        self.descriptor = os.open(self._path, OPEN_FOLDER)
        self._cursor = FolderCursor(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    def make_folder(self, path: bytes, *, may_exist: bool = False) -> None:
        """Make a folder, open to its owner only."""
        parent, name = self._cursor.parent(path)
        try:
            os.mkdir(name, 0o700, dir_fd=parent)
        except FileExistsError:
            if not may_exist or not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                raise

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
        same = (found.st_size, found.st_mtime_ns) == (status.size, _times(status)[1])
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
        """Open a file that was made before, to read it."""
        parent, name = (cursor or self._cursor).parent(path)
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)

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
        refusals = self._keep_owner(name, status, parent)
        refusals += _keep_attributes(b"/proc/self/fd/%d/%s" % (parent, name), xattrs)
        if self._policy.keep_times:
            os.utime(name, ns=_times(status), dir_fd=parent, follow_symlinks=False)
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
        source = self.open_file(original)
        try:
            descriptor = self.make_file(path)
            try:
                copy_sparse(source, descriptor)
                return self.finish_file(descriptor, status, xattrs)
            finally:
                os.close(descriptor)
        finally:
            os.close(source)

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
        refusals = self._keep_owner(descriptor, status, None) if self._policy.keep_owners else ()
        if xattrs:
            refusals = (*refusals, *_keep_attributes(descriptor, xattrs))
        os.fchmod(descriptor, self._mode(status, usual))
        if self._policy.keep_times:
            os.utime(descriptor, ns=_times(status))
        return refusals

    def _mode(self, status: Stat, usual: int) -> int:
        return (status.mode & 0o777 if self._policy.keep_modes else usual) & ~self._umask

    def _keep_owner(self, file: int | bytes, status: Stat, folder: int | None) -> list[tuple[bytes, str]]:
        """Give something its owner, if that is wished; return it if that is not allowed."""
        if self._policy.keep_owners:
            try:
                os.chown(file, status.uid, status.gid, dir_fd=folder, follow_symlinks=isinstance(file, int))
            except OSError as error:
                if error.errno not in _NOT_KEPT:
                    raise
                return [refused(OWNER, error.errno)]
        return []


def _is_regular(name: bytes, folder: int) -> bool:
    return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def _keep_attributes(file: int | bytes, xattrs: Sequence[bytes]) -> list[tuple[bytes, str]]:
    """Set extended attributes, where this user may and the file system can; return the others, and why."""
    found = []
    for index in range(0, len(xattrs) - 1, 2):
        name, value = xattrs[index], xattrs[index + 1]
        if name in _GIVES_RIGHTS:
            found.append((name, "it would give rights on this computer"))
            continue
        try:
            os.setxattr(file, name, value, follow_symlinks=isinstance(file, int))
        except OSError as error:
            if error.errno not in _NOT_KEPT:
                raise
            found.append(refused(name, error.errno))
        except ValueError:  # a name with a NUL, from a hostile guest
            found.append((name, "its name is none that an attribute can have"))
    return found


def _times(status: Stat) -> tuple[int, int]:
    """Return times of a hostile file system as the kernel takes them."""
    low, high = -(1 << 62), 1 << 62
    return min(max(status.atime_ns, low), high), min(max(status.mtime_ns, low), high)


def _umask() -> int:
    """Return the umask without setting it, which would be seen by other threads."""
    with open("/proc/self/status", "rb") as file:
        found = next((line for line in file if line.startswith(b"Umask:")), b"Umask:\t0022")
    return int(found.split()[1], 8)
