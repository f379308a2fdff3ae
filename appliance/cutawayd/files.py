"""Single files: status, content, names."""

from __future__ import annotations

import errno
import hashlib
import os
import stat as stat_module
from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.records import ExtendedAttribute, Stat

from cutawayd import children
from cutawayd.sysroot import magic_path
from cutawayd.transfers import is_device, open_source, source_size
from cutawayd.trees import packed, record
from cutawayd.wire import Wire
from cutawayd.work import Work

#: What fits into one message together with its header.
CONTENT_MAX = 4 * 1024 * 1024 - 1024
CHECKSUMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
PIECE = 1 << 20
DEFAULT_LINES = 10


def stat(work: Work, path: bytes) -> Stat:
    """Return the status, following a link."""
    return record(work.sysroot.status(path, follow=True))


def lstat(work: Work, path: bytes) -> Stat:
    """Return the status of the entry itself."""
    return record(work.sysroot.status(path, follow=False))


def lstatnslist(work: Work, path: bytes, names: list[bytes]) -> Wire:
    """Return the status of many names, in wire form."""
    found: list[bytes | None] = []
    with work.sysroot.opened(path, os.O_PATH | os.O_DIRECTORY) as folder:
        for name in names:
            work.check()
            entry = work.sysroot.name_inside(folder, name) if b"/" in name or name == b".." else name
            try:
                found.append(packed(os.lstat(entry, dir_fd=folder)))
            except OSError:
                found.append(None)
    return Wire(found)


def exists(work: Work, path: bytes) -> bool:
    """Return whether there is anything."""
    return _mode(work, path, follow=True) is not None


def is_file(work: Work, path: bytes, followsymlinks: bool) -> bool:
    """Return whether it is a regular file."""
    return stat_module.S_ISREG(_mode(work, path, follow=followsymlinks) or 0)


def is_dir(work: Work, path: bytes, followsymlinks: bool) -> bool:
    """Return whether it is a directory."""
    return stat_module.S_ISDIR(_mode(work, path, follow=followsymlinks) or 0)


def is_symlink(work: Work, path: bytes) -> bool:
    """Return whether it is a symbolic link."""
    return stat_module.S_ISLNK(_mode(work, path, follow=False) or 0)


def _mode(work: Work, path: bytes, *, follow: bool) -> int | None:
    try:
        return work.sysroot.status(path, follow=follow).st_mode
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            return None
        raise


def readlink(work: Work, path: bytes) -> bytes:
    """Return what a link says."""
    with work.sysroot.looked_at(path, follow=False) as seen:
        if not stat_module.S_ISLNK(os.fstat(seen).st_mode):
            raise OSError(errno.EINVAL, "not a symbolic link", path)
        return os.fsencode(os.readlink("", dir_fd=seen))


def realpath(work: Work, path: bytes) -> bytes:
    """Return the path without links."""
    with work.sysroot.looked_at(path, follow=True) as seen:
        return work.sysroot.real_path(seen)


def getxattrs(work: Work, path: bytes) -> list[ExtendedAttribute]:
    """Return extended attributes, following a link."""
    with work.sysroot.looked_at(path, follow=True) as seen:
        return _xattrs(magic_path(seen), path, follow=True)


def lgetxattrs(work: Work, path: bytes) -> list[ExtendedAttribute]:
    """Return extended attributes of the entry itself."""
    with own_place(work, path) as (place, follow):
        return _xattrs(place, path, follow=follow)


@contextmanager
def own_place(work: Work, path: bytes) -> Iterator[tuple[str, bool]]:
    """Give a path of the daemon's own to an entry itself, and whether calls have to follow it to come there.

    A link has to be named by the folder that holds it, the root and all else can be by their descriptors.
    """
    with work.sysroot.looked_at(path, follow=False) as seen:
        if not stat_module.S_ISLNK(os.fstat(seen).st_mode):
            yield magic_path(seen), True
            return
    with work.sysroot.parent_of(path) as (folder, name):
        yield f"{magic_path(folder)}/{os.fsdecode(name)}", False


def lgetxattrs_in(folder: int, name: bytes) -> list[ExtendedAttribute] | None:
    """Return the extended attributes of an entry of an open folder; None if they cannot be read."""
    try:
        return _xattrs(f"{magic_path(folder)}/{os.fsdecode(name)}", name, follow=False)
    except OSError:
        return None


def _xattrs(place: str, path: bytes, *, follow: bool) -> list[ExtendedAttribute]:
    try:
        names = sorted(os.listxattr(place, follow_symlinks=follow))
        return [
            ExtendedAttribute(os.fsencode(name), os.getxattr(place, name, follow_symlinks=follow)) for name in names
        ]
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return []
        raise OSError(error.errno or errno.EIO, error.strerror, path) from error


def cat(work: Work, path: bytes) -> bytes:
    """Return the content."""
    return read_file(work, path)


def read_file(work: Work, path: bytes) -> bytes:
    """Return the content."""
    descriptor = open_source(work, path)
    try:
        size = source_size(descriptor)
        if size > CONTENT_MAX:
            raise OSError(errno.EFBIG, "too long to be returned at once, download it", path)
        return os.pread(descriptor, size, 0)
    finally:
        os.close(descriptor)


def pread(work: Work, path: bytes, count: int, offset: int) -> bytes:
    """Return a part of the content."""
    if offset < 0 or not 0 <= count <= CONTENT_MAX:
        raise OSError(errno.EINVAL, "count or offset is out of range", path)
    descriptor = open_source(work, path)
    try:
        return os.pread(descriptor, count, offset)
    finally:
        os.close(descriptor)


def head(work: Work, path: bytes) -> list[bytes]:
    """Return the first ten lines."""
    return head_n(work, DEFAULT_LINES, path)


def head_n(work: Work, nrlines: int, path: bytes) -> list[bytes]:
    """Return the first lines, as head(1) -n."""
    return _lines(work, ["head", "-n", str(nrlines)], path)


def tail(work: Work, path: bytes) -> list[bytes]:
    """Return the last ten lines."""
    return tail_n(work, DEFAULT_LINES, path)


def tail_n(work: Work, nrlines: int, path: bytes) -> list[bytes]:
    """Return the last lines, as tail(1) -n; a negative number counts from the start."""
    return _lines(work, ["tail", "-n", f"+{-nrlines}" if nrlines < 0 else str(nrlines)], path)


def _lines(work: Work, command: list[str], path: bytes) -> list[bytes]:
    descriptor = open_source(work, path)
    try:
        return _split(children.run(work, [*command, f"/proc/{os.getpid()}/fd/{descriptor}"]))
    finally:
        os.close(descriptor)


def _split(output: bytes) -> list[bytes]:
    lines = output.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def grep(
    work: Work,
    regex: str,
    path: bytes,
    extended: bool,
    fixed: bool,
    insensitive: bool,
    compressed: bool,
) -> list[bytes]:
    """Return the lines that match, as grep(1)."""
    if extended and fixed:
        raise OSError(errno.EINVAL, "a text cannot be fixed and an extended regular expression", path)
    flags = {"-E": extended, "-F": fixed, "-i": insensitive}
    command = ["grep", "-a", *(flag for flag, is_wanted in flags.items() if is_wanted), "-e", regex]
    descriptor = open_source(work, path)
    try:
        if compressed:
            return _split(_grep_in_compressed(work, command, descriptor))
        return _split(children.run(work, command, accept=(0, 1), stdin=descriptor))
    finally:
        os.close(descriptor)


def _grep_in_compressed(work: Work, command: list[str], descriptor: int) -> bytes:
    gzip = children.start(["gzip", "-cdfq"], descriptor)
    assert gzip.stdout is not None  # noqa: S101 opened by start
    assert gzip.stderr is not None  # noqa: S101 opened by start
    try:
        output = children.run(work, command, accept=(0, 1), stdin=gzip.stdout.fileno())
        if gzip.wait() != 0:
            raise children.failure(gzip, gzip.stderr.read(children.ERROR_MAX))
        return output
    finally:
        children.kill(gzip)


def file(work: Work, path: bytes) -> str:
    """Describe the content."""
    if not is_device(path):
        with work.sysroot.looked_at(path, follow=False) as seen:
            mode = os.fstat(seen).st_mode
        if not stat_module.S_ISREG(mode):
            return _special(mode)
    descriptor = open_source(work, path)
    try:
        output = children.run(work, ["file", "-zSbsL", f"/proc/{os.getpid()}/fd/{descriptor}"])
    finally:
        os.close(descriptor)
    return output.decode("utf-8", "backslashreplace").rstrip("\n")


def _special(mode: int) -> str:
    """Describe what is no regular file, in libguestfs' words."""
    words = {
        stat_module.S_IFDIR: "directory", stat_module.S_IFLNK: "symbolic link",
        stat_module.S_IFIFO: "FIFO",
        stat_module.S_IFSOCK: "socket", stat_module.S_IFCHR: "character device", stat_module.S_IFBLK: "block device",
    }  # fmt: skip
    return words.get(stat_module.S_IFMT(mode), "unknown")


def checksum(work: Work, csumtype: str, path: bytes) -> str:
    """Return a checksum."""
    if csumtype != "crc" and csumtype not in CHECKSUMS:
        raise OSError(errno.EINVAL, f"unknown checksum {csumtype!r}; there is crc, {', '.join(sorted(CHECKSUMS))}")
    descriptor = open_source(work, path)
    try:
        if csumtype == "crc":
            return children.run(work, ["cksum", f"/proc/{os.getpid()}/fd/{descriptor}"]).split()[0].decode()
        digest = hashlib.new(csumtype, usedforsecurity=False)
        total, done = source_size(descriptor), 0
        for piece in pieces_of(descriptor):
            digest.update(piece)
            done += len(piece)
            work.progress(done, total)
        return digest.hexdigest()
    finally:
        os.close(descriptor)


def pieces_of(descriptor: int) -> Iterator[memoryview]:
    """Give the content of an open file; each piece is valid until the next."""
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    while count := os.readv(descriptor, [buffer]):
        yield view[:count]


def filesize(work: Work, path: bytes) -> int:
    """Return the size."""
    return work.sysroot.status(path, follow=True).st_size
