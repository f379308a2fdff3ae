"""Writes a tar file (POSIX pax): names as bytes, times to the ns, attributes, hard links, sparse files, devices.

Headers are Python's own (tarfile). Blocking, in the thread that writes the archive.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Sequence

from cutaway.transfer.archive_output import Output, write_zeros
from cutaway.transfer.not_kept import Refusals, harmless
from cutaway.transfer.plan import Planned
from cutaway.transfer.policy import ExtractPolicy

RECORD = 512
#: A file with fewer bytes of holes is written in full.
HOLES_MIN = 64 << 10
_TYPES = {
    stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE, stat.S_IFIFO: tarfile.FIFOTYPE,
    stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE,
}  # fmt: skip
_DEVICES = frozenset({tarfile.CHRTYPE, tarfile.BLKTYPE})


class TarWriter:
    """A tar file that is being made.

    Args:
        output: Where it goes.
        policy: The rules. Owners are always named, by their numbers: who unpacks it decides.
    """

    keeps_second_names = keeps_holes = True
    takes_folders_last = True

    def __init__(self, output: Output, policy: ExtractPolicy) -> None:
        self.output = output
        self._policy = policy

    @property
    def can_take_back(self) -> bool:
        """Whether a member that was begun can be taken out without a trace."""
        return self.output.can_take_back

    @staticmethod
    def why_not(mode: int) -> str:
        """Return why something of that kind cannot be in it; empty if it can."""
        return "a tar file holds no sockets" if stat.S_ISSOCK(mode) else ""

    def not_kept(self, entry: Planned) -> Refusals:
        """Return what of an entry will not be in it."""
        return _divided(entry.xattrs)[1] if self._policy.keep_xattrs else ()

    @staticmethod
    def why_not_name(name: bytes) -> str:  # noqa: ARG004 a tar file holds any
        """Return nothing: names may be of any length."""
        return ""

    def add(self, name: bytes, entry: Planned) -> None:
        """Add a folder, a link, or something special."""
        info = self._info(name, entry, _TYPES[stat.S_IFMT(entry.stat.mode)])
        if info.type == tarfile.SYMTYPE:
            info.linkname = _text(entry.target)
        elif info.type in _DEVICES:
            device = entry.stat.rdev & 0xFFFFFFFF
            info.devmajor, info.devminor = os.major(device), os.minor(device)
        self._write_header(info)

    def add_second(self, name: bytes, original: bytes, entry: Planned) -> None:
        """Add a second name of a file."""
        info = self._info(name, entry, tarfile.LNKTYPE, with_attributes=False)
        info.linkname = _text(original)
        self._write_header(info)

    def begin(
        self, name: bytes, entry: Planned, size: int, parts: Sequence[tuple[int, int]], check: Callable[[], None]
    ) -> TarMember:
        """Begin a file; one with large holes by GNU's sparse format 1.0: the map of the parts stands before them."""
        start = self.output.position
        info = self._info(name, entry, tarfile.REGTYPE)
        stored = sum(length for _, length in parts)
        is_sparse = size - stored >= HOLES_MIN
        head = _sparse_map(parts, size) if is_sparse else b""
        info.size = len(head) + stored if is_sparse else size
        if is_sparse:
            info.pax_headers = {
                **info.pax_headers,
                "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": info.name,
                "GNU.sparse.realsize": str(size),
            }  # fmt: skip
        self._write_header(info)
        self.output.write(head)
        return TarMember(self.output, start, info.size - len(head), check, has_holes=is_sparse)

    def finish(self) -> None:
        """Write the end."""
        self.output.write(bytes(2 * RECORD))
        self.output.finish()

    def close(self) -> None:
        """Forget what is still held. May be called again."""
        self.output.close()

    def _info(self, name: bytes, entry: Planned, kind: bytes, *, with_attributes: bool = True) -> tarfile.TarInfo:
        info, status = tarfile.TarInfo(_text(name)), entry.stat
        info.type = kind
        info.uid, info.gid = status.uid, status.gid
        usual = 0o755 if kind == tarfile.DIRTYPE else 0o644
        info.mode = status.mode & 0o777 if self._policy.keep_modes or kind == tarfile.SYMTYPE else usual
        headers: dict[str, str] = {}
        if self._policy.keep_times:
            info.mtime = status.mtime_ns // 10**9
            headers = {"mtime": pax_time(status.mtime_ns), "atime": pax_time(status.atime_ns)}
        if self._policy.keep_xattrs and with_attributes:
            headers |= _attributes(entry.xattrs)
        info.pax_headers = headers
        return info

    def _write_header(self, info: tarfile.TarInfo) -> None:
        self.output.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))


class TarMember:
    """The content of one file."""

    def __init__(self, output: Output, start: int, size: int, check: Callable[[], None], *, has_holes: bool) -> None:
        self._output = output
        self._check = check
        self._start = start
        self._size = size
        self._written = 0
        self._has_holes = has_holes

    def write(self, place: int, data: memoryview) -> None:
        """Take a part."""
        if not self._has_holes:
            self._fill(place)
        self._output.write(data)
        self._written += len(data)

    def finish(self) -> None:
        """Fill what is left of the content and of its last record."""
        self._fill(self._size)
        self._output.write(bytes(-self._size % RECORD))

    def drop(self) -> bool:
        """Take the file out again; return False if it had to stay, filled with zeros."""
        if self._output.can_take_back:
            self._output.take_back(self._start)
            return True
        self.finish()
        return False

    def _fill(self, place: int) -> None:
        write_zeros(self._output, place - self._written, self._check)
        self._written = max(self._written, place)


def pax_time(time_ns: int) -> str:
    """Return a time as a tar file's extended header has it."""
    sign = "-" if time_ns < 0 else ""
    seconds, rest = divmod(abs(time_ns), 10**9)
    return f"{sign}{seconds}.{rest:09}" if rest else f"{sign}{seconds}"


def attribute_key(name: bytes) -> str:
    """Return the key of an extended attribute in a tar file's extended header, as GNU tar and star write it."""
    return f"SCHILY.xattr.{_text(name).replace('%', '%25').replace('=', '%3D')}"


def _attributes(xattrs: Sequence[bytes]) -> dict[str, str]:
    return {attribute_key(name): _text(value) for name, value in _divided(xattrs)[0]}


def _divided(xattrs: Sequence[bytes]) -> tuple[list[tuple[bytes, bytes]], Refusals]:
    """Divide attributes into those that it can hold, and the others with reasons, as `harmless`."""
    kept, dropped = harmless(xattrs)
    foreign = [name for name, _ in kept if not is_utf8(name)]
    if not foreign:
        return kept, dropped
    reasons = [(name, "in a tar file names of attributes are UTF-8") for name in foreign]
    return [pair for pair in kept if pair[0] not in foreign], [*dropped, *reasons]


def is_utf8(name: bytes) -> bool:
    """Tell whether a name is UTF-8."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sparse_map(parts: Sequence[tuple[int, int]], size: int) -> bytes:
    ends = [*parts, (size, 0)]
    text = "".join(f"{number}\n" for number in (len(ends), *(number for part in ends for number in part)))
    return text.encode() + bytes(-len(text) % RECORD)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
