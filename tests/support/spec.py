"""What the sample image holds, as the contract tests expect it: the model itself, looked at without any appliance."""

from __future__ import annotations

from collections.abc import Iterator

from cutaway.testing import sample
from cutaway.testing.nodes import File, Folder, Node

TREES = {b"/": sample.root_root(), b"/boot": sample.boot_root(), b"/home": sample.home_root()}


def node(path: bytes) -> Node:
    """Return a node of the root file system by its plain path."""
    at: Node = TREES[b"/"]
    for name in path.split(b"/"):
        if name:
            assert isinstance(at, Folder)
            at = at.entries[name]
    return at


def entries(path: bytes) -> dict[bytes, Node]:
    """Return what is in a folder."""
    folder = node(path)
    assert isinstance(folder, Folder)
    return folder.entries


def content(path: bytes) -> bytes:
    """Return the content of a file."""
    held = node(path)
    assert isinstance(held, File)
    return held.content.read(0, held.size)


def below(folder: Node, prefix: bytes = b"") -> Iterator[tuple[bytes, Node]]:
    """Give all paths below a folder, relative to it."""
    if isinstance(folder, Folder):
        for name, entry in folder.entries.items():
            path = prefix + b"/" + name if prefix else name
            yield path, entry
            yield from below(entry, path)
