"""Evidence files of EnCase (EWF, "E01"): a disk in compressed chunks, in files of sections, read at any place.

Only headers of sections are read when an image is opened; where chunks lie is read table by table, when they are asked
for. Every number is the image's: each is bounded before anything is made of it.

Source: "Expert Witness Compression Format specification" of the libewf project (EWF-E01 and EWF-S01).
"""

from __future__ import annotations

import errno
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cutawayd.refusal import Refusal

MAGIC = b"EVF\t\r\n\xff\0"
_HEADER, _SECTION, _TABLE = struct.Struct("<8sBHH"), struct.Struct("<16sQQ40xI"), struct.Struct("<IIQII")
_GEOMETRY = struct.Struct("<IIII")
_CHECKED = 72
#: A file of 2 TB has some thousand sections; a chunk has 32 KiB, seldom up to a mebibyte.
SECTORS = (512, 1024, 2048, 4096)
SECTIONS_MAX, CHUNK_MAX, ENTRIES_MAX = 1 << 20, 16 << 20, 1 << 20
_COMPRESSED, _SUM, _MARGIN = 1 << 31, 4, 4096

#: Reads a part of one of the files: its number, place and length; fewer bytes at its end.
Read = Callable[[int, int, int], bytes]


class Table(NamedTuple):
    """Where a row of chunks lies: in which file, at what place their offsets stand and from where these count."""

    file: int
    first: int
    chunks: int
    entries_at: int
    base: int
    end: int


class Evidence:
    """An image.

    Args:
        sizes: How long its files are, in their order.
        read: Reads of them.
        check: Called now and then while it is opened: may raise.

    Attributes:
        size: Of the disk in bytes.
    """

    def __init__(self, sizes: Sequence[int], read: Read, check: Callable[[], None] = lambda: None) -> None:
        self._sizes, self._read, self._check = sizes, read, check
        self._tables: list[Table] = []
        self._chunk = self.size = 0
        for file in range(len(sizes)):
            self._take_file(file)
        if not self._chunk:
            raise _damaged("it does not say how large the disk is")
        self._firsts = [table.first for table in self._tables]
        self._known: tuple[Table, array[int]] | None = None
        if self._count() * self._chunk < self.size:
            raise _damaged("a part of the disk is not in it")

    def _count(self) -> int:
        return self._tables[-1].first + self._tables[-1].chunks if self._tables else 0

    def _take_file(self, file: int) -> None:
        head = self._exactly(file, 0, _HEADER.size)
        magic, _, number, _ = _HEADER.unpack(head)
        if magic != MAGIC:
            raise _damaged(f"its file {file + 1} is none of an evidence image")
        if number != file + 1:
            raise Refusal("EINVAL", f"file {file + 1} says that it is file {number} of the image")
        last = ""
        data_end = 0
        broken: Refusal | None = None
        for kind, at, size in self._sections(file):
            last = kind
            if kind in {"volume", "disk", "data"} and not self._chunk:
                self._take_geometry(file, at, size)
            elif kind == "sectors":
                data_end = at + size
            elif kind == "table" or (kind == "table2" and broken is not None):
                broken = self._attempt_table(file, at, size, data_end)
            if broken is not None and kind not in {"table", "sectors"}:  # its copy would follow it
                raise broken
        is_last = file == len(self._sizes) - 1
        if last == "next" and is_last:
            raise Refusal("ENOENT", "the image goes on in another file")
        if last not in {"next", "done"} or (last == "done" and not is_last):
            raise _damaged(f"its file {file + 1} does not end as it should")

    def _sections(self, file: int) -> Iterator[tuple[str, int, int]]:
        """Give each section of a file: its kind, and place and length of what is in it."""
        at = _HEADER.size
        for _ in range(SECTIONS_MAX):
            self._check()
            raw = self._exactly(file, at, _SECTION.size)
            kind, following, size, told = _SECTION.unpack(raw)
            if zlib.adler32(raw[:_CHECKED]) != told:
                raise _damaged(f"a section of its file {file + 1} is damaged")
            name = kind.rstrip(b"\0").decode("ascii", "replace")
            # Those at the end name themselves as the next, and some writers give no size.
            end = following if following > at else at + max(size, _SECTION.size)
            if not at + _SECTION.size <= end <= self._sizes[file]:
                raise _damaged(f"a section of its file {file + 1} lies behind its end")
            yield name, at + _SECTION.size, end - at - _SECTION.size
            if name in {"next", "done"}:
                return
            at = end
        raise _damaged("it has too many sections")

    def _take_geometry(self, file: int, at: int, size: int) -> None:
        raw = self._exactly(file, at, 24)
        _, _, per_chunk, sector = _GEOMETRY.unpack_from(raw)
        # The first form of the section has no room for a long number.
        sectors = int.from_bytes(raw[16:24] if size >= 1000 else raw[16:20], "little")
        if (
            sector not in {512, 1024, 2048, 4096}
            or not 0 < per_chunk * sector <= CHUNK_MAX
            or not 0 < sectors < 1 << 54
        ):
            raise _damaged("it has sectors of a length that cannot be")
        self._chunk, self.size = per_chunk * sector, sectors * sector

    def _attempt_table(self, file: int, at: int, size: int, data_end: int) -> Refusal | None:
        """Take a table; return what is wrong with it, since a copy may follow."""
        try:
            self._take_table(file, at, size, data_end)
        except Refusal as refusal:
            return refusal
        return None

    def _take_table(self, file: int, at: int, size: int, data_end: int) -> None:
        raw = self._exactly(file, at, _TABLE.size)
        count, _, base, _, told = _TABLE.unpack(raw)
        if zlib.adler32(raw[:20]) != told or count > ENTRIES_MAX or _TABLE.size + 4 * count > size:
            raise _damaged("a table of it is damaged")
        if base > self._sizes[file]:
            raise _damaged("a table of it begins behind the end")
        if count:
            # Where there are no sections for them, the chunks stand behind their table.
            end = data_end or at + size
            self._tables.append(Table(file, self._count(), count, at + _TABLE.size, base, end))

    def read(self, offset: int, count: int) -> bytes:
        """Return a part of the disk; fewer bytes at its end.

        Raises:
            OSError: it is damaged there.
        """
        count = max(0, min(count, self.size - offset))
        found = bytearray()
        while len(found) < count:
            number, skip = divmod(offset + len(found), self._chunk)
            found += memoryview(self._content(number))[skip : skip + count - len(found)]
        return bytes(found)

    def _content(self, number: int) -> bytes:
        table = self._tables[bisect_right(self._firsts, number) - 1]
        entries, index = self._entries(table), number - table.first
        entry = entries[index]
        start = table.base + (entry & ~_COMPRESSED)
        end = table.base + (entries[index + 1] & ~_COMPRESSED) if index + 1 < table.chunks else table.end
        wanted = min(self._chunk, self.size - number * self._chunk)
        if end <= start or end > self._sizes[table.file]:
            raise OSError(errno.EIO, "a chunk of the evidence image lies nowhere")
        # Compressed, it may be a little longer; and something may stand behind the last.
        data = self._exactly(table.file, start, min(end - start, self._chunk + _MARGIN))
        content = _unpacked(data, self._chunk) if entry & _COMPRESSED else _checked(data, self._chunk, wanted)
        if len(content) < wanted:
            raise OSError(errno.EIO, "a chunk of the evidence image is too short")
        return content[:wanted]

    def _entries(self, table: Table) -> array[int]:
        if self._known is None or self._known[0] is not table:
            entries = array("I", self._exactly(table.file, table.entries_at, 4 * table.chunks))
            self._known = (table, entries)
        return self._known[1]

    def _exactly(self, file: int, at: int, count: int) -> bytes:
        if at + count > self._sizes[file]:
            raise _damaged(f"its file {file + 1} is too short")
        data = self._read(file, at, count)
        if len(data) != count:
            raise OSError(errno.EIO, "the evidence image cannot be read")
        return data


def _unpacked(data: bytes, length: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(data, length)
        if not unpacker.eof:  # its sum is looked at when its end is
            content += unpacker.decompress(unpacker.unconsumed_tail, 1)
    except zlib.error as error:
        raise OSError(errno.EIO, f"a chunk of the evidence image is damaged: {error}") from error
    if not unpacker.eof:
        raise OSError(errno.EIO, "a chunk of the evidence image is damaged")
    return content


def _checked(data: bytes, chunk: int, wanted: int) -> bytes:
    """Return what is not compressed, which its checksum follows; the last may be shorter."""
    for length in (min(chunk, len(data) - _SUM), wanted):
        content, told = data[:length], data[length : length + _SUM]
        if length >= wanted and zlib.adler32(content) == int.from_bytes(told, "little"):
            return content
    raise OSError(errno.EIO, "a chunk of the evidence image is damaged")


def _damaged(what: str) -> Refusal:
    return Refusal("EINVAL", f"the evidence image is damaged: {what}")
