"""A tree on its way to the host: what is in it, page by page, and for each file where its content lies on the drives;
contents that the host cannot read there follow over the data port, in the order of the pages.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from typing import Any

from cutaway.records import ContentMap

from cutawayd import stream
from cutawayd.drives import size_bytes
from cutawayd.extents import ExtentMaps
from cutawayd.files import pieces_of
from cutawayd.sysroot import magic_path, open_below
from cutawayd.transfers import open_source, source_size
from cutawayd.trees import fields, link_target, walk_opened
from cutawayd.work import FIRST_PAGE, PAGE_MAX, Work

#: So many files wait for their turn on the data port, before it has it.
STREAMED_MAX = 16384
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: Pages end early when their checksums have this length together.
SUMS_MAX = 256 << 10
#: Extended attributes of one file that are longer in all are left out, and told.
XATTRS_MAX = 1 << 20


def export_tree(
    work: Work,
    directory: bytes,
    names: list[bytes],
    drives: list[str],
    xattrs: bool,  # noqa: FBT001 the call's own argument
) -> Sequence[Any]:
    """Send trees and single files that lie in one directory; the directory itself under an empty name."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        export = _Export(work, folder, drives, xattrs=xattrs)
        for name in names:
            export.send(name)
        export.finish()
    return ()


def content_map(work: Work, path: bytes, drives: list[str]) -> ContentMap:
    """Say where a content lies."""
    maps = ExtentMaps(drives)
    descriptor = open_source(work, path)
    try:
        status, size = os.fstat(descriptor), source_size(descriptor)
        if stat.S_ISBLK(status.st_mode):
            return _map_of_device(maps, status.st_rdev, size)
        extents = maps.of(status.st_dev, descriptor)
        pieces, sums = extents.where(descriptor, size) if extents is not None and size else (None, b"")
        return ContentMap(size, None if pieces is None else list(pieces), sums)
    finally:
        os.close(descriptor)


def device_map(work: Work, device: str, drives: list[str]) -> ContentMap:  # noqa: ARG001 every call has it
    """Say where a device lies."""
    return _map_of_device(ExtentMaps(drives), os.stat(device).st_rdev, size_bytes(device))


def _map_of_device(maps: ExtentMaps, device: int, size: int) -> ContentMap:
    os.sync()
    return ContentMap(size, maps.of_device(device))


def digest_many(work: Work, directory: bytes, names: list[bytes]) -> list[str | None]:
    """Digest many files."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        return [_digest(work, folder, name) for name in names]


def _digest(work: Work, folder: int, name: bytes) -> str | None:
    try:
        descriptor = open_below(folder, name, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    digest = hashlib.sha256()
    try:
        for piece in pieces_of(descriptor):
            digest.update(piece)
            work.check()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return digest.hexdigest()


class _Export:
    """Trees of one directory."""

    def __init__(self, work: Work, directory: int, drives: list[str], *, xattrs: bool) -> None:
        self._work = work
        self._directory = directory
        self._maps = ExtentMaps(drives)
        self._wants_xattrs = xattrs
        self._page: list[Sequence[Any]] = []
        self._page_size = FIRST_PAGE
        self._sums_size = 0
        self._streamed: list[bytes] = []

    def finish(self) -> None:
        """Say that this was all, and send the contents that are still waiting."""
        self._add((b"", None))
        self.send_waiting()

    def send(self, name: bytes) -> None:
        """Send what has that name, with all that is below; no link is followed."""
        status = os.stat(name, dir_fd=self._directory, follow_symlinks=False) if name else os.fstat(self._directory)
        if not stat.S_ISDIR(status.st_mode):
            describe = self._file if stat.S_ISREG(status.st_mode) else self._other
            self._add(describe(self._directory, os.fsdecode(name), name))
            return
        folder = open_below(self._directory, name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._add((name, fields(status), b"", None, self._xattrs(folder)))
            self._send_below(folder, name + b"/" if name else b"")
        finally:
            os.close(folder)

    def _send_below(self, folder: int, prefix: bytes) -> None:
        def on_damage(path: bytes, error: OSError) -> None:
            whole = (prefix + path).rstrip(b"/")
            self._add((whole, None, b"", None, (), f"a part of it cannot be read: {error.strerror}"))

        for here, inside, batch in walk_opened(folder, on_damage):
            before = prefix + inside
            for entry in batch:
                name = entry.name
                path = before + name.encode("utf-8", "surrogateescape")
                try:
                    is_file = entry.is_file(follow_symlinks=False)
                    item = self._file(here, name, path) if is_file else self._other(here, name, path)
                except OSError as error:
                    item = path, None, b"", None, (), error.strerror or str(error)
                self._add(item)
            if len(self._streamed) >= STREAMED_MAX:
                self.send_waiting()

    def _other(self, here: int, name: str, path: bytes) -> Sequence[Any]:
        """Describe what is no regular file."""
        status = os.stat(name, dir_fd=here, follow_symlinks=False)
        target = link_target(here, name) if stat.S_ISLNK(status.st_mode) else b""
        if not self._wants_xattrs:
            return path, fields(status), target
        return path, fields(status), target, None, self._xattrs(f"{magic_path(here)}/{name}")

    def _file(self, here: int, name: str, path: bytes) -> Sequence[Any]:
        """Say where the content of a regular file lies, or take note that it has to be sent."""
        try:
            descriptor = os.open(name, READ, dir_fd=here)
        except OSError as error:
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
            return path, fields(status), b"", None, (), error.strerror or str(error)
        try:
            status = os.fstat(descriptor)
            size = status.st_size
            pieces: Sequence[int] | None = ()
            sums = b""
            if size:
                extents = self._maps.of(status.st_dev, descriptor)
                pieces, sums = extents.where(descriptor, size) if extents is not None else (None, b"")
                if pieces is None:
                    self._streamed.append(path)
            xattrs = self._xattrs(descriptor) if self._wants_xattrs else ()
            if sums:
                self._sums_size += len(sums)
                return path, fields(status), b"", pieces, xattrs, "", sums
            return (path, fields(status), b"", pieces, xattrs) if xattrs else (path, fields(status), b"", pieces)
        finally:
            os.close(descriptor)

    def _xattrs(self, file: int | str) -> Sequence[bytes]:
        """Return names and values in turn; nothing where there are none, or they cannot be read."""
        if not self._wants_xattrs:
            return ()
        found: list[bytes] = []
        try:
            follow = isinstance(file, int)
            for name in os.listxattr(file, follow_symlinks=follow):
                found += (os.fsencode(name), os.getxattr(file, name, follow_symlinks=follow))
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.ENODATA}:
                self._work.log(f"extended attributes cannot be read: {error.strerror}")
        return found if sum(map(len, found)) <= XATTRS_MAX else ()

    def _add(self, item: Sequence[Any]) -> None:
        self._page.append(item)
        if len(self._page) >= self._page_size or self._sums_size >= SUMS_MAX:
            self._flush()
            self._page_size = min(self._page_size * 4, PAGE_MAX)

    def _flush(self) -> None:
        if self._page:
            self._work.send_page(self._page)
            self._page, self._sums_size = [], 0
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
