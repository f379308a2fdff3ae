"""Bulk data: files and folders out over the data port, files in from a hot-plugged drive."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import stat
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cutaway.records import TransferFailure

from cutawayd import children, incoming, stream
from cutawayd.names import translate
from cutawayd.sysroot import magic_path, open_below
from cutawayd.trees import walk_entries
from cutawayd.work import Work, counter

BLKGETSIZE64 = 0x80081272
#: With paths, because tar asks the shell, and busybox's takes its own applets for bare names: its xz only unpacks.
COMPRESSORS = {name: f"--use-compress-program=/usr/bin/{name}" for name in ("gzip", "xz", "bzip2", "zstd")}
#: Tar's records are written one at a time; each costs us a turn, so they are large.
RECORD = 512
TAR = ("tar", "--blocking-factor=128")


def download(work: Work, remotefile: bytes) -> None:
    """Send a file or device."""
    with opened_source(work, remotefile) as descriptor:
        size = source_size(descriptor)
        stream.send_file(work.data, descriptor, 0, size, counter(work, size))


def download_offset(work: Work, remotefile: bytes, offset: int, size: int) -> None:
    """Send a part of a file or device."""
    if offset < 0 or size < 0:
        raise OSError(errno.EINVAL, "offset and size cannot be negative", remotefile)
    with opened_source(work, remotefile) as descriptor:
        whole = source_size(descriptor)
        if offset + size > whole:
            raise OSError(errno.EINVAL, f"it has only {whole} bytes", remotefile)
        stream.send_file(work.data, descriptor, offset, size, counter(work, size))


def open_source(work: Work, path: bytes) -> int:
    """Open what may be read as a stream of bytes: a regular file of the image, or a block device of the appliance.

    Raises:
        OSError: EISDIR for a directory, EINVAL for what could block for ever.
    """
    if is_device(path):
        return os.open(translate(os.fsdecode(path)), os.O_RDONLY | os.O_CLOEXEC)
    return work.sysroot.open_file(path)


@contextmanager
def opened_source(work: Work, path: bytes) -> Iterator[int]:
    """As `open_source`; the descriptor is closed at the end."""
    descriptor = open_source(work, path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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


def download_many(work: Work, directory: bytes, names: list[bytes]) -> list[TransferFailure]:
    """Send many files, one after another; a file that cannot be read is marked and told in the reply."""
    failures: list[TransferFailure] = []
    files = stream.Files(work.data)
    with work.sysroot.opened(directory, os.O_PATH) as folder:
        for index, name in enumerate(names):
            try:
                _send_one(work, files, folder, name)
            except OSError as error:
                files.fail()
                code = errno.errorcode.get(error.errno or 0, "EIO")
                failures.append(TransferFailure(index, code, error.strerror or str(error)))
            work.check()
    files.flush()
    return failures


def _send_one(work: Work, files: stream.Files, folder: int, name: bytes) -> None:
    """Send one file; the name may be empty, for the `directory` that is a file itself. No link is followed."""
    seen = open_below(folder, name, os.O_PATH) if name else os.dup(folder)
    try:
        if not stat.S_ISREG(os.fstat(seen).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        descriptor = os.open(magic_path(seen), os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(seen)
    try:
        files.send(descriptor, os.fstat(descriptor), lambda _: work.check())
    finally:
        os.close(descriptor)


def tar_out(
    work: Work,
    directory: bytes,
    compress: str | None,
    numericowner: bool,
    excludes: list[str] | None,
    xattrs: bool,
    selinux: bool,
    acls: bool,
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
        total = sum(tar_size(status) for _, status, _ in walk_entries(work, folder))
        command = [*TAR, *options, "-C", f"/proc/{os.getpid()}/fd/{folder}", "-cf", "-", "."]
        stream_child(work, command, total, is_compressed=compress is not None)


def tar_size(status: os.stat_result) -> int:
    """Return what an entry takes in a tar file: its header, and its content in whole records."""
    content = -(-status.st_size // RECORD) * RECORD if stat.S_ISREG(status.st_mode) else 0
    return RECORD + content


def stream_child(
    work: Work,
    command: Sequence[str | bytes],
    total: int,
    *,
    is_compressed: bool,
    accept: tuple[int, ...] = (0, 1),
    source: int | None = None,
) -> None:
    """Send what a program prints; its errors are the call's.

    Args:
        work: The call.
        command: The program and its arguments.
        total: How much there will be, 0 if nobody knows.
        is_compressed: Whether `total` is about something else than what it prints.
        accept: What is no failure; tar says 1 if a file changed or vanished while it was read. Below 0 is a signal.
        source: What it reads, if it reads something; how far it is there is the progress.
    """
    child = children.start(command, subprocess.DEVNULL if source is None else source)
    assert child.stdout is not None  # noqa: S101 opened by start
    assert child.stderr is not None  # noqa: S101 opened by start
    output, complaints, errors = child.stdout.fileno(), child.stderr.fileno(), bytearray()
    poll = select.poll()
    poll.register(output, select.POLLIN)
    poll.register(complaints, select.POLLIN)
    advance = counter(work, total)

    def tell(count: int) -> None:
        if source is not None:
            work.progress(os.lseek(source, 0, os.SEEK_CUR), total)
        elif is_compressed:
            work.progress(min(_written_by(child.pid), total), total)
        else:
            advance(count)

    def wait() -> None:
        ready: list[int] = []
        while output not in ready:
            tell(0)
            ready = [descriptor for descriptor, _ in poll.poll(20)]
            if complaints in ready and not _hear(complaints, errors):
                poll.unregister(complaints)

    try:
        fcntl.fcntl(output, stream.F_SETPIPE_SZ, stream.PIECE)
        stream.send_pipe(work.data, output, tell, wait)
        if child.wait() not in accept:
            raise children.failure(child, bytes(errors))
    finally:
        children.kill(child)


def _hear(complaints: int, errors: bytearray) -> bool:
    """Read what a program complains about, so that it need not wait, and keep the beginning; False at its end."""
    data = os.read(complaints, 65536)
    errors.extend(data[: children.ERROR_MAX - len(errors)])
    return bool(data)


def _written_by(pid: int) -> int:
    """Return how much a process has written so far: of a compressed tar what went into the compressor (proc(5))."""
    with open(f"/proc/{pid}/io", encoding="ascii") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("wchar:")), 0)


def upload(work: Work, filename: list[str | int], remotefile: bytes) -> None:
    """Copy a hot-plugged drive's content into a file that appears when it is complete, or onto a device."""
    device, size = str(filename[0]), int(filename[1])
    if is_device(remotefile):
        incoming.onto_device(work, device, size, translate(os.fsdecode(remotefile)))
    else:
        incoming.into_file(work, device, size, remotefile)
