"""One copy of a file or tree, from one open folder into another: by descriptors, so that no link leads astray."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.copying import copy_content, keep, keep_open, make_like, place_of, set_times
from cutawayd.sysroot import open_below
from cutawayd.transfers import tar_size
from cutawayd.trees import LastFolder, encode_name, walk_entries, walk_opened
from cutawayd.work import Work, counter

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def status_of(folder: int, name: bytes) -> os.stat_result | None:
    """Return the status of an entry of an open folder, of a link itself; None if there is none."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


class TreeCopy:
    """One copy of a file or tree.

    Args:
        work: The call.
        archive: Whether all is kept that there is beside the content; else the modes alone.
    """

    def __init__(self, work: Work, *, archive: bool) -> None:
        self._work = work
        self._archive = archive
        self._advance = counter(work, 0)
        #: Device and inode of a file with several names → the one that was copied, in the target.
        self._linked: dict[tuple[int, int], bytes] = {}

    def copy(self, source: int, name: bytes, folder: int, new: bytes) -> None:
        """Copy an entry of one open folder into another; a directory that is there is filled.

        Raises:
            OSError: as soon as anything cannot be copied.
        """
        status = os.stat(name, dir_fd=source, follow_symlinks=False)
        if not stat.S_ISDIR(status.st_mode):
            self._advance = counter(self._work, tar_size(status))
            self._entry(source, os.fsdecode(name), status, folder, new, (folder, new))
            return
        top = open_below(source, name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._advance = counter(self._work, sum(tar_size(found) for _, found, _ in walk_entries(self._work, top)))
            self._make_folder(source, os.fsdecode(name), status, folder, new)
            self._below(top, open_below(folder, new, os.O_RDONLY | os.O_DIRECTORY))
            if self._archive:
                set_times(status, place_of(folder, os.fsdecode(new)))
        finally:
            os.close(top)

    def _below(self, top: int, target: int) -> None:
        """Copy all that is in one open folder into another, which is closed at the end."""
        folders: list[tuple[bytes, os.stat_result]] = []
        try:
            with LastFolder(target) as last:
                for here, prefix, batch in walk_opened(top, _refuse):
                    there = last.open(prefix.rstrip(b"/"))
                    for item in batch:
                        status, new = item.stat(follow_symlinks=False), encode_name(item.name)
                        if stat.S_ISDIR(status.st_mode):
                            self._make_folder(here, item.name, status, there, new)
                            folders.append((prefix + new, status))
                        else:
                            self._entry(here, item.name, status, there, new, (target, prefix + new))
                for path, status in reversed(folders) if self._archive else ():
                    above, _, name = path.rpartition(b"/")
                    set_times(status, place_of(last.open(above), os.fsdecode(name)))
        finally:
            os.close(target)

    def _make_folder(self, source: int, name: str, status: os.stat_result, folder: int, new: bytes) -> None:
        try:
            os.mkdir(new, 0o700, dir_fd=folder)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(new, dir_fd=folder, follow_symlinks=False).st_mode):
                raise
        else:
            keep(status, place_of(source, name), place_of(folder, os.fsdecode(new)), all_of_it=self._archive)
        self._advance(tar_size(status))

    def _entry(
        self, source: int, name: str, status: os.stat_result, folder: int, new: bytes, key: tuple[int, bytes]
    ) -> None:
        """Copy what is no directory; `key` says where it is from the top of the target, for its further names."""
        first = self._linked.get((status.st_dev, status.st_ino)) if self._archive else None
        if first is not None:
            with _unnamed(folder, new) as temporary:
                _link(key[0], first, folder, temporary)
            self._advance(tar_size(status))
        elif stat.S_ISREG(status.st_mode):
            self._file(source, name, status, folder, new)
        else:
            with _unnamed(folder, new) as temporary:
                make_like(status, source, name, folder, temporary)
                keep(status, place_of(source, name), place_of(folder, os.fsdecode(temporary)), all_of_it=self._archive)
            self._advance(tar_size(status))
        if status.st_nlink > 1 and first is None:
            self._linked[status.st_dev, status.st_ino] = key[1]

    def _file(self, source: int, name: str, status: os.stat_result, folder: int, new: bytes) -> None:
        """Copy a regular file, by descriptors alone: paths in /proc cost an emulated guest as much as all the rest."""
        opened = os.open(name, _READ, dir_fd=source)
        try:
            with _created(folder, new) as made:
                copy_content(opened, made, self._advance)
                keep_open(status, opened, made, all_of_it=self._archive)
        finally:
            os.close(opened)
        self._advance(tar_size(status) - status.st_size)


@contextmanager
def _created(folder: int, name: bytes) -> Iterator[int]:
    """Give a new file, under its name, or if that is taken under another one, moved over it at the end."""
    temporary = name
    try:
        made = os.open(name, _CREATE, 0o600, dir_fd=folder)
    except FileExistsError:
        temporary = _hidden_name()
        made = os.open(temporary, _CREATE, 0o600, dir_fd=folder)
    try:
        yield made
        if temporary != name:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(temporary, dir_fd=folder)
        raise
    finally:
        os.close(made)


def _hidden_name() -> bytes:
    return b".cutaway-%s.part" % os.urandom(8).hex().encode()


def _link(top: int, first: bytes, folder: int, name: bytes) -> None:
    """Give a file that was copied before, below an open folder, one more name."""
    path, _, old = first.rpartition(b"/")
    above = open_below(top, path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.link(old, name, src_dir_fd=above, dst_dir_fd=folder, follow_symlinks=False)
    finally:
        os.close(above)


@contextmanager
def _unnamed(folder: int, name: bytes) -> Iterator[bytes]:
    """Give the name under which something is to be made; if it is taken another one, moved over it at the end."""
    old = status_of(folder, name)
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    temporary = name if old is None else _hidden_name()
    try:
        yield temporary
        if temporary != name:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        if status_of(folder, temporary) is not None:
            os.unlink(temporary, dir_fd=folder)
        raise


def _refuse(path: bytes, error: OSError) -> None:
    raise OSError(error.errno or errno.EIO, error.strerror, path) from error
