"""Paths whose case does not matter, as Windows has them."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from itertools import islice

from cutawayd.sysroot import Sysroot

#: In folders with more entries nothing is found that is not spelt as it is looked for.
ENTRIES_MAX = 100_000


def find(tree: Sysroot, names: Sequence[str], folder: bytes = b"") -> bytes | None:
    """Return the path of something below a folder of a tree as it is spelt there; None if there is nothing.

    Spellings as given are tried first: they are usual, and folders of Windows have thousands of entries.
    """
    path = folder
    for name in names:
        exact = path + b"/" + os.fsencode(name)
        found = exact if _is_there(tree, exact) else _similar(tree, path or b"/", name)
        if found is None:
            return None
        path = found
    return path


def _is_there(tree: Sysroot, path: bytes) -> bool:
    try:
        with tree.looked_at(path, follow=True):
            return True
    except OSError:
        return False


def _similar(tree: Sysroot, folder: bytes, name: str) -> bytes | None:
    wanted = name.lower()
    for entry in entries(tree, folder):
        if entry.decode("utf-8", "replace").lower() == wanted:
            return folder.rstrip(b"/") + b"/" + entry
    return None


def entries(tree: Sysroot, folder: bytes) -> list[bytes]:
    """Return names in a folder; none if it cannot be read."""
    try:
        with (
            tree.opened(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor,
            os.scandir(descriptor) as scanned,
        ):
            return [os.fsencode(entry.name) for entry in islice(scanned, ENTRIES_MAX)]
    except OSError:
        return []


def is_kind(tree: Sysroot, path: bytes | None, kind: int) -> bool:
    """Return whether there is something of a kind (stat.S_IFREG, S_IFDIR) at a path."""
    if path is None:
        return False
    try:
        with tree.looked_at(path, follow=True) as descriptor:
            return stat.S_IFMT(os.fstat(descriptor).st_mode) == kind
    except OSError:
        return False
