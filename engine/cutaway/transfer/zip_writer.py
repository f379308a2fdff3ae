"""Writes a zip file: deflated where that pays, zip64 where it must, modes and links in the Unix attributes.

The writer is Python's own (zipfile). A name that is UTF-8 is marked so; any other stands as its bytes, which unzip(1)
takes as they are. No hard links, attributes or devices: the format has none. Blocking, in the thread that writes.
"""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import IO, cast

from cutaway.transfer.archive_output import PlainOutput
from cutaway.transfer.host_files import ZEROS
from cutaway.transfer.not_kept import Refusals, harmless
from cutaway.transfer.plan import Planned
from cutaway.transfer.policy import ExtractPolicy

UNIX = 3
#: So long the path of an entry may be: its length is a 16-bit number.
NAME_BYTES_MAX = 0xFFFF
#: A content of which the beginning gets no smaller than this is stored.
WORTH_IT = 0.95
SAMPLE_BYTES = 64 << 10
FIRST_YEAR, LAST_YEAR = 1980, 2107
#: Extra fields of Info-ZIP: times, owners.
_TIMES, _OWNERS = 0x5455, 0x7875
_UTF8 = 0x800
_FOLDER = 0x10


class _Info(zipfile.ZipInfo):
    """An entry whose name may be any bytes, as surrogates."""

    # WORKAROUND: zipfile writes a name as ASCII or UTF-8 only, and has no public way for other bytes.
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 zipfile's own
        name = self.filename.encode("utf-8", "surrogateescape")
        is_utf8 = not name.isascii() and not any("\udc80" <= letter <= "\udcff" for letter in self.filename)
        return name, self.flag_bits | (_UTF8 if is_utf8 else 0)


class ZipWriter:
    """A zip file that is being made.

    Args:
        output: Where it goes; at its beginning.
        policy: The rules. Owners are always named, by their numbers: who unpacks it decides.
    """

    keeps_second_names = keeps_holes = False
    takes_folders_last = False

    def __init__(self, output: PlainOutput, policy: ExtractPolicy) -> None:
        self._output = output
        self._policy = policy
        self._file = output.file()
        target = self._file or cast("IO[bytes]", _Stream(output))
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    @property
    def can_take_back(self) -> bool:
        """Whether a member that was begun can be taken out: the list at the end of the file has the last word."""
        return True

    @staticmethod
    def why_not(mode: int) -> str:
        """Return why something of that kind cannot be in it; empty if it can."""
        known = stat.S_ISDIR(mode) or stat.S_ISREG(mode) or stat.S_ISLNK(mode)
        return "" if known else "a zip file holds no devices, pipes or sockets"

    @staticmethod
    def why_not_name(name: bytes) -> str:
        """Return why something of that path cannot be in it; empty if it can."""
        is_short = len(name) < NAME_BYTES_MAX  # a folder's has a slash more
        return "" if is_short else f"a zip file holds no paths longer than {NAME_BYTES_MAX:,} bytes"

    def not_kept(self, entry: Planned) -> Refusals:
        """Return what of an entry will not be in it: all attributes."""
        kept, dropped = harmless(entry.xattrs) if self._policy.keep_xattrs else ([], ())
        return [*((name, "a zip file holds no attributes") for name, _ in kept), *dropped]

    def add(self, name: bytes, entry: Planned) -> None:
        """Add a folder or a link, whose content is where it leads."""
        is_folder = stat.S_ISDIR(entry.stat.mode)
        info = self._info(name + b"/" if is_folder else name, entry)
        info.compress_type = zipfile.ZIP_STORED
        content = b"" if is_folder else entry.target
        info.file_size = len(content)
        with self.opened(info) as file:
            file.write(content)

    def add_second(self, name: bytes, original: bytes, entry: Planned) -> None:
        """Refuse: each name is a file of its own, as `keeps_second_names` tells; who asks all the same is at fault."""
        raise AssertionError(f"{entry.path!r} was to be {name!r}, a second name of {original!r}: a zip file holds none")

    def begin(
        self,
        name: bytes,
        entry: Planned,
        size: int,
        parts: Sequence[tuple[int, int]],  # noqa: ARG002 holes are written as zeros
        check: Callable[[], None],
    ) -> ZipMember:
        """Begin a file; holes are zeros, which deflate to nothing."""
        info = self._info(name, entry)
        info.file_size = size
        return ZipMember(self, info, size, check)

    def finish(self) -> None:
        """Write the list of all entries."""
        self.zip.close()
        if self._file is not None:
            self._file.flush()
            self._file.seek(0, io.SEEK_END)
        self._output.finish()

    def close(self) -> None:
        """Let go of what is open; an unfinished file is worth nothing. May be called again."""
        self.zip.fp = None
        self._output.close()
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):  # the disk may be full, and nobody wants it any more
                file.close()

    def opened(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """Open an entry for its content."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a name that was there and was taken out again
            return self.zip.open(info, "w")

    def take_back(self, info: zipfile.ZipInfo) -> None:
        """Take the entry out that was written last."""
        self.zip.filelist.remove(info)
        self.zip.NameToInfo.pop(info.filename, None)
        if self._file is not None:
            self._file.seek(info.header_offset)
            self._file.truncate()
            self.zip.start_dir = info.header_offset

    def _info(self, name: bytes, entry: Planned) -> _Info:
        status = entry.stat
        info = _Info(name.decode("utf-8", "surrogateescape"), self._dos_time(status.mtime_ns))
        info.create_system = UNIX
        kind = stat.S_IFMT(status.mode)
        usual = 0o755 if kind == stat.S_IFDIR else 0o644
        mode = status.mode & 0o777 if self._policy.keep_modes or kind == stat.S_IFLNK else usual
        info.external_attr = (kind | mode) << 16 | (_FOLDER if kind == stat.S_IFDIR else 0)
        info.extra = self._times(status.mtime_ns) + _owners(status.uid, status.gid)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def _times(self, mtime_ns: int) -> bytes:
        """Return the time in UTC, if it can be held: DOS' is of an unknown zone, and even."""
        seconds = mtime_ns // 10**9
        if not self._policy.keep_times or not -(1 << 31) <= seconds < 1 << 31:
            return b""
        return struct.pack("<HHBi", _TIMES, 5, 1, seconds)

    def _dos_time(self, mtime_ns: int) -> tuple[int, int, int, int, int, int]:
        seconds = mtime_ns / 1e9 if self._policy.keep_times else time.time()
        try:
            moment = time.localtime(seconds)
        except (OverflowError, ValueError, OSError):
            moment = time.gmtime(0)
        if not FIRST_YEAR <= moment.tm_year <= LAST_YEAR:
            return (FIRST_YEAR, 1, 1, 0, 0, 0) if moment.tm_year < FIRST_YEAR else (LAST_YEAR, 12, 31, 23, 59, 58)
        return (*moment[:5], min(moment.tm_sec, 59))


class ZipMember:
    """The content of one file; its entry is opened with the first bytes, which tell whether deflating pays."""

    def __init__(self, writer: ZipWriter, info: zipfile.ZipInfo, size: int, check: Callable[[], None]) -> None:
        self._check = check
        self._writer, self._info, self._size = writer, info, size
        self._file: IO[bytes] | None = None
        self._written = 0

    def write(self, place: int, data: memoryview) -> None:
        """Take a part."""
        file = self._open(data if place == 0 else memoryview(b""))
        self._fill(file, place)
        file.write(data)
        self._written += len(data)

    def finish(self) -> None:
        """Fill what is left, and write what has become known."""
        file = self._open(memoryview(b""))
        self._fill(file, self._size)
        file.close()

    def drop(self) -> bool:
        """Take the file out again."""
        if self._file is not None:
            self._file.close()
            self._writer.take_back(self._info)
        return True

    def _open(self, first: memoryview) -> IO[bytes]:
        if self._file is None:
            if not _pays(first):
                self._info.compress_type = zipfile.ZIP_STORED
            self._file = self._writer.opened(self._info)
        return self._file

    def _fill(self, file: IO[bytes], place: int) -> None:
        while self._written < place:
            self._check()
            self._written += file.write(memoryview(ZEROS)[: place - self._written])


class _Stream:
    """An output as a file object that cannot go back; zipfile counts for itself then."""

    def __init__(self, output: PlainOutput) -> None:
        self.write = output.write
        self.flush = output.flush


def _pays(first: memoryview) -> bool:
    """Tell whether the beginning of a content gets smaller."""
    sample = bytes(first[:SAMPLE_BYTES])
    return len(sample) < SAMPLE_BYTES or len(zlib.compress(sample, 1)) < WORTH_IT * len(sample)


def _owners(uid: int, gid: int) -> bytes:
    return struct.pack("<HHBBIBI", _OWNERS, 11, 1, 4, uid & 0xFFFFFFFF, 4, gid & 0xFFFFFFFF)
