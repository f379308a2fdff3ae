"""Initial RAM disks: cpio archives one after another (newc, see cpio(5)), the last or the only one compressed.

Everything in them is hostile: lengths are bounded, and no name becomes a path.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cutawayd import children
from cutawayd.files import CONTENT_MAX
from cutawayd.transfers import opened_source
from cutawayd.work import Work

#: How each kind of compression begins, and the program that undoes it.
COMPRESSIONS = {
    b"\x1f\x8b": "gzip", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\x5d\0\0": "xz",
}  # fmt: skip
_MAGICS = (b"070701", b"070702")
_HEADER, _NUMBERS = 110, struct.Struct(">13I")
_NAME_MAX = 4096
_LAST = b"TRAILER!!!"
_PIECE = 1 << 16
#: As long as the longest that tells a kind.
_MAGIC_SIZE = 6


class Member(NamedTuple):
    """An entry of an archive; its content is read from the source, at the latest before the next."""

    name: bytes
    mode: int
    size: int


class Source:
    """Bytes of a descriptor, one after another.

    Attributes:
        position: How many have been taken.
    """

    def __init__(self, work: Work, descriptor: int) -> None:
        self._work = work
        self._descriptor = descriptor
        self._buffer = b""
        self.position = 0

    def peek(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end, and leave them there."""
        while len(self._buffer) < size and (data := os.read(self._descriptor, _PIECE)):
            self._work.check()
            self._buffer += data
        return self._buffer[:size]

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        data = self.peek(size)
        self._buffer = self._buffer[len(data) :]
        self.position += len(data)
        return data

    def skip(self, size: int) -> None:
        """Leave bytes out."""
        while size and (data := self.take(min(size, _PIECE))):
            size -= len(data)


def compression(head: bytes) -> str | None:
    """Return the program that decompresses what begins so."""
    return next((program for magic, program in COMPRESSIONS.items() if head.startswith(magic)), None)


@contextmanager
def decompressed(work: Work, descriptor: int, program: str) -> Iterator[Source]:
    """Give what a program makes of an open file, from where that is read."""
    child = children.start([program, "-dcq"], stdin=descriptor)
    try:
        assert child.stdout is not None  # noqa: S101 opened by start
        yield Source(work, child.stdout.fileno())
    finally:
        children.kill(child)


def members(work: Work, path: bytes) -> Iterator[tuple[Member, Source]]:
    """Give all entries of all archives, with what their contents are taken from.

    Raises:
        OSError: EINVAL, it is no initial RAM disk.
    """
    with opened_source(work, path) as descriptor:
        source = Source(work, descriptor)
        while head := _after_padding(source):
            if program := compression(head):
                os.lseek(descriptor, source.position, os.SEEK_SET)
                with decompressed(work, descriptor, program) as inner:
                    yield from _archives(inner, path)
                return
            yield from _archive(source, path)


def _archives(source: Source, path: bytes) -> Iterator[tuple[Member, Source]]:
    while _after_padding(source):
        yield from _archive(source, path)


def _after_padding(source: Source) -> bytes:
    """Go to what is no zero; return how it begins, nothing at the end."""
    while (head := source.peek(_PIECE)) and not head.strip(b"\0"):
        source.skip(len(head))
    source.skip(len(head) - len(head.lstrip(b"\0")))
    return source.peek(_MAGIC_SIZE)


def _archive(source: Source, path: bytes) -> Iterator[tuple[Member, Source]]:
    """Give the entries of one archive, up to the one that ends it."""
    while True:
        member = _header(source.take(_HEADER), source, path)
        if member.name == _LAST:
            return
        end = source.position + member.size
        yield member, source
        source.skip(end - source.position)
        source.skip(-end % 4)


def _header(header: bytes, source: Source, path: bytes) -> Member:
    try:
        if not header.startswith(_MAGICS):
            raise ValueError
        numbers = _NUMBERS.unpack(bytes.fromhex(header[6:].decode("ascii")))
        mode, size, name_size = numbers[1], numbers[6], numbers[11]
        if not 0 < name_size <= _NAME_MAX:
            raise ValueError
    except (ValueError, struct.error):
        raise OSError(errno.EINVAL, "not an initial RAM disk of a kind that is known", path) from None
    name = source.take(name_size).split(b"\0", 1)[0]
    source.skip(-(_HEADER + name_size) % 4)
    return Member(name, mode, size)


def initrd_list(work: Work, path: bytes) -> Iterator[bytes]:
    """Give the names."""
    return (member.name for member, _ in members(work, path))


def initrd_cat(work: Work, initrdpath: bytes, filename: bytes) -> bytes:
    """Return a content; of several files of a name the last counts, as the kernel has it."""
    wanted, found = _plain(filename), None
    for member, source in members(work, initrdpath):
        if _plain(member.name) == wanted and stat.S_ISREG(member.mode) and (member.size or found is None):
            if member.size > CONTENT_MAX:
                raise OSError(errno.EFBIG, "too long to be returned at once", filename)
            found = source.take(member.size)
    if found is None:
        raise OSError(errno.ENOENT, "there is no such file in it", filename)
    return found


def _plain(name: bytes) -> bytes:
    return name.removeprefix(b".").lstrip(b"/")
