"""Entries and trees removed. A tree is gone through by descriptors and "..", so that neither a link in it nor its depth
matters; only the names on the way to where the work is are kept.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from cutawayd.entries import entry, named
from cutawayd.mounts import mounted
from cutawayd.sysroot import open_below
from cutawayd.trees import count_below, encode_name
from cutawayd.work import Work, counter

BATCH = 4096


def rmdir(work: Work, path: bytes) -> None:
    """Remove an empty directory."""
    with entry(work, path) as (folder, name):
        os.rmdir(name, dir_fd=folder)


def rm(work: Work, path: bytes) -> None:
    """Remove a file."""
    with entry(work, path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def rm_f(work: Work, path: bytes) -> None:
    """Remove a file that may not be there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        rm(work, path)


def rm_rf(work: Work, path: bytes) -> None:
    """Remove a tree that may not be there."""
    with suppress(FileNotFoundError, NotADirectoryError), work.sysroot.parent_of(path) as (folder, name):
        check_no_mount(work, work.sysroot.real_path(folder).rstrip(b"/") + b"/" + name)
        remove(work, folder, name, path)


def check_no_mount(work: Work, path: bytes) -> None:
    """Refuse to empty a file system that is only mounted in a tree, which is found to be no part of it at its end."""
    for mount in mounted(work.sysroot):
        if mount.mountpoint == path or mount.mountpoint.startswith(path + b"/"):
            raise OSError(errno.EBUSY, f"{mount.mountable} is mounted there", mount.mountpoint)


def remove(work: Work, folder: int, name: bytes, path: bytes) -> None:
    """Remove an entry of an open folder with all that is in it, telling the progress.

    Args:
        work: The call.
        folder: Descriptor of the folder.
        name: The entry.
        path: What errors call it.

    Raises:
        OSError: a part cannot be removed; the rest that is in its way stays too.
    """
    with named(path):
        try:
            os.unlink(name, dir_fd=folder)
        except IsADirectoryError:
            pass
        else:
            return
    top = open_below(folder, name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        total = count_below(work, top) + 1
    finally:
        os.close(top)
    _remove_folder(folder, name, path, counter(work, total))


def _remove_folder(folder: int, name: bytes, path: bytes, advance: Callable[[int], None]) -> None:
    """Remove a folder: go down to the first that holds no other, empty it, and go up."""
    here = os.dup(folder)
    names: list[bytes] = []
    waiting: list[list[bytes]] = [[name]]
    try:
        while True:
            if waiting[-1]:
                names.append(waiting[-1].pop())
                here = _moved(here, names[-1])
                with named(b"/".join([path, *names[1:]])):
                    waiting.append(_empty(here, advance))
                continue
            waiting.pop()
            if not names:
                return
            here = _moved(here, b"..")
            with named(b"/".join([path, *names[1:]])):
                if not _is_removed(here, names[-1]):
                    waiting[-1].append(names[-1])
            names.pop()
            advance(1)
    finally:
        os.close(here)


def _moved(here: int, name: bytes) -> int:
    """Go to a folder in an open one, or above it, and close that."""
    follow = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    new = os.open(name, follow, dir_fd=here)
    os.close(here)
    return new


def _is_removed(folder: int, name: bytes) -> bool:
    """Remove a folder that has been emptied; not if something was left over, as when a listing skipped it."""
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.ENOTEMPTY or not _has_entries(folder, name):
            raise
        return False
    return True


def _has_entries(folder: int, name: bytes) -> bool:
    """Return whether a folder has entries that can be seen: one that a damaged disk hides would be sought for ever."""
    here = open_below(folder, name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(here) as found:
            return next(found, None) is not None
    finally:
        os.close(here)


def _empty(here: int, advance: Callable[[int], None]) -> list[bytes]:
    """Remove all that is no folder from an open one; return the folders."""
    folders: list[bytes] = []
    with os.scandir(here) as found:
        while batch := list(islice(found, BATCH)):
            for item in batch:
                if item.is_dir(follow_symlinks=False):
                    folders.append(encode_name(item.name))
                else:
                    os.unlink(item.name, dir_fd=here)
                    advance(1)
    return folders
