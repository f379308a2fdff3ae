"""Packs files of the host as a tar file into an open descriptor: sparse files, hard links, times, owners, attributes.

Blocking; in a helper thread. Each file is opened once, and what cannot be read to its end never gets into the archive.
"""

from __future__ import annotations

import os
import stat
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.insertion.host_file import BLOCK, HostError, attributes, copy_piece, extents, reading
from cutaway.insertion.host_tree import HostEntry
from cutaway.insertion.policy import InsertPolicy
from cutaway.transfer.plan import LeftOut
from cutaway.transfer.tar_writer import pax_time

#: What is collected before it is written; longer files are copied by the kernel.
BUFFER_BYTES = 1 << 20
INLINE_BYTES = 128 << 10
RECORD = 512


@dataclass(slots=True)
class Archive:
    """A tar file that is being made.

    Attributes:
        descriptor: Where it goes; at its beginning.
        owner: Whom everything shall belong to, unless the policy keeps owners.
        advance: Told how many bytes of content have been packed; raises if nobody wants the archive any more.
    """

    descriptor: int
    owner: tuple[int, int]
    policy: InsertPolicy
    advance: Callable[[int], None]
    failures: list[LeftOut] = field(default_factory=list)
    changed: list[LeftOut] = field(default_factory=list)
    _buffer: bytearray = field(default_factory=bytearray)
    _inodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _path: bytes = b""

    def add(self, entry: HostEntry) -> bool:
        """Pack an entry; return False, having noted why, if it cannot be read."""
        self._path = entry.path
        try:
            kind = stat.S_IFMT(entry.status.st_mode)
            if kind == stat.S_IFREG:
                self._add_file(entry)
            elif kind == stat.S_IFLNK:
                self._add_header(self._info(entry, entry.status, tarfile.SYMTYPE), entry.path)
            else:
                self._add_header(self._info(entry, entry.status, tarfile.DIRTYPE), entry.path)
        except HostError as error:
            self.failures.append(LeftOut(entry.path, str(error)))
            return False
        return True

    def finish(self) -> None:
        """Write the end."""
        self._buffer += bytes(2 * RECORD)
        self._flush()

    def _add_file(self, entry: HostEntry) -> None:
        with reading():
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise HostError("it is no regular file any more")
            inode = (status.st_dev, status.st_ino)
            if status.st_nlink > 1 and inode in self._inodes:
                info = self._info(entry, status, tarfile.LNKTYPE)
                info.linkname = os.fsdecode(self._inodes[inode])
                self._add_header(info, None)
                return
            self._add_content(entry, descriptor, status)
            self._inodes[inode] = entry.member
        finally:
            os.close(descriptor)

    def _add_content(self, entry: HostEntry, descriptor: int, status: os.stat_result) -> None:
        info = self._info(entry, status, tarfile.REGTYPE)
        if entry.is_large:
            self._add_header(info, descriptor)
        elif status.st_blocks * 512 < status.st_size >= BLOCK:
            self._add_sparse(info, entry, descriptor, status)
        else:
            info.size = status.st_size
            self._write(info, descriptor, [(0, status.st_size)], b"")
            self._compare(entry, descriptor, status)

    def _add_sparse(self, info: tarfile.TarInfo, entry: HostEntry, descriptor: int, status: os.stat_result) -> None:
        """Pack what is no hole, by GNU's sparse format 1.0: the map of the parts stands before them."""
        parts = extents(descriptor, status.st_size)
        ends = [*parts, (status.st_size, 0)]
        text = "".join(f"{number}\n" for number in (len(ends), *(number for part in ends for number in part)))
        head = text.encode() + bytes(-len(text) % RECORD)
        info.size = len(head) + sum(length for _, length in parts)
        info.pax_headers = {
            **info.pax_headers, "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": info.name,
            "GNU.sparse.realsize": str(status.st_size),
        }  # fmt: skip
        self._write(info, descriptor, parts, head)
        self._compare(entry, descriptor, status)

    def _write(self, info: tarfile.TarInfo, descriptor: int, parts: list[tuple[int, int]], head: bytes) -> None:
        """Write a header and the parts of a file, or nothing of it."""
        if info.size <= INLINE_BYTES:
            data = bytearray(head)
            for offset, length in parts:
                with reading():
                    data += os.pread(descriptor, length, offset)
            if len(data) != info.size:
                raise HostError("it became shorter while it was read")
            self._add_header(info, descriptor)
            self._buffer += data + bytes(-len(data) % RECORD)
            self.advance(info.size)
            return
        self._flush()
        start = os.lseek(self.descriptor, 0, os.SEEK_CUR)
        try:
            self._add_header(info, descriptor)
            self._buffer += head
            self._flush()
            for offset, length in parts:
                self._copy(descriptor, offset, length)
            self._buffer += bytes(-info.size % RECORD)
        except HostError:
            self._buffer.clear()
            os.ftruncate(self.descriptor, start)
            os.lseek(self.descriptor, start, os.SEEK_SET)
            raise

    def _copy(self, descriptor: int, offset: int, length: int) -> None:
        end = offset + length
        while offset < end:
            count = copy_piece(descriptor, self.descriptor, offset, end - offset)
            if count == 0:
                raise HostError("it became shorter while it was read")
            offset += count
            self.advance(count)

    def _compare(self, entry: HostEntry, descriptor: int, before: os.stat_result) -> None:
        after = os.fstat(descriptor)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            self.changed.append(LeftOut(entry.path, "it changed while it was read"))

    def _info(self, entry: HostEntry, status: os.stat_result, kind: bytes) -> tarfile.TarInfo:
        info = tarfile.TarInfo(os.fsdecode(entry.member) + ("/" if kind == tarfile.DIRTYPE else ""))
        info.type = kind
        info.uid, info.gid = (status.st_uid, status.st_gid) if self.policy.keep_owners else self.owner
        info.mode = _mode(status.st_mode, self.policy)
        if self.policy.keep_times:
            seconds, rest = divmod(status.st_mtime_ns, 10**9)
            info.mtime = seconds
            if rest or seconds < 0:
                info.pax_headers = {"mtime": pax_time(status.st_mtime_ns)}
        else:
            info.mtime = int(time.time())
        if kind == tarfile.SYMTYPE:
            with reading():
                info.linkname = os.fsdecode(os.readlink(entry.path))
        return info

    def _add_header(self, info: tarfile.TarInfo, source: int | bytes | None) -> None:
        """Add a header with the extended attributes of what it is read from."""
        if self.policy.keep_xattrs and source is not None and info.type != tarfile.SYMTYPE:
            records, foreign = attributes(source, with_security=self.policy.keep_owners)
            info.pax_headers = {**info.pax_headers, **records}
            for name in foreign:
                shown = name.decode("utf-8", "backslashreplace")
                self.changed.append(LeftOut(self._path, f"its attribute {shown} is left out: the name is not UTF-8"))
        self._buffer += info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        self.advance(0)
        if len(self._buffer) >= BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        view = memoryview(self._buffer)
        while view:
            view = view[os.write(self.descriptor, view) :]
        view.release()
        self._buffer = bytearray()


def _mode(mode: int, policy: InsertPolicy) -> int:
    """Return the permissions that something gets."""
    if not policy.keep_modes and not stat.S_ISLNK(mode):
        return 0o755 if stat.S_ISDIR(mode) else 0o644
    return stat.S_IMODE(mode) & (0o7777 if policy.keep_owners else 0o1777)
