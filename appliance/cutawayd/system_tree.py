"""The tree of a system that inspection has found, mounted for a moment where nobody else looks."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.records import OperatingSystem

from cutawayd.inspection import looked_into, with_parts
from cutawayd.sysroot import Sysroot
from cutawayd.work import Work


@contextmanager
def tree_of(work: Work, system: OperatingSystem) -> Iterator[Sysroot]:
    """Mount the root of a system, and those of its other file systems in which facts lie.

    Raises:
        OSError: it cannot be mounted.
    """
    own = next((mount for mount in system.mountpoints if mount.mountpoint == b"/"), None)
    with looked_into(work, system.root, own.options if own else "") as tree:
        if tree is None:
            raise OSError(errno.EIO, "the file system of the system cannot be looked into", system.root)
        with with_parts(work, tree, system.mountpoints):
            yield tree
