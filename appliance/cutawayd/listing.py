"""Directories and trees. The inner loops build wire forms directly: 10,000 entries must not mean 10,000 objects."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from cutaway.records import StatVfs

from cutawayd import children
from cutawayd.sysroot import Sysroot, magic_path
from cutawayd.work import Work

_TYPES = {
    stat.S_IFREG: "r", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFBLK: "b", stat.S_IFCHR: "c",
    stat.S_IFIFO: "f", stat.S_IFSOCK: "s",
}  # fmt: skip
TARGET_MAX = 4096


#: A status in its wire form: the fields of `cutaway.records.Stat`. C code, because it runs for every entry.
fields = attrgetter(
    "st_dev", "st_ino", "st_mode", "st_nlink", "st_uid", "st_gid", "st_rdev", "st_size", "st_blksize", "st_blocks",
    "st_atime_ns", "st_mtime_ns", "st_ctime_ns",
)  # fmt: skip


def ls(work: Work, directory: bytes) -> list[bytes]:
    """List names, sorted."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        return sorted(os.fsencode(name) for name in os.listdir(folder))


def ll(work: Work, directory: bytes) -> str:
    """List as `ls -la`."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        output = children.run(work, ["ls", "-la", f"/proc/{os.getpid()}/fd/{folder}/."])
    return output.decode("utf-8", "backslashreplace")


def readdir(work: Work, directory: bytes) -> Iterator[list[Any]]:
    """List entries with inode and type, as wire items."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, os.scandir(folder) as entries:
        found: list[list[Any]] = [[entry.inode(), _letter(entry), os.fsencode(entry.name)] for entry in entries]
        own, parent = os.fstat(folder).st_ino, os.stat("..", dir_fd=folder).st_ino
    found += [[own, "d", b"."], [parent, "d", b".."]]
    found.sort(key=lambda item: item[2])
    yield from found


def _letter(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "l"
    if entry.is_dir(follow_symlinks=False):
        return "d"
    if entry.is_file(follow_symlinks=False):
        return "r"
    try:
        return _TYPES.get(stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode), "u")
    except OSError:
        return "u"


def scandir(work: Work, directory: bytes) -> Iterator[Any]:
    """List entries with their status, as wire items, in inode order."""
    return scan(work.sysroot, directory)


def scan(sysroot: Sysroot, directory: bytes) -> Iterator[Any]:
    """Give (name, status, link target, whether it leads to a folder) of each entry, without trailing defaults."""
    encode_name, status_fields, mode_mask = os.fsencode, fields, 0o170000
    with sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, os.scandir(folder) as found:
        for entry in sorted(found, key=os.DirEntry.inode):
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                yield encode_name(entry.name), None
                continue
            kind = status.st_mode & mode_mask
            if kind == stat.S_IFLNK:
                yield encode_name(entry.name), status_fields(status), *_link(sysroot, directory, folder, entry.name)
            elif kind == stat.S_IFDIR:
                yield encode_name(entry.name), status_fields(status), b"", True
            else:
                yield encode_name(entry.name), status_fields(status)


def _link(sysroot: Sysroot, directory: bytes, folder: int, name: str) -> tuple[bytes, bool]:
    """Return what a link says, and whether it leads to a directory inside the image."""
    try:
        target = os.fsencode(os.readlink(name, dir_fd=folder))
        with sysroot.looked_at(directory + b"/" + os.fsencode(name), follow=True) as seen:
            return target[:TARGET_MAX], stat.S_ISDIR(os.fstat(seen).st_mode)
    except OSError:
        return _target(folder, name), False


def _target(folder: int, name: str) -> bytes:
    try:
        return os.fsencode(os.readlink(name, dir_fd=folder))[:TARGET_MAX]
    except OSError:
        return b""


def walk(work: Work, directory: bytes) -> Iterator[Any]:
    """List a whole tree, as wire items; of a single file only that."""
    with work.sysroot.looked_at(directory, follow=False) as seen:
        status = os.fstat(seen)
        if not stat.S_ISDIR(status.st_mode):
            target = os.fsencode(os.readlink("", dir_fd=seen)) if stat.S_ISLNK(status.st_mode) else b""
            yield b"", fields(status), target
            return
        folder = os.open(magic_path(seen), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for path, found, target in walk_entries(work, folder):
            yield path, fields(found), target
    finally:
        os.close(folder)


def walk_entries(work: Work, folder: int) -> Iterator[tuple[bytes, os.stat_result, bytes]]:
    """Give path, status and link target of all below an open folder, itself first; directories before their content."""
    yield b"", os.fstat(folder), b""
    pending = [b""]
    while pending:
        path = pending.pop()
        below: list[bytes] = []
        for name, status, target in _entries(folder, path):
            full = path + b"/" + name if path else name
            yield full, status, target
            if stat.S_ISDIR(status.st_mode):
                below.append(full)
        work.check()
        pending += sorted(below, reverse=True)


def _entries(folder: int, path: bytes) -> Iterator[tuple[bytes, os.stat_result, bytes]]:
    """Give name, status and link target of what a directory holds, in inode order; what is damaged is left out."""
    try:
        here = os.open(path or b".", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return
    try:
        with os.scandir(here) as found:
            for entry in sorted(found, key=os.DirEntry.inode):
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                target = _target(here, entry.name) if stat.S_ISLNK(status.st_mode) else b""
                yield os.fsencode(entry.name), status, target
    finally:
        os.close(here)


def find(work: Work, directory: bytes) -> list[bytes]:
    """List all paths below a directory, sorted."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        return sorted(path for path, _, _ in walk_entries(work, folder) if path)


def du(work: Work, path: bytes) -> int:
    """Add up blocks, in KiB; hard links once."""
    with work.sysroot.looked_at(path, follow=True) as seen:
        status = os.fstat(seen)
        if not stat.S_ISDIR(status.st_mode):
            return (status.st_blocks + 1) // 2
        folder = os.open(magic_path(seen), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return _blocks(work, folder) // 2
    finally:
        os.close(folder)


def _blocks(work: Work, folder: int) -> int:
    total, seen = 0, set[tuple[int, int]]()
    for count, (_, status, _) in enumerate(walk_entries(work, folder)):
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            key = (status.st_dev, status.st_ino)
            if key in seen:
                continue
            seen.add(key)
        total += status.st_blocks
        if count % 64 == 0:
            work.progress(count, 0)
    return total


def statvfs(work: Work, path: bytes) -> StatVfs:
    """Return size and use of a file system."""
    with work.sysroot.opened(path, os.O_RDONLY | os.O_NONBLOCK) as descriptor:
        found = os.fstatvfs(descriptor)
    return StatVfs(
        found.f_bsize, found.f_frsize, found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree,
        found.f_favail, found.f_fsid, found.f_flag, found.f_namemax,
    )  # fmt: skip


def df(work: Work) -> str:
    """Return what df prints of the mounted tree."""
    output = children.run(work, ["df", "-k"], accept=(0, 1)).decode("utf-8", "backslashreplace")
    head, *lines = output.splitlines()
    root = work.sysroot.folder
    kept = [line.replace(root, "/", 1).replace("//", "/", 1) for line in lines if f" {root}" in line]
    return "\n".join([head, *kept]) + "\n"


def mkdir(work: Work, path: bytes) -> None:
    """Make a directory."""
    with work.sysroot.parent_of(path) as (folder, name):
        try:
            os.mkdir(name, 0o777, dir_fd=folder)
        except OSError as error:
            raise OSError(error.errno or errno.EIO, error.strerror, path) from error
