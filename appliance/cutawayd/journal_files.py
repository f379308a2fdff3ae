"""Files of systemd's journal: where they are in a tree."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from cutawayd.sysroot import Sysroot

MAGIC = b"LPKSHHRH"
#: Where a system has its journals.
FOLDERS = (b"/var/log/journal", b"/run/log/journal")
#: Folders of a machine, or of a namespace of one; names of files, those put aside as damaged included.
_MACHINE = re.compile(rb"[0-9a-f]{32}(\..+)?")
_SUFFIXES = (b".journal", b".journal~")
#: So many files are read, the newest.
FILES_MAX, NAMES_MAX, MACHINES_MAX = 500, 20_000, 50
READABLE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(slots=True)
class Found:
    """A file of a journal.

    Attributes:
        descriptor: It, open; or what it was copied to and repaired.
        problem: What is wrong with it.
        is_read: Whether its entries are read.
        is_mended: Whether a copy of it is read.
    """

    path: bytes
    descriptor: int
    size: int
    entries: int = 0
    was_closed: bool = False
    problem: str = ""
    is_read: bool = False
    is_mended: bool = False


def found(tree: Sysroot, path: bytes) -> list[Found]:
    """Open all files of a journal at a path: a file, a folder, or "/" for a whole system; the caller closes them.

    Raises:
        OSError: there is none.
    """
    files: list[Found] = []
    try:
        for place in _newest(tree, path):
            with suppress(OSError):
                descriptor = tree.open(place, READABLE)
                status = os.fstat(descriptor)
                files.append(Found(place, descriptor, status.st_size))
    except BaseException:
        close(files)
        raise
    if not files:
        where = b"/var/log/journal" if path == b"/" else path
        raise OSError(errno.ENOENT, "there is no journal of systemd here", where)
    return files


def close(files: list[Found]) -> None:
    """Close files."""
    for file in files:
        os.close(file.descriptor)


def _newest(tree: Sysroot, path: bytes) -> list[bytes]:
    """Return the paths of the files, the newest first."""
    if path != b"/":
        with tree.opened(path, READABLE) as opened:
            is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
            if not is_folder and os.pread(opened, len(MAGIC), 0) != MAGIC:
                raise OSError(errno.EINVAL, "this is no journal of systemd", path)
        if not is_folder:
            return [path]
    dated: list[tuple[float, bytes]] = []
    for place in FOLDERS if path == b"/" else (path.rstrip(b"/"),):
        machines = []
        for name, status in _entries(tree, place):
            if stat.S_ISDIR(status.st_mode) and _MACHINE.fullmatch(name):
                machines.append(place + b"/" + name)
            dated += _dated(place, name, status)
        for machine in machines[:MACHINES_MAX]:
            dated += [item for name, status in _entries(tree, machine) for item in _dated(machine, name, status)]
    return [name for _, name in sorted(dated, reverse=True)[:FILES_MAX]]


def _dated(folder: bytes, name: bytes, status: os.stat_result) -> list[tuple[float, bytes]]:
    is_journal = stat.S_ISREG(status.st_mode) and name.endswith(_SUFFIXES)
    return [(status.st_mtime, folder + b"/" + name)] if is_journal else []


def _entries(tree: Sysroot, folder: bytes) -> list[tuple[bytes, os.stat_result]]:
    """Return what is in a folder; nothing if it cannot be read."""
    entries = []
    with (
        suppress(OSError),
        tree.opened(folder or b"/", READABLE | os.O_DIRECTORY) as opened,
        os.scandir(opened) as scanned,
    ):
        for entry in islice(scanned, NAMES_MAX):
            with suppress(OSError):
                entries.append((os.fsencode(entry.name), entry.stat(follow_symlinks=False)))
    return entries
