"""Records about files and directories: status, entries, extents, attributes."""

from __future__ import annotations

import stat as stat_module
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Stat:
    """The status of a file, as stat(2) gives it, with times in nanoseconds."""

    #: There are many of them: on the wire each is one string of bytes.
    PACKED: ClassVar[struct.Struct] = struct.Struct("<QQIQIIQqQQqqq")

    dev: int
    ino: int
    mode: int
    nlink: int
    uid: int
    gid: int
    rdev: int
    size: int
    blksize: int
    blocks: int
    atime_ns: int
    mtime_ns: int
    ctime_ns: int

    @property
    def is_dir(self) -> bool:
        """Whether it is a directory."""
        return stat_module.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat_module.S_ISREG(self.mode)

    @property
    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""
        return stat_module.S_ISLNK(self.mode)

    @property
    def modified(self) -> datetime:
        """The time of the last change of its content, in UTC, clamped to what datetime holds."""
        return instant(self.mtime_ns)


def instant(nanoseconds: int) -> datetime:
    """Return a time stamp of a (possibly hostile) file system as a datetime in UTC."""
    seconds = min(max(nanoseconds // 1_000_000_000, -62135596800), 253402300799)
    return datetime.fromtimestamp(seconds, tz=UTC)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One entry of a directory, as readdir(3) gives it.

    Attributes:
        ftyp: The type as one letter: r regular, d directory, l link, b, c, f fifo, s socket, u unknown.
    """

    ino: int
    ftyp: str
    name: bytes


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a directory with its status: what a file manager shows.

    Attributes:
        name: Its name; of a result of `search` its path relative to the directory.
        stat: Status of the entry itself (lstat); None where it could not be read (damage).
        target: What a symbolic link says, empty for anything else.
        leads_to_folder: Whether it is a directory, or a link that resolves to one.
    """

    name: bytes
    stat: Stat | None
    target: bytes = b""
    leads_to_folder: bool = False


@dataclass(frozen=True, slots=True)
class ContentHit:
    """Where a text stands in a file.

    Attributes:
        path: Of the file, relative to the directory of the search; empty for itself.
        offset: Where the text begins in the file, in bytes.
        length: Of what matches, in bytes.
        line: The number of its line, from 1; 0 in a file that is no text.
        text: The line without its end, or what stands around the match in a long one; empty in a file that is no text.
        is_binary: Whether the file is no text: it has a zero byte, as UTF-16 has.
    """

    path: bytes
    stat: Stat
    offset: int
    length: int
    line: int = 0
    text: bytes = b""
    is_binary: bool = False


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a walked tree; `path` is relative to where the walk began, empty for itself."""

    path: bytes
    stat: Stat
    target: bytes = b""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One entry of a tree that is brought to the host.

    Attributes:
        path: Relative to the directory of the call, empty for itself.
        stat: None if this is not an entry but a failure: the content of a file that was listed before could not be
            read, or a part of a directory. Without a failure either, it says that everything has been listed.
        target: What a symbolic link says.
        extents: Where a regular file's content lies: drive number, place in the file, place on the drive and length
            in bytes, and so on; what lies in none of them is zeros. None: it comes over the data channel.
        xattrs: Names and values of extended attributes in turn.
        failure: Why something could not be read.
        sums: CRC-32C of each 4 KiB of each extent, little-endian, if the file system keeps them: a host that reads
            something else has to have it read through the guest. The end of the last is filled with zeros.
        xattrs_failure: Why extended attributes are not here, if some are there.
    """

    path: bytes
    stat: Stat | None
    target: bytes = b""
    extents: list[int] | None = None
    xattrs: list[bytes] = field(default_factory=list)
    failure: str = ""
    sums: bytes = b""
    xattrs_failure: str = ""


@dataclass(frozen=True, slots=True)
class ContentMap:
    """Where a content lies; `extents` and `sums` as in ExportItem, None if it has to be read through the guest."""

    size: int
    extents: list[int] | None = None
    sums: bytes = b""


@dataclass(frozen=True, slots=True)
class InsertPlace:
    """Where something of an insertion is, or would have been.

    Attributes:
        path: In the image; empty if it is not there. `uid` and `gid` are those of the directory that it is in.
        reason: Why it is not there: "EEXIST" if the rule skipped it, "ENOENT" if it never was, or as errno(3) says.
    """

    path: bytes
    uid: int = 0
    gid: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InsertFailure:
    """Something that the image's file system did not take: its path in the hidden folder, and what tar(1) said."""

    path: bytes
    message: str


@dataclass(frozen=True, slots=True)
class TransferFailure:
    """A file of a bulk transfer that could not be read, by its index in the list asked for."""

    index: int
    errno_name: str
    message: str


@dataclass(frozen=True, slots=True)
class ExtendedAttribute:
    """An extended attribute (xattr(7)): name and value."""

    name: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class EntryAttributes:
    """The extended attributes of one entry of a directory, of a link itself."""

    name: bytes
    attributes: list[ExtendedAttribute]


@dataclass(frozen=True, slots=True)
class InotifyEvent:
    """Something that happened to a watched file (inotify(7)); `name` is that of an entry of a watched directory."""

    in_wd: int
    in_mask: int
    in_cookie: int
    in_name: bytes


@dataclass(frozen=True, slots=True)
class DataStream:
    """An alternate data stream of a file on NTFS.

    Attributes:
        name: What comes behind the colon.
        size_bytes: Its length; -1 if it cannot be looked at.
    """

    name: bytes
    size_bytes: int
