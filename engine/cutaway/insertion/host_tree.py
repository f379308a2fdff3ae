"""The plan of an insertion: which files of the host go in, under which names in the archive, and what does not and why.

Blocking; in a helper thread. Reads folders and statuses, opens no file.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from cutaway.errors import DestinationError, DriveError
from cutaway.transfer.plan import LeftOut

_SPECIAL = {
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
#: Files that take as much room as this go in as drives of their own: that costs a tenth of a second, and no copy.
LARGE_BYTES = 16 << 20
#: What an entry takes in the archive: its header, and an extended one.
HEADERS_BYTES = 1536


@dataclass(frozen=True, slots=True)
class HostEntry:
    """Something of the host that goes in.

    Attributes:
        path: On the host.
        member: Its name in the archive; begins with the number of its root.
    """

    path: bytes
    member: bytes
    status: os.stat_result

    @property
    def root(self) -> int:
        """The number of its root."""
        return int(self.member.partition(b"/")[0])

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.status.st_mode)

    @property
    def used_bytes(self) -> int:
        """What its content takes, holes left out."""
        return min(self.status.st_size, self.status.st_blocks * 512) if self.is_file else 0

    @property
    def is_large(self) -> bool:
        """Whether its content goes its own way."""
        return self.used_bytes >= LARGE_BYTES and self.status.st_nlink == 1


@dataclass(slots=True)
class HostTree:
    """What is to be brought in.

    Attributes:
        entries: Each folder before what it holds.
        names: The name that each root shall have, by its number; without those that cannot be read.
    """

    entries: list[HostEntry] = field(default_factory=list)
    names: dict[int, bytes] = field(default_factory=dict)
    skipped: list[LeftOut] = field(default_factory=list)
    failures: list[LeftOut] = field(default_factory=list)

    def keep(self, numbers: Collection[int]) -> None:
        """Keep only these roots."""
        self.entries = [entry for entry in self.entries if entry.root in numbers]

    def refuse(self, written: Collection[str]) -> None:
        """Refuse to copy what changes while it is copied.

        Args:
            written: Files that the image which gets all this is written to.

        Raises:
            DriveError: one of them is in the tree.
        """
        found = set()
        for path in written:
            with contextlib.suppress(FileNotFoundError):  # then it cannot be in the tree
                status = os.stat(path)
                found.add((status.st_dev, status.st_ino))
        for entry in self.entries if found else ():
            if (entry.status.st_dev, entry.status.st_ino) in found:
                name = os.fsdecode(entry.path)
                raise DriveError(
                    f"{name} is the image that is written to, and cannot be put into itself", path=name,
                    remedy="Choose files without it, or put it into another image.",
                )  # fmt: skip

    @property
    def small_bytes(self) -> int:
        """What goes through the archive."""
        return sum(entry.used_bytes for entry in self.entries if not entry.is_large)

    @property
    def large_bytes(self) -> int:
        """What goes its own way."""
        return sum(entry.used_bytes for entry in self.entries if entry.is_large)

    @property
    def archive_bytes(self) -> int:
        """How large the archive will be, about."""
        return self.small_bytes + len(self.entries) * HEADERS_BYTES


def plan(paths: list[bytes], check: Callable[[], None]) -> HostTree:
    """Walk everything that is to be brought in.

    Args:
        paths: Files and folders of the host. Links are not followed.
        check: Raises if nobody wants it any more.

    Raises:
        DestinationError: one of the paths is not there.
    """
    tree = HostTree()
    for number, path in enumerate(paths):
        full = os.path.abspath(path)
        try:
            status = os.lstat(full)
        except OSError as error:
            raise unreadable(full, error) from error
        tree.names[number] = os.path.basename(full) or b"root"
        for entry in _walk(tree, full, b"%d" % number, status):
            check()
            _add(tree, entry)
    return tree


def unreadable(path: bytes, error: OSError) -> DestinationError:
    """Return the error for a file of the host that cannot be read at all."""
    name = os.fsdecode(path)
    if isinstance(error, FileNotFoundError):
        return DestinationError(f"{name} does not exist", path=name, errno_name="ENOENT", remedy="Check the path.")
    return DestinationError(
        f"{name} cannot be read: {error.strerror}", path=name, errno_name="EIO", remedy="Check its permissions."
    )


def _walk(tree: HostTree, path: bytes, member: bytes, status: os.stat_result) -> Iterator[HostEntry]:
    pending = [HostEntry(path, member, status)]
    while pending:
        entry = pending.pop()
        yield entry
        if stat.S_ISDIR(entry.status.st_mode):
            try:
                pending += _children(tree, entry)
            except OSError as error:
                tree.failures.append(LeftOut(entry.path, f"what it holds cannot be listed: {error.strerror}"))


def _children(tree: HostTree, folder: HostEntry) -> list[HostEntry]:
    found = []
    with os.scandir(folder.path) as entries:
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                tree.failures.append(LeftOut(entry.path, f"it cannot be read: {error.strerror}"))
                continue
            found.append(HostEntry(entry.path, folder.member + b"/" + entry.name, status))
    found.sort(key=lambda entry: entry.member, reverse=True)
    return found


def _add(tree: HostTree, entry: HostEntry) -> None:
    status = entry.status
    kind = stat.S_IFMT(status.st_mode)
    if kind in _SPECIAL:
        tree.skipped.append(LeftOut(entry.path, f"it is {_SPECIAL[kind]}"))
        return
    tree.entries.append(entry)
