"""The plan of an extraction: what will be made on the host, in which order, and what will not and why.

Pure: entries of a walk in, lists out. The walk comes from the guest and is hostile: every path has to lie in a folder
of the plan, under a plain name that is new.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field

from cutaway.records import Stat, TreeEntry
from cutaway.transfer.policy import NAME_MAX, ExtractPolicy, is_plain_name, stays_inside

#: Folders nested deeper are an attack on programs that walk them.
DEPTH_MAX = 400
_SPECIAL = {
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not extracted: its path in the image, and the reason for a person."""

    path: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Something to be made.

    Attributes:
        path: Relative to the root of the walk; empty for the root itself.
        target: What a symbolic link says; for a hard link the path of the file it is a second name of.
    """

    path: bytes
    stat: Stat
    target: bytes = b""


@dataclass(slots=True)
class Plan:
    """What one walked tree becomes.

    Attributes:
        folders: Each before what it holds.
    """

    folders: list[Planned] = field(default_factory=list)
    files: list[Planned] = field(default_factory=list)
    links: list[Planned] = field(default_factory=list)
    hard_links: list[Planned] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    bytes_total: int = 0
    space_needed: int = 0

    @property
    def files_total(self) -> int:
        """How many files there will be."""
        return len(self.files) + len(self.hard_links)

    @property
    def is_empty(self) -> bool:
        """Whether the root itself has been left out."""
        return not (self.folders or self.files or self.links)


class Planner:
    """Takes the entries of one walk and makes the plan."""

    def __init__(self, root: bytes, policy: ExtractPolicy) -> None:
        self.plan = Plan()
        self._root = root
        self._policy = policy
        self._folders: set[bytes] = set()
        self._barred: set[bytes] = set()
        self._names: set[bytes] = set()
        self._inodes: dict[tuple[int, int], bytes] = {}

    def add(self, entries: Iterable[TreeEntry]) -> None:
        """Take a page of the walk."""
        for entry in entries:
            parent = entry.path.rpartition(b"/")[0]
            if entry.path and parent in self._barred:
                self._barred.add(entry.path)
            elif reason := self._why_not(entry, parent):
                self._leave_out(entry, reason)
            else:
                self._names.add(entry.path)
                self._take(entry)

    def _why_not(self, entry: TreeEntry, parent: bytes) -> str:
        """Return why an entry's path cannot be used; empty if it can."""
        if not entry.path:
            return "the image lists it twice" if self._names else ""
        name = entry.path.rpartition(b"/")[2]
        if not is_plain_name(name) or (b"/" in entry.path and not parent):
            return "its name is none that a file can have"
        if len(name) > NAME_MAX:
            return "its name is too long"
        if parent not in self._folders:
            return "the image lists it outside of its folder"
        if entry.path in self._names:
            return "the image lists it twice"
        return "it is nested too deep" if entry.path.count(b"/") >= DEPTH_MAX else ""

    def _leave_out(self, entry: TreeEntry, reason: str) -> None:
        path = self._root.rstrip(b"/") + b"/" + entry.path if entry.path else self._root
        self.plan.left_out.append(LeftOut(path, reason))
        if entry.path not in self._names:
            self._barred.add(entry.path)

    def _take(self, entry: TreeEntry) -> None:
        kind = stat.S_IFMT(entry.stat.mode)
        if kind == stat.S_IFDIR:
            self._folders.add(entry.path)
            self.plan.folders.append(Planned(entry.path, entry.stat))
        elif kind == stat.S_IFREG:
            self._take_file(entry)
        elif kind == stat.S_IFLNK:
            self._take_link(entry)
        else:
            self._leave_out(entry, f"it is {_SPECIAL.get(kind, 'of an unknown kind')}")

    def _take_file(self, entry: TreeEntry) -> None:
        status = entry.stat
        inode = (status.dev, status.ino)
        if status.nlink > 1 and inode in self._inodes:
            self.plan.hard_links.append(Planned(entry.path, status, self._inodes[inode]))
            return
        self._inodes[inode] = entry.path
        self.plan.files.append(Planned(entry.path, status))
        size = max(0, status.size)
        self.plan.bytes_total += size
        self.plan.space_needed += min(size, max(0, status.blocks) * 512)

    def _take_link(self, entry: TreeEntry) -> None:
        depth = entry.path.count(b"/") + 1 if entry.path else 0
        if self._policy.symlinks == "skip":
            self._leave_out(entry, "it is a symbolic link")
        elif not entry.target or b"\0" in entry.target:
            self._leave_out(entry, "it is a damaged symbolic link")
        elif self._policy.symlinks == "keep-safe" and not stays_inside(depth, entry.target):
            target = entry.target.decode("utf-8", "backslashreplace")
            self._leave_out(entry, f"it is a symbolic link that leads out of what is extracted, to {target}")
        else:
            self.plan.links.append(Planned(entry.path, entry.stat, entry.target))
