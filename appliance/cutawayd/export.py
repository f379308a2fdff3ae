"""A tree on its way to the host: what is in it, page by page, and for each file where its content lies on the drives;
contents that the host cannot read there follow over the data port, in the order of the pages.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from typing import Any

from cutawayd import stream
from cutawayd.ext4_content import attributes_of
from cutawayd.ext4_inodes import Inode, InodeTable
from cutawayd.extents import ExtentMap, ExtentMaps
from cutawayd.inode_tables import WORTH, InodeTables
from cutawayd.sysroot import magic_path, open_below
from cutawayd.trees import LastFolder, link_target, packed, walk_opened
from cutawayd.work import FIRST_PAGE, PAGE_MAX, Work

#: So many files wait for their turn on the data port, before it has it.
STREAMED_MAX = 16384
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: Pages end early when their checksums have this length together.
SUMS_MAX = 256 << 10
#: Extended attributes of one file that are longer in all are left out, and told: a message has to hold them.
XATTRS_MAX = 1 << 20


def export_tree(
    work: Work,
    directory: bytes,
    names: list[bytes],
    drives: list[str],
    xattrs: bool,
) -> Sequence[Any]:
    """Send trees and single files that lie in one directory; the directory itself under an empty name."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder, InodeTables() as tables:
        export = _Export(work, folder, drives, tables, xattrs=xattrs)
        for name in names:
            export.send(name)
        export.finish()
    return ()


class _Export:
    """Trees of one directory."""

    def __init__(self, work: Work, directory: int, drives: list[str], tables: InodeTables, *, xattrs: bool) -> None:
        self._work = work
        self._directory = directory
        self._maps = ExtentMaps(drives)
        self._tables = tables
        self._table: InodeTable | None = None
        self._extents: ExtentMap | None = None
        self._device = -1
        self._wants_xattrs = xattrs
        self._page: list[Sequence[Any]] = []
        self._page_size = FIRST_PAGE
        self._sums_size = 0
        self._streamed: list[bytes] = []
        #: Files whose inode has not been read yet: place in the page, number.
        self._unread: list[tuple[int, int]] = []

    def finish(self) -> None:
        """Say that this was all, and send the contents that are still waiting."""
        self._add((b"", None))
        self.send_waiting()

    def send(self, name: bytes) -> None:
        """Send what has that name, with all that is below; no link is followed."""
        status = os.stat(name, dir_fd=self._directory, follow_symlinks=False) if name else os.fstat(self._directory)
        if not stat.S_ISDIR(status.st_mode):
            self._flush()
            self._add(self._other(self._directory, os.fsdecode(name), name))
            return
        folder = open_below(self._directory, name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._add(_with_xattrs((name, packed(status), b"", None), *self._xattrs(folder)))
            self._send_below(folder, name + b"/" if name else b"")
        finally:
            os.close(folder)

    def _send_below(self, folder: int, prefix: bytes) -> None:
        def on_damage(path: bytes, error: OSError) -> None:
            whole = (prefix + path).rstrip(b"/")
            self._add((whole, None, b"", None, (), f"a part of it cannot be read: {error.strerror}"))

        for here, inside, batch in walk_opened(folder, on_damage):
            before = prefix + inside
            self._enter(here)
            page, unread, has_table = self._page, self._unread, self._table is not None
            for entry in batch:
                path = before + entry.name.encode("utf-8", "surrogateescape")
                is_file = entry.is_file(follow_symlinks=False)
                if is_file and has_table:
                    unread.append((len(page), entry.inode()))
                    page.append((path,))
                else:
                    is_folder = not is_file and entry.is_dir(follow_symlinks=False)
                    page.append(self._described(here, entry.name, path, is_file=is_file, is_folder=is_folder))
                if len(page) >= self._page_size or self._sums_size >= SUMS_MAX:
                    self._flush_full()
            if len(self._streamed) >= STREAMED_MAX:
                self.send_waiting()

    def _enter(self, folder: int) -> None:
        """Take note of the file system that comes now; a page is of one."""
        device = os.fstat(folder).st_dev
        if device != self._device:
            self._flush()
            self._device, self._table = device, self._tables.of(device, folder)
            extents = self._maps.of(device, folder)
            self._extents = extents if isinstance(extents, ExtentMap) else None

    def _described(self, here: int, name: str, path: bytes, *, is_file: bool, is_folder: bool = False) -> Sequence[Any]:
        """Describe what its folder says to be a file, a folder, or neither; a damaged one may be wrong."""
        try:
            return self._file(here, name, path) if is_file else self._other(here, name, path, is_folder=is_folder)
        except OSError as error:
            return path, None, b"", None, (), error.strerror or str(error)

    def _fill(self) -> None:
        """Fill in the files of the page whose inodes have not been read."""
        unread, page, table = self._unread, self._page, self._table
        if table is None or not unread:
            return
        found = table.read([inode for _, inode in unread]) if len(unread) >= WORTH else {}
        with LastFolder(self._directory) as folders:
            for place, number in unread:
                (path,) = page[place]
                known = self._known(path, found[number], table.block_size) if number in found else None
                page[place] = known or self._asked(folders, path)
        unread.clear()

    def _known(self, path: bytes, inode: Inode, block_size: int) -> Sequence[Any] | None:
        """Describe a file by its inode; None if that does not say all."""
        pieces: Sequence[int] | None = ()
        if inode[1]:
            pieces = self._extents.pieces_of(inode, block_size) if self._extents is not None else None
            if pieces is None:
                return None
        if not self._wants_xattrs:
            return path, inode[0], b"", pieces
        attributes = attributes_of(inode)
        return None if attributes is None else (path, inode[0], b"", pieces, attributes)

    def _asked(self, folders: LastFolder, path: bytes) -> Sequence[Any]:
        """Describe a file by asking the kernel."""
        above, _, name = path.rpartition(b"/")
        try:
            here = folders.open(above)
        except OSError as error:
            return path, None, b"", None, (), error.strerror or str(error)
        return self._described(here, os.fsdecode(name), path, is_file=True)

    def _other(self, here: int, name: str, path: bytes, *, is_folder: bool = False) -> Sequence[Any]:
        """Describe what is no regular file, or was not taken for one.

        Raises:
            OSError: it cannot be looked at, or is a folder that nobody has taken for one: what is in it is not shown.
        """
        status = os.stat(name, dir_fd=here, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            return self._file(here, name, path)
        if stat.S_ISDIR(status.st_mode) and not is_folder:
            raise OSError(errno.EUCLEAN, "it is a folder, but the one that it is in says that it is none")
        target = link_target(here, name) if stat.S_ISLNK(status.st_mode) else b""
        if not self._wants_xattrs:
            return path, packed(status), target
        return _with_xattrs((path, packed(status), target, None), *self._xattrs(f"{magic_path(here)}/{name}"))

    def _file(self, here: int, name: str, path: bytes) -> Sequence[Any]:
        """Say where the content of a regular file lies, or take note that it has to be sent."""
        try:
            descriptor = os.open(name, READ, dir_fd=here)
        except OSError as error:
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                return self._other(here, name, path)
            return path, packed(status), b"", None, (), error.strerror or str(error)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return self._other(here, name, path)
            size = status.st_size
            pieces: Sequence[int] | None = ()
            sums = b""
            if size:
                extents = self._maps.of(status.st_dev, descriptor)
                pieces, sums = extents.where(descriptor, size) if extents is not None else (None, b"")
                if pieces is None:
                    self._streamed.append(path)
            self._sums_size += len(sums)
            xattrs, failure = self._xattrs(descriptor) if self._wants_xattrs else ((), "")
            return _with_xattrs((path, packed(status), b"", pieces), xattrs, failure, sums)
        finally:
            os.close(descriptor)

    def _xattrs(self, file: int | str) -> tuple[Sequence[bytes], str]:
        """Return names and values in turn, as many as could be read; and why some are not there."""
        if not self._wants_xattrs:
            return (), ""
        found: list[bytes] = []
        try:
            follow = isinstance(file, int)
            for name in os.listxattr(file, follow_symlinks=follow):
                found += (os.fsencode(name), os.getxattr(file, name, follow_symlinks=follow))
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.ENODATA}:
                return found, f"they cannot be read: {error.strerror}"
        size = sum(map(len, found))
        return (found, "") if size <= XATTRS_MAX else ((), f"they are longer than {XATTRS_MAX >> 20} MiB")

    def _add(self, item: Sequence[Any]) -> None:
        self._page.append(item)
        if len(self._page) >= self._page_size or self._sums_size >= SUMS_MAX:
            self._flush_full()

    def _flush_full(self) -> None:
        self._flush()
        self._page_size = min(self._page_size * 4, PAGE_MAX)

    def _flush(self) -> None:
        self._fill()
        if self._page:
            self._work.send_page(self._page)
            self._page.clear()
            self._sums_size = 0
        self._work.check()

    def send_waiting(self) -> None:
        """Send the contents that are waiting; the host has to know of all of them before."""
        self._flush()
        waiting, self._streamed = self._streamed, []
        files = stream.Files(self._work.data)
        for path in waiting:
            try:
                self._send(files, path)
            except OSError as error:
                files.fail()
                self._add((path, None, b"", None, (), error.strerror or str(error)))
            self._work.check()
        files.flush()
        self._flush()

    def _send(self, files: stream.Files, path: bytes) -> None:
        descriptor = open_below(self._directory, path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            files.send(descriptor, os.fstat(descriptor), lambda _: self._work.check())
        finally:
            os.close(descriptor)


def _with_xattrs(item: Sequence[Any], xattrs: Sequence[bytes], failure: str, sums: bytes = b"") -> Sequence[Any]:
    """Return the beginning of an item with its attributes and checksums; what is empty at its end is left away."""
    if sums or failure:
        return (*item, xattrs, "", sums, failure)
    return (*item, xattrs) if xattrs else item
