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
from cutawayd.copying import copy_content, keep, make_like, place_of, set_times
from cutawayd.entries import is_folder, named
from cutawayd.incoming import final
from cutawayd.placing import place_all
from cutawayd.removing import check_no_mount, rm_rf
from cutawayd.sysroot import magic_path, open_below
from cutawayd.transfers import tar_size
from cutawayd.trees import LastFolder, encode_name, walk_entries, walk_opened
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
    old = _status(folder, name)
    if old is not None and os.path.samestat(old, status):
        raise OSError(errno.EINVAL, "it is the same file")
    if old is not None and not stat.S_ISREG(old.st_mode) and not stat.S_ISLNK(old.st_mode):
        raise OSError(errno.EINVAL, "what is there is no regular file")


def _status(folder: int, name: bytes) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


@contextmanager
def _staged_file(work: Work, folder: int, name: bytes, status: os.stat_result) -> Iterator[int]:
    """Give a new file, and put it in its place at the end; what was there gives it owner and mode."""
    old = _status(folder, name)
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
        there = _status(folder, new)
        copy = TreeCopy(work, archive=archive)
        if there is None or not (stat.S_ISDIR(there.st_mode) and stat.S_ISDIR(status.st_mode)):
            if there is not None and (stat.S_ISDIR(there.st_mode) or stat.S_ISDIR(status.st_mode)):
                code = errno.EISDIR if stat.S_ISDIR(there.st_mode) else errno.ENOTDIR
                raise OSError(code, os.strerror(code), target)
            with _hidden(work, folder) as hidden, named(target):
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
        with _unnamed(folder, new) as temporary:
            first = self._linked.get((status.st_dev, status.st_ino)) if self._archive else None
            if first is not None:
                _link(key[0], first, folder, temporary)
                self._advance(tar_size(status))
                return
            if stat.S_ISREG(status.st_mode):
                self._content(source, name, folder, temporary)
            else:
                make_like(status, source, name, folder, temporary)
            keep(status, place_of(source, name), place_of(folder, os.fsdecode(temporary)), all_of_it=self._archive)
        if status.st_nlink > 1:
            self._linked[status.st_dev, status.st_ino] = key[1]
        self._advance(tar_size(status) - (status.st_size if stat.S_ISREG(status.st_mode) else 0))

    def _content(self, source: int, name: str, folder: int, new: bytes) -> None:
        opened = open_below(source, encode_name(name), os.O_RDONLY | os.O_NONBLOCK)
        try:
            made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
            try:
                copy_content(opened, made, self._advance)
            finally:
                os.close(made)
        finally:
            os.close(opened)


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
    old = _status(folder, name)
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    temporary = name if old is None else b".cutaway-%s.part" % os.urandom(8).hex().encode()
    try:
        yield temporary
        if temporary != name:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        if _status(folder, temporary) is not None:
            os.unlink(temporary, dir_fd=folder)
        raise


def _refuse(path: bytes, error: OSError) -> None:
    raise OSError(error.errno or errno.EIO, error.strerror, path) from error


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
