"""Writes a tree of the fake's model into a folder of the host: `python write_tree.py boot_root FOLDER`.

Runs under fakeroot, which makes owners and device nodes without privileges, together with the mke2fs that reads them.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator

from cutaway.testing import sample
from cutaway.testing.content import chunks
from cutaway.testing.nodes import File, Folder, Link, Node


def write(node: Node, path: bytes, seen: dict[int, bytes]) -> None:
    """Write a node and what is in it."""
    if id(node) in seen:
        os.link(seen[id(node)], path)
        return
    seen[id(node)] = path
    make(node, path)
    for name, entry in entries(node):
        write(entry, path + b"/" + name, seen)
    for name, value in node.xattrs.items():
        os.setxattr(path, name, value)
    os.lchown(path, node.uid, node.gid)
    if not isinstance(node, Link):
        os.chmod(path, stat.S_IMODE(node.mode))
    os.utime(path, ns=(node.mtime_ns, node.mtime_ns), follow_symlinks=False)


def entries(node: Node) -> Iterator[tuple[bytes, Node]]:
    """Give the entries of a folder, without lost+found, which mke2fs makes itself."""
    if isinstance(node, Folder):
        yield from ((name, entry) for name, entry in node.entries.items() if name != b"lost+found")


def make(node: Node, path: bytes) -> None:
    """Make the node itself."""
    if isinstance(node, Folder):
        os.makedirs(path, exist_ok=True)
    elif isinstance(node, Link):
        os.symlink(node.target, path)
    elif isinstance(node, File):
        write_content(node, path)
    else:
        os.mknod(path, node.mode, node.rdev)


def write_content(node: File, path: bytes) -> None:
    """Write a file, holes as holes."""
    with open(path, "wb") as stream:
        for data, hole in chunks(node.content, step=1 << 20):
            stream.seek(hole, os.SEEK_CUR)
            stream.write(data)
        stream.truncate(node.size)


if __name__ == "__main__":
    write(getattr(sample, sys.argv[1])(), os.fsencode(sys.argv[2]), {})
