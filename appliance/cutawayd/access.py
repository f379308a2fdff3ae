"""Owners and permissions of a file or a whole tree, changed by descriptors, so that no link leads astray."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from cutawayd.attributes import identity
from cutawayd.entries import named, permissions
from cutawayd.files import own_place
from cutawayd.trees import CHECK_EVERY, count_below, encode_name, walk_opened
from cutawayd.work import Work, counter

_EXECUTE = 0o111


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be changed of each entry; see the call."""

    owner: int
    group: int
    remove: int
    add: int
    add_execute: int

    def mode(self, status: os.stat_result) -> int:
        """Return the permissions that something has then."""
        old = stat.S_IMODE(status.st_mode)
        may_execute = stat.S_ISDIR(status.st_mode) or old & _EXECUTE
        return old & ~self.remove | self.add | (self.add_execute if may_execute else 0)

    def fulfil(self, name: str, folder: int | None, status: os.stat_result, *, follow: bool) -> None:
        """Change one entry; what is so already is not touched.

        Args:
            name: The entry.
            folder: The open folder that holds it, unless its name is a whole path.
            status: Its own.
            follow: Whether the name leads to the entry, and is not it.
        """
        owner = -1 if self.owner == status.st_uid else self.owner
        group = -1 if self.group == status.st_gid else self.group
        is_given_away = (owner, group) != (-1, -1)
        if is_given_away:
            os.chown(name, owner, group, dir_fd=folder, follow_symlinks=follow)
        if self.is_about_modes and not stat.S_ISLNK(status.st_mode):
            mode = self.mode(status)
            if is_given_away or mode != stat.S_IMODE(status.st_mode):
                os.chmod(name, mode, dir_fd=folder)
                _check_kept(mode, os.stat(name, dir_fd=folder, follow_symlinks=follow))

    @property
    def is_about_modes(self) -> bool:
        """Whether permissions are to be changed."""
        return bool(self.remove or self.add or self.add_execute)


def _check_kept(mode: int, status: os.stat_result) -> None:
    """Refuse to call permissions changed that the file system has left out without a word, as FAT does."""
    found = stat.S_IMODE(status.st_mode)
    if found != mode:
        raise OSError(errno.EOPNOTSUPP, f"the file system cannot keep these permissions: they are {found:04o}")


def set_access(
    work: Work, path: bytes, owner: int, group: int, remove: int, add: int, add_execute: int, recursive: bool
) -> None:
    """Change owner and permissions of a file or a tree."""
    if add_execute & ~_EXECUTE:
        raise OSError(errno.EINVAL, f"the permissions {add_execute:#o} are not those to execute")
    wish = Wish(identity(owner), identity(group), permissions(remove), permissions(add), add_execute)
    with named(path), own_place(work, path) as (place, follow):
        status = os.stat(place, follow_symlinks=follow)
        wish.fulfil(place, None, status, follow=follow)
        if not recursive or not stat.S_ISDIR(status.st_mode):
            return
        top = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        advance = counter(work, count_below(work, top) + 1)
        advance(1)
        _below(work, top, path, wish, advance)
    finally:
        os.close(top)


def _below(work: Work, top: int, path: bytes, wish: Wish, advance: Callable[[int], None]) -> None:
    """Change all that is below an open folder."""

    def refuse(below: bytes, error: OSError) -> None:
        with named(path.rstrip(b"/") + b"/" + below):
            raise error

    for here, prefix, batch in walk_opened(top, refuse):
        for start in range(0, len(batch), CHECK_EVERY):
            work.check()
            some = batch[start : start + CHECK_EVERY]
            for item in some:
                with named(path.rstrip(b"/") + b"/" + prefix + encode_name(item.name)):
                    wish.fulfil(item.name, here, item.stat(follow_symlinks=False), follow=False)
            advance(len(some))
