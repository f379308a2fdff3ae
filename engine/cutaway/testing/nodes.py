r"""The tree of a fake file system: folders, files, links, devices, and short functions to write one down.

    folder({
        b"etc": folder({b"hostname": file(b"web01\n"), b"rc.d": link(b"../lib/rc")}),
        b"null": device("c", 1, 3),
    })

A folder's entries may be made by a function when they are first looked at. Values; no threads, no I/O.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from typing import Literal as OneOf

from cutaway.testing.content import BLOCK, Content, Literal

#: When everything in a sample was made: 2024-05-17 12:00 UTC.
MADE_NS = 1_715_947_200_000_000_000


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """What all kinds of entries have. The same node under two names is a hard link."""

    mode: int
    uid: int = 0
    gid: int = 0
    mtime_ns: int = MADE_NS
    rdev: int = 0
    nlink: int = 1
    xattrs: dict[bytes, bytes] = field(default_factory=dict)
    streams: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """What stat gives as size."""
        return 0

    @property
    def blocks(self) -> int:
        """The space on the disk in units of 512 bytes."""
        return 0

    @property
    def letter(self) -> str:
        """The type as one letter, as readdir names it."""
        return TYPE_LETTERS[stat.S_IFMT(self.mode)]


#: Type bits of the mode → letter.
TYPE_LETTERS = {
    stat.S_IFREG: "r", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFBLK: "b", stat.S_IFCHR: "c",
    stat.S_IFIFO: "f", stat.S_IFSOCK: "s",
}  # fmt: skip

Entries = dict[bytes, Node]


@dataclass(slots=True, eq=False, kw_only=True)
class Folder(Node):
    """A directory; `made` is a function while nobody has looked."""

    made: Entries | Callable[[], Entries]

    @property
    def entries(self) -> Entries:
        """The entries by name, without "." and ".."."""
        if callable(self.made):
            self.made = self.made()
        return self.made

    @property
    def size(self) -> int:
        """What stat gives as size: one block."""
        return BLOCK

    @property
    def blocks(self) -> int:
        """One block."""
        return BLOCK // 512


@dataclass(slots=True, eq=False, kw_only=True)
class File(Node):
    """A regular file."""

    content: Content

    @property
    def size(self) -> int:
        """The length of the content."""
        return self.content.size

    @property
    def blocks(self) -> int:
        """The blocks that are no holes."""
        return sum(-(-length // BLOCK) * (BLOCK // 512) for _, length in self.content.extents())


@dataclass(slots=True, eq=False, kw_only=True)
class Link(Node):
    """A symbolic link."""

    target: bytes

    @property
    def size(self) -> int:
        """The length of the target."""
        return len(self.target)


def folder(made: Entries | Callable[[], Entries] | None = None, *, mode: int = 0o755, **attributes: Any) -> Folder:
    """Return a directory with these entries."""
    return Folder(made={} if made is None else made, mode=stat.S_IFDIR | mode, **attributes)


def file(content: bytes | Content = b"", *, mode: int = 0o644, **attributes: Any) -> File:
    """Return a regular file."""
    held = Literal(content) if isinstance(content, bytes) else content
    return File(content=held, mode=stat.S_IFREG | mode, **attributes)


def link(target: bytes, **attributes: Any) -> Link:
    """Return a symbolic link."""
    return Link(target=target, mode=stat.S_IFLNK | 0o777, **attributes)


def device(kind: OneOf["b", "c"], major: int, minor: int, *, mode: int = 0o660) -> Node:
    """Return a device node."""
    return Node(mode=(stat.S_IFBLK if kind == "b" else stat.S_IFCHR) | mode, rdev=os.makedev(major, minor))


def fifo(*, mode: int = 0o644) -> Node:
    """Return a named pipe."""
    return Node(mode=stat.S_IFIFO | mode)


def hard_link(node: Node) -> Node:
    """Return the same node for a second name, counting it."""
    node.nlink += 1
    return node
