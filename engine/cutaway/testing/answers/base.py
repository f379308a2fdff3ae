"""What all families of answers share: the guest, the running call, and how nodes become records."""

from __future__ import annotations

import os
import time
from typing import TypeVar

from cutaway.records import Stat
from cutaway.testing.content import BLOCK
from cutaway.testing.guest import Guest
from cutaway.testing.nodes import Entries, Folder, Node
from cutaway.testing.vfs import Mounted, Place, Step, device_number
from cutaway.testing.work import Work

N = TypeVar("N", bound=Node)


class Family:
    """The base of a family: made anew for each call."""

    def __init__(self, guest: Guest, work: Work) -> None:
        self.guest = guest
        self.work = work
        self.tree = guest.tree


def status(step: Step) -> Stat:
    """Return the status of an entry."""
    node, mounted = step.node, step.mounted
    nlink = node.nlink
    if isinstance(node, Folder):
        nlink = 2 + sum(isinstance(entry, Folder) for entry in node.entries.values())
    return Stat(
        dev=os.makedev(8, mounted.number),
        ino=mounted.inode(node),
        mode=node.mode,
        nlink=nlink,
        uid=node.uid,
        gid=node.gid,
        rdev=device_number(node),
        size=node.size,
        blksize=BLOCK,
        blocks=node.blocks,
        atime_ns=node.mtime_ns,
        mtime_ns=node.mtime_ns,
        ctime_ns=node.mtime_ns,
    )


def status_of(place: Place) -> Stat:
    """Return the status of a place."""
    return status(place.steps[-1])


def file_system_use(mounted: Mounted) -> tuple[int, int]:
    """Return all blocks of a file system and the free ones: half of them."""
    blocks = max(2, mounted.size_bytes // BLOCK)
    return blocks, blocks // 2


def made(node: N) -> N:
    """Return a node that is new: its time is now."""
    node.mtime_ns = time.time_ns()
    return node


def taken(entries: Entries, name: bytes) -> None:
    """Take an entry out of a folder; one name of its node is less."""
    entries.pop(name).nlink -= 1
