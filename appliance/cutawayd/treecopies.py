"""Files and trees copied and moved inside the image.

What is new appears complete, from a hidden folder, or not at all.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd import staged
from cutawayd.copying import copy_content, keep, place_of
from cutawayd.entries import is_folder, named
from cutawayd.incoming import final
from cutawayd.placing import place_all
from cutawayd.removing import check_no_mount, rm_rf
from cutawayd.sysroot import magic_path, open_below
from cutawayd.treecopy import TreeCopy, status_of
from cutawayd.work import Work, counter

_STAGED = b"copy"


def cp(work: Work, src: bytes, dest: bytes) -> None:
    """Copy a file."""
    with work.sysroot.looked_at(src, follow=True) as seen:
        status = os.fstat(seen)
        _check_regular(status, src)
        target = final(work, _into(work, src, dest))
        with work.sysroot.parent_of(target) as (folder, name), named(target):
            _check_other(status, folder, name)
            with _staged_file(work, folder, name, status) as made:
                source = os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)
                try:
                    copy_content(source, made, counter(work, status.st_size))
                finally:
                    os.close(source)


def _check_regular(status: os.stat_result, path: bytes) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, "it is a directory, which cp_a and cp_r copy", path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def _check_other(status: os.stat_result, folder: int, name: bytes) -> None:
    """Refuse to copy a file onto itself, or onto what is no file."""
    old = status_of(folder, name)
    if old is not None and os.path.samestat(old, status):
        raise OSError(errno.EINVAL, "it is the same file")
    if old is not None and not stat.S_ISREG(old.st_mode) and not stat.S_ISLNK(old.st_mode):
        raise OSError(errno.EINVAL, "what is there is no regular file")


@contextmanager
def _staged_file(work: Work, folder: int, name: bytes, status: os.stat_result) -> Iterator[int]:
    """Give a new file, and put it in its place at the end; what was there gives it owner and mode."""
    old = status_of(folder, name)
    with _hidden(work, folder) as hidden:
        made = os.open(_STAGED, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600, dir_fd=hidden)
        try:
            yield made
        finally:
            os.close(made)
        place = place_of(hidden, _STAGED.decode())
        if old is not None and stat.S_ISREG(old.st_mode):
            os.chown(place, old.st_uid, old.st_gid)
            os.chmod(place, stat.S_IMODE(old.st_mode))
        else:
            keep(status, "", place, all_of_it=False)
        os.rename(_STAGED, name, src_dir_fd=hidden, dst_dir_fd=folder)


@contextmanager
def _hidden(work: Work, folder: int) -> Iterator[int]:
    """Give a hidden folder in an open one; it is removed at the end, whatever happens."""
    name = staged.make(work, folder)
    try:
        hidden = open_below(folder, name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield hidden
        finally:
            os.close(hidden)
    finally:
        staged.remove(work, folder, name)


def _into(work: Work, src: bytes, dest: bytes) -> bytes:
    """Return where something goes that is copied or moved to a path: into a directory there, or to that name."""
    if not is_folder(work, dest):
        return dest.rstrip(b"/") if dest.strip(b"/") else dest
    name = src.rstrip(b"/").rpartition(b"/")[2]
    if name in {b"", b".", b".."}:
        raise OSError(errno.EINVAL, "it has no name to be copied under", src)
    return dest.rstrip(b"/") + b"/" + name


def cp_a(work: Work, src: bytes, dest: bytes) -> None:
    """Copy a tree with all there is."""
    _copy(work, src, _into(work, src, dest), archive=True)


def cp_r(work: Work, src: bytes, dest: bytes) -> None:
    """Copy a tree."""
    _copy(work, src, _into(work, src, dest), archive=False)


def _copy(work: Work, src: bytes, target: bytes, *, archive: bool) -> None:
    with work.sysroot.parent_of(src) as (source, old), work.sysroot.parent_of(target) as (folder, new):
        with named(src):
            status = os.stat(old, dir_fd=source, follow_symlinks=False)
        _check_outside(work, source, old, folder, target)
        there = status_of(folder, new)
        copy = TreeCopy(work, archive=archive)
        if there is None or not (stat.S_ISDIR(there.st_mode) and stat.S_ISDIR(status.st_mode)):
            if there is not None and (stat.S_ISDIR(there.st_mode) or stat.S_ISDIR(status.st_mode)):
                code = errno.EISDIR if stat.S_ISDIR(there.st_mode) else errno.ENOTDIR
                raise OSError(code, os.strerror(code), target)
            with named(target), _hidden(work, folder) as hidden:
                copy.copy(source, old, hidden, _STAGED)
                place_all(hidden, folder, [(_STAGED, new)], "replace" if there is not None else "fail")
        else:
            copy.copy(source, old, folder, new)


def _check_outside(work: Work, source: int, old: bytes, folder: int, target: bytes) -> None:
    """Refuse to copy something into itself, or onto itself."""
    above = work.sysroot.real_path(folder)
    whole = work.sysroot.real_path(source).rstrip(b"/") + b"/" + old
    if (above + b"/").startswith(whole + b"/") or above.rstrip(b"/") + b"/" + target.rpartition(b"/")[2] == whole:
        raise OSError(errno.EINVAL, "it cannot be copied or moved into itself", target)


def mv(work: Work, src: bytes, dest: bytes) -> None:
    """Move something."""
    target = _into(work, src, dest)
    with work.sysroot.parent_of(src) as (source, old), work.sysroot.parent_of(target) as (folder, new):
        with named(src):
            os.stat(old, dir_fd=source, follow_symlinks=False)
        _check_outside(work, source, old, folder, target)
        try:
            with named(target):
                os.rename(old, new, src_dir_fd=source, dst_dir_fd=folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        else:
            return
        check_no_mount(work, work.sysroot.real_path(source).rstrip(b"/") + b"/" + old)
    _copy(work, src, target, archive=True)
    rm_rf(work, src)
