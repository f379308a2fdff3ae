"""Whole trees into the image: unpacked into a hidden folder beside their place, and moved to their names at the end."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from cutaway.records import InsertFailure, InsertPlace

from cutawayd import incoming, staged, tars
from cutawayd.placing import place_all
from cutawayd.syscalls import syncfs
from cutawayd.sysroot import open_below
from cutawayd.transfers import stream_child, tar_size
from cutawayd.trees import walk_entries
from cutawayd.work import Work


def insert_begin(work: Work, directory: bytes) -> InsertPlace:
    """Make the hidden folder."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        staged.remove_leftovers(work, folder)
        try:
            name = staged.make(work, folder)
        except OSError as error:
            raise OSError(error.errno, error.strerror, directory) from error
        status = os.fstat(folder)
        path = work.sysroot.real_path(folder).rstrip(b"/") + b"/" + name
    return InsertPlace(path, status.st_uid, status.st_gid)


def insert_unpack(
    work: Work,
    filename: list[str | int],
    staging: bytes,
    into: bytes,
    acls: bool,
) -> list[InsertFailure]:
    """Unpack a hot-plugged drive's tar file."""
    with staged.opened(work, staging) as (_, folder), _made(folder, into) as target:
        options = ["--keep-old-files", *tars.abilities(work, target, xattrs=True, acls=acls)]
        failures = tars.unpack(work, str(filename[0]), int(filename[1]), target, options)
    prefix = into + b"/" if into else b""
    return [InsertFailure(prefix + failure.path, failure.message) for failure in failures]


@contextlib.contextmanager
def _made(folder: int, name: bytes) -> Iterator[int]:
    """Give a new folder in the hidden one; without a name the hidden one."""
    if name:
        os.mkdir(name, 0o700, dir_fd=folder)
    descriptor = open_below(folder, name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def insert_fill(work: Work, filename: list[str | int], staging: bytes, path: bytes, extents: list[int]) -> None:
    """Give a staged file its content; its times stay."""
    ranges = list(zip(extents[::2], extents[1::2], strict=True))
    with staged.opened(work, staging) as (_, folder):
        target = open_below(folder, path, os.O_RDWR)
        try:
            status = os.fstat(target)
            incoming.fill(work, str(filename[0]), target, int(filename[1]), ranges)
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        except BaseException:
            os.unlink(path, dir_fd=folder)
            raise
        finally:
            os.close(target)


def insert_finish(
    work: Work,
    staging: bytes,
    staged_paths: list[bytes],
    names: list[bytes],
    conflict: str,
    sync: bool,
) -> list[InsertPlace]:
    """Move what was staged to its names, and remove the hidden folder."""
    with staged.opened(work, staging) as (parent, folder):
        if names and sync:
            syncfs(folder)
        above = staging.rpartition(b"/")[0]
        placed = place_all(folder, parent, list(zip(staged_paths, names, strict=True)), conflict)
        staged.remove(work, parent, staging.rpartition(b"/")[2])
    return [InsertPlace(above + b"/" + name if name else b"", reason=reason) for name, reason in placed]


def pack_path(work: Work, path: bytes) -> None:
    """Send a file under its name, or the content of a directory, as a tar stream."""
    with work.sysroot.looked_at(path, follow=False) as seen:
        is_folder = stat.S_ISDIR(os.fstat(seen).st_mode)
        size = tar_size(os.fstat(seen))
    if is_folder:
        with work.sysroot.opened(path, os.O_RDONLY | os.O_DIRECTORY) as folder:
            total = sum(tar_size(status) for _, status, _ in walk_entries(work, folder))
            stream_child(work, tars.pack_command(folder, b"."), total, is_compressed=False)
    else:
        with work.sysroot.parent_of(path) as (folder, name):
            stream_child(work, tars.pack_command(folder, b"./" + name), size, is_compressed=False)
