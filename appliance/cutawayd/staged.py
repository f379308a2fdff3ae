"""The hidden folder of an insertion, beside the place where things shall appear: made, opened, removed.

Its name follows a pattern that nothing else has, so that what a killed appliance left in an image is found and removed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.children import run
from cutawayd.sysroot import open_below
from cutawayd.work import Work

_NAME = re.compile(rb"\.cutaway-[0-9a-f]{16}\.part")


def make(work: Work, folder: int) -> bytes:
    """Make a hidden folder in an open one; return its name."""
    name = b".cutaway-%s.part" % secrets.token_hex(8).encode()
    os.mkdir(name, 0o700, dir_fd=folder)
    work.guest.insertions.add(name)
    return name


@contextmanager
def opened(work: Work, path: bytes) -> Iterator[tuple[int, int]]:
    """Open a hidden folder; give the folder that holds it, and the hidden one.

    Raises:
        OSError: EINVAL if the path is that of something else.
    """
    with work.sysroot.parent_of(path) as (parent, name):
        if not _NAME.fullmatch(name):
            raise OSError(errno.EINVAL, "not the hidden folder of an insertion", path)
        folder = open_below(parent, name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield parent, folder
        finally:
            os.close(folder)


def remove(work: Work, parent: int, name: bytes) -> None:
    """Remove a hidden folder with all that is in it."""
    try:
        os.rmdir(name, dir_fd=parent)
    except OSError:  # it is not empty; a program is slow to start
        run(None, ["rm", "-rf", "--one-file-system", "--", b"/proc/%d/fd/%d/%s" % (os.getpid(), parent, name)])
    work.guest.insertions.discard(name)


def remove_leftovers(work: Work, folder: int) -> None:
    """Remove the hidden folders that no insertion of this appliance uses."""
    for name in os.listdir(folder):
        found = os.fsencode(name)
        if _NAME.fullmatch(found) and found not in work.guest.insertions:
            work.log(f"{name} is left from an insertion that was interrupted; it is removed")
            remove(work, folder, found)
