"""Directories and trees. The inner loops build wire forms directly: 10,000 entries must not mean 10,000 records."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from cutaway.records import StatVfs

from cutawayd import children, content_search
from cutawayd.entries import entry
from cutawayd.ext4_inodes import InodeTable
from cutawayd.inode_tables import WORTH, InodeTables
from cutawayd.searching import Results, matcher
from cutawayd.sysroot import Sysroot, leads_to_folder, magic_path
from cutawayd.trees import (
    CHECK_EVERY,
    batches,
    damage_log,
    encode_name,
    link_target,
    packed,
    walk_entries,
    walk_opened,
)
from cutawayd.work import PAGE_MAX, Work

_Scanned = list[Sequence[Any]]
_TYPES = {
    stat.S_IFREG: "r", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFBLK: "b", stat.S_IFCHR: "c",
    stat.S_IFIFO: "f", stat.S_IFSOCK: "s",
}  # fmt: skip


def ls(work: Work, directory: bytes) -> Iterator[bytes]:
    """List names, sorted; of a damaged directory those that can be read, before the error."""
    failure: OSError | None = None
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        try:
            names = os.listdir(folder)
        except OSError as error:
            names, failure = _before_damage(folder), error
    yield from sorted(map(encode_name, names))
    if failure is not None:
        raise failure


def _before_damage(folder: int) -> list[str]:
    names: list[str] = []
    with contextlib.suppress(OSError):
        for batch in batches(folder):
            names += [entry.name for entry in batch]
    return names


def ll(work: Work, directory: bytes) -> str:
    """List as `ls -la`."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        output = children.run(work, ["ls", "-la", f"/proc/{os.getpid()}/fd/{folder}/."])
    return output.decode("utf-8", "backslashreplace")


def readdir(work: Work, directory: bytes) -> Iterator[list[Any]]:
    """List entries with inode and type, as wire items."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, os.scandir(folder) as entries:
        found: list[list[Any]] = [[entry.inode(), _letter(entry), os.fsencode(entry.name)] for entry in entries]
        own, parent = os.fstat(folder).st_ino, _parent(work, folder)
    found += [[own, "d", b"."], [parent, "d", b".."]]
    found.sort(key=lambda item: item[2])
    yield from found


def _parent(work: Work, folder: int) -> int:
    """Return the inode of the folder that holds an open one."""
    return os.stat(work.sysroot.name_inside(folder, b".."), dir_fd=folder).st_ino


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


def scandir(work: Work, directory: bytes) -> Iterator[Sequence[Any]]:
    """List entries with their status, as wire items, batch by batch in inode order."""
    return chain.from_iterable(scan(work.sysroot, directory))


def scan(sysroot: Sysroot, directory: bytes) -> Iterator[_Scanned]:
    """Give (name, status, link target, whether it leads to a folder) of each entry, in lists."""
    root = sysroot.open_root()
    try:
        with sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, InodeTables() as tables:
            table = tables.of(os.fstat(folder).st_dev, folder)
            prefix = directory + b"/"
            for batch in batches(folder):
                for begin in range(0, len(batch), PAGE_MAX):
                    known, rest = _by_inode(table, batch[begin : begin + PAGE_MAX])
                    yield known
                    yield [_scanned(entry, folder, root, prefix) for entry in rest]
    finally:
        os.close(root)


def _by_inode(table: InodeTable | None, batch: list[os.DirEntry[str]]) -> tuple[_Scanned, list[os.DirEntry[str]]]:
    """Return what the inode table says of regular files, and the entries that the kernel has to be asked for."""
    files = [entry for entry in batch if entry.is_file(follow_symlinks=False)] if table else []
    if table is None or len(files) < WORTH:
        return [], batch
    numbers = list(map(os.DirEntry.inode, files))
    found = table.read(numbers)
    known: _Scanned = [
        (entry.name.encode("utf-8", "surrogateescape"), found[inode][0])
        for entry, inode in zip(files, numbers, strict=True)
        if inode in found
    ]
    if len(known) == len(batch):
        return known, []
    return known, [entry for entry in batch if not entry.is_file(follow_symlinks=False) or entry.inode() not in found]


def _scanned(entry: os.DirEntry[str], folder: int, root: int, prefix: bytes) -> Sequence[Any]:
    name = entry.name.encode("utf-8", "surrogateescape")
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return name, None
    kind = status.st_mode & 0o170000
    if kind == 0o120000:
        target = link_target(folder, entry.name)
        return name, packed(status), target, leads_to_folder(root, prefix + name)
    if kind == 0o040000:
        return name, packed(status), b"", True
    return name, packed(status)


def scanxattrs(work: Work, directory: bytes) -> Iterator[list[Any]]:
    """List the extended attributes of the entries that have any, as wire items."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        for batch in batches(folder):
            for entry in batch:
                if found := _attributes(f"{magic_path(folder)}/{entry.name}"):
                    yield [encode_name(entry.name), found]


def _attributes(path: str) -> list[list[bytes]]:
    """Return the extended attributes of an entry, of a link itself; none where there are none, or damage."""
    try:
        names = sorted(os.listxattr(path, follow_symlinks=False))
        return [[encode_name(name), os.getxattr(path, name, follow_symlinks=False)] for name in names]
    except OSError:
        return []


def walk(work: Work, directory: bytes) -> Iterator[Sequence[Any]]:
    """List a whole tree, as wire items; of a single file only that."""
    with work.sysroot.looked_at(directory, follow=False) as seen:
        status = os.fstat(seen)
        if not stat.S_ISDIR(status.st_mode):
            yield b"", packed(status), link_target(seen, "") if stat.S_ISLNK(status.st_mode) else b""
            return
        folder = os.open(magic_path(seen), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for path, status, target in walk_entries(work, folder):
            yield path, packed(status), target
    finally:
        os.close(folder)


def find(work: Work, directory: bytes) -> list[bytes]:
    """List all paths below a directory, sorted."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        return sorted(path for path, _, _ in walk_entries(work, folder) if path)


def search(work: Work, directory: bytes, text: str) -> Sequence[Any]:
    """List what has a text in its name, as wire items that are sent as soon as they are found."""
    is_meant, results = matcher(text), Results(work)
    root = work.sysroot.open_root()
    try:
        with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
            for here, prefix, batch in walk_opened(folder, damage_log(work)):
                above = directory + b"/" + prefix
                for entry in batch:
                    if is_meant(entry.name):
                        work.check()
                        name, *rest = _scanned(entry, here, root, above)
                        results.add((prefix + name, *rest))
                work.check()
                results.send_old()
    finally:
        os.close(root)
    results.send()
    return ()


def search_contents(
    work: Work,
    directory: bytes,
    text: str,
    regex: bool,
    ignore_case: bool,
    first_only: bool,
) -> Sequence[Any]:
    """List where a text stands in files, as wire items that are sent as soon as they are found."""
    content_search.search(work, directory, text, regex=regex, ignore_case=ignore_case, first_only=first_only)
    return ()


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
        if not count % CHECK_EVERY:
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


def mkdir(work: Work, path: bytes) -> None:
    """Make a directory."""
    with entry(work, path) as (folder, name):
        os.mkdir(name, 0o777, dir_fd=folder)
