"""Bulk data: files and folders out over the data port, files in from a hot-plugged drive."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import select
import stat
import struct
from collections.abc import Callable

from cutaway.records import TransferFailure

from cutawayd import children, listing, stream
from cutawayd.names import translate
from cutawayd.syscalls import RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, openat2
from cutawayd.sysroot import magic_path
from cutawayd.work import Work

BLKGETSIZE64 = 0x80081272
#: With paths, because tar asks the shell, and busybox's takes its own applets for bare names: its xz only unpacks.
COMPRESSORS = {name: f"--use-compress-program=/usr/bin/{name}" for name in ("gzip", "xz", "bzip2", "zstd")}
COPY_PIECE = 4 << 20


def download(work: Work, remotefile: bytes) -> None:
    """Send a file or device."""
    descriptor = open_source(work, remotefile)
    try:
        size = source_size(descriptor)
        stream.send_file(work.data, descriptor, 0, size, _counter(work, size))
    finally:
        os.close(descriptor)


def download_offset(work: Work, remotefile: bytes, offset: int, size: int) -> None:
    """Send a part of a file or device."""
    if offset < 0 or size < 0:
        raise OSError(errno.EINVAL, "offset and size cannot be negative", remotefile)
    descriptor = open_source(work, remotefile)
    try:
        whole = source_size(descriptor)
        if offset + size > whole:
            raise OSError(errno.EINVAL, f"it has only {whole} bytes", remotefile)
        stream.send_file(work.data, descriptor, offset, size, _counter(work, size))
    finally:
        os.close(descriptor)


def open_source(work: Work, path: bytes) -> int:
    """Open what may be read as a stream of bytes: a regular file of the image, or a block device of the appliance.

    Raises:
        OSError: EISDIR for a directory, EINVAL for what could block for ever.
    """
    if is_device(path):
        return os.open(translate(os.fsdecode(path)), os.O_RDONLY | os.O_CLOEXEC)
    with work.sysroot.looked_at(path, follow=True) as seen:
        mode = os.fstat(seen).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        return os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)


def is_device(path: bytes) -> bool:
    """Return whether a path names a block device of the appliance rather than a file of the image."""
    if not path.startswith(b"/dev/"):
        return False
    try:
        return stat.S_ISBLK(os.stat(translate(os.fsdecode(path))).st_mode)
    except OSError:
        return False


def source_size(descriptor: int) -> int:
    """Return the size of an open file or block device."""
    status = os.fstat(descriptor)
    if stat.S_ISBLK(status.st_mode):
        return int(struct.unpack("Q", fcntl.ioctl(descriptor, BLKGETSIZE64, bytes(8)))[0])
    return status.st_size


def _counter(work: Work, total: int) -> Callable[[int], None]:
    """Return what adds up pieces and tells the progress."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        work.progress(done, total)

    return advance


def download_many(work: Work, directory: bytes, names: list[bytes]) -> list[TransferFailure]:
    """Send many files, one after another; a file that cannot be read is marked and told in the reply."""
    failures: list[TransferFailure] = []
    with work.sysroot.opened(directory, os.O_PATH) as folder:
        for index, name in enumerate(names):
            try:
                _send_one(work, folder, name)
            except OSError as error:
                stream.fail_file(work.data)
                code = errno.errorcode.get(error.errno or 0, "EIO")
                failures.append(TransferFailure(index, code, error.strerror or str(error)))
            work.check()
    return failures


def _send_one(work: Work, folder: int, name: bytes) -> None:
    """Send one file; the name may be empty, for the `directory` that is a file itself. No link is followed."""
    if name:
        seen = openat2(folder, name, os.O_PATH | os.O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)
    else:
        seen = os.dup(folder)
    try:
        if not stat.S_ISREG(os.fstat(seen).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        descriptor = os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(seen)
    try:
        stream.send_file(work.data, descriptor, 0, os.fstat(descriptor).st_size, lambda _: work.check())
    finally:
        os.close(descriptor)


def tar_out(
    work: Work,
    directory: bytes,
    compress: str | None,
    numericowner: bool,  # noqa: FBT001
    excludes: list[str] | None,
    xattrs: bool,  # noqa: FBT001
    selinux: bool,  # noqa: FBT001
    acls: bool,  # noqa: FBT001
) -> None:
    """Send a directory as a tar stream."""
    if compress is not None and compress not in COMPRESSORS:
        raise OSError(errno.EINVAL, f"unknown compression {compress!r}; there is {', '.join(COMPRESSORS)}")
    options = [COMPRESSORS[compress]] if compress else []
    options += [flag for flag, is_wanted in {
        "--numeric-owner": numericowner, "--xattrs": xattrs, "--selinux": selinux, "--acls": acls,
    }.items() if is_wanted]  # fmt: skip
    options += [f"--exclude={pattern}" for pattern in excludes or []]
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        found = (status for _, status, _ in listing.walk_entries(work, folder))
        total = sum(status.st_size for status in found if stat.S_ISREG(status.st_mode))
        _stream_child(work, ["tar", *options, "-C", f"/proc/{os.getpid()}/fd/{folder}", "-cf", "-", "."], total)


def _stream_child(work: Work, command: list[str], total: int) -> None:
    """Send what a program prints; its errors are the call's."""
    child = children.start(command)
    assert child.stdout is not None  # noqa: S101 opened by start
    assert child.stderr is not None  # noqa: S101 opened by start
    os.set_blocking(child.stderr.fileno(), False)
    poll = select.poll()
    poll.register(child.stdout.fileno(), select.POLLIN)
    poll_errors, errors = child.stderr.fileno(), bytearray()

    def wait() -> None:
        while not poll.poll(20):
            work.check()
        try:
            errors.extend(os.read(poll_errors, 4096)[: children.ERROR_MAX - len(errors)])
        except BlockingIOError:
            return

    try:
        stream.send_pipe(work.data, child.stdout.fileno(), _counter(work, total), wait)
        if child.wait() > 1:  # 1: a file changed or vanished while it was read
            raise children.failure(child, bytes(errors))
    finally:
        children.kill(child)


def upload(work: Work, filename: list[str | int], remotefile: bytes) -> None:
    """Copy a hot-plugged drive's content into a file that appears when it is complete, or onto a device."""
    device, size = str(filename[0]), int(filename[1])
    if is_device(remotefile):
        target = os.open(translate(os.fsdecode(remotefile)), os.O_WRONLY | os.O_CLOEXEC)
        try:
            _copy(work, device, target, size)
            os.fsync(target)
        finally:
            os.close(target)
        return
    with work.sysroot.parent_of(remotefile) as (folder, name):
        _refuse_folder(folder, name, remotefile)
        temporary = b".%s.part" % name[:200]
        target = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644, dir_fd=folder)
        try:
            _copy(work, device, target, size)
            os.ftruncate(target, size)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(temporary, dir_fd=folder)
            raise
        finally:
            os.close(target)


def _refuse_folder(folder: int, name: bytes, path: bytes) -> None:
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)


def _copy(work: Work, device: str, target: int, size: int) -> None:
    """Copy with direct reads into one aligned buffer: the data goes from qemu to the page cache, past our CPU."""
    if size == 0:
        return
    advance = _counter(work, size)
    source = os.open(device, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECT)
    try:
        if stat.S_ISREG(os.fstat(target).st_mode):
            os.posix_fallocate(target, 0, size)
        with mmap.mmap(-1, COPY_PIECE) as buffer, memoryview(buffer) as view:
            left = size
            while left:
                count = os.readv(source, [view])
                if count <= 0:
                    raise OSError(errno.EIO, "the source ended early", device)
                piece = min(count, left)
                _write_all(target, view[:piece])
                left -= piece
                advance(piece)
    finally:
        os.close(source)


def _write_all(target: int, data: memoryview) -> None:
    while data:
        data = data[os.write(target, data) :]
