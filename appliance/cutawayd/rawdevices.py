"""The bytes of devices: read, written, zeroed, discarded."""

from __future__ import annotations

import errno
import fcntl
import os
import struct

from cutawayd import children
from cutawayd.copying import holds_zeros
from cutawayd.drives import size_bytes
from cutawayd.entries import entry
from cutawayd.files import pieces_of
from cutawayd.sysroot import magic_path
from cutawayd.words import opened_place
from cutawayd.work import Work

#: linux/fs.h; both take an offset and a length.
BLKDISCARD, BLKZEROOUT = 0x1277, 0x127F
_RANGE = struct.Struct("=QQ")
#: So much is zeroed or discarded between two looks at whether the call is cancelled.
STEP = 64 << 20
#: What a message holds, with room for the rest of it.
READ_MAX = 3 << 20
#: What `zero` overwrites.
BEGINNING = 128 << 10
_ZEROS = bytes(1 << 20)


def pread_device(work: Work, device: str, count: int, offset: int) -> bytes:  # noqa: ARG001 every call has it
    """Read some bytes."""
    if count < 0 or offset < 0:
        raise OSError(errno.EINVAL, "count and offset cannot be negative", device)
    if count > READ_MAX:
        raise OSError(errno.EFBIG, f"at most {READ_MAX} bytes can be read at a time; download has no limit", device)
    size_bytes(device)
    with open(device, "rb", buffering=0) as file:
        return os.pread(file.fileno(), count, offset)


def pwrite_device(work: Work, device: str, content: bytes, offset: int) -> int:  # noqa: ARG001 every call has it
    """Write some bytes."""
    if offset < 0:
        raise OSError(errno.EINVAL, "the offset cannot be negative", device)
    size_bytes(device)
    descriptor = os.open(device, os.O_WRONLY | os.O_CLOEXEC)
    try:
        return os.pwrite(descriptor, content, offset)
    finally:
        os.close(descriptor)


def zero(work: Work, device: str) -> None:  # noqa: ARG001 every call has it
    """Overwrite the beginning."""
    size = size_bytes(device)
    descriptor = os.open(device, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, _ZEROS[: min(BEGINNING, size)], 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def zero_device(work: Work, device: str) -> None:
    """Overwrite everything; what is in use, which the kernel zeroes for nobody, by writing."""
    try:
        _tell_all(work, device, BLKZEROOUT)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        _write_zeros(work, device)


def _write_zeros(work: Work, device: str) -> None:
    size = size_bytes(device)
    descriptor = os.open(device, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for start in range(0, size, len(_ZEROS)):
            os.pwrite(descriptor, _ZEROS[: min(len(_ZEROS), size - start)], start)
            work.progress(min(start + len(_ZEROS), size), size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def blkdiscard(work: Work, device: str) -> None:
    """Discard everything."""
    _tell_all(work, device, BLKDISCARD)


def _tell_all(work: Work, device: str, request: int) -> None:
    """Tell the kernel something about all of a device, a piece at a time."""
    size = size_bytes(device)
    descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    try:
        for start in range(0, size, STEP):
            fcntl.ioctl(descriptor, request, _RANGE.pack(start, min(STEP, size - start)))
            work.progress(min(start + STEP, size), size)
    except OSError as error:
        raise OSError(error.errno, error.strerror, device) from error
    finally:
        os.close(descriptor)


def is_zero_device(work: Work, device: str) -> bool:
    """Return whether there is nothing but zeros."""
    size, done = size_bytes(device), 0
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for piece in pieces_of(descriptor):
            if not holds_zeros(piece):
                return False
            done += len(piece)
            work.progress(done, size)
    finally:
        os.close(descriptor)
    return True


def wipefs(work: Work, device: str) -> None:
    """Remove signatures."""
    children.run(work, ["wipefs", "-a", "--force", device])


def blkdiscardzeroes(work: Work, device: str) -> bool:  # noqa: ARG001 every call has it
    """Return what the kernel answers since it has stopped to know better."""
    size_bytes(device)
    return False


def scrub_device(work: Work, device: str) -> None:
    """Overwrite a device with random bytes."""
    size_bytes(device)
    children.run(work, ["shred", "-n", "3", "-z", "-f", device])


def scrub_file(work: Work, file: bytes) -> None:
    """Overwrite a file with random bytes, and remove it."""
    with work.sysroot.looked_at(file, follow=True) as seen:
        real = work.sysroot.real_path(seen)
    with work.sysroot.parent_of(real) as (folder, name):
        _scrub(work, folder, name)


def _scrub(work: Work, folder: int, name: bytes) -> None:
    descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        place = f"/proc/{os.getpid()}{magic_path(descriptor).removeprefix('/proc/self')}"
        children.run(work, ["shred", "-n", "3", "-z", place])
    finally:
        os.close(descriptor)
    os.unlink(name, dir_fd=folder)


def scrub_freespace(work: Work, dir: bytes) -> None:  # noqa: A002 libguestfs' name
    """Overwrite what is free, by a file in a new folder."""
    with entry(work, dir) as (parent, name):
        os.mkdir(name, 0o700, dir_fd=parent)
        try:
            with opened_place(work, dir, os.O_RDONLY | os.O_DIRECTORY) as place:
                _fill(work, f"{place}/scrub")
        finally:
            os.rmdir(name, dir_fd=parent)


def _fill(work: Work, path: str) -> None:
    """Fill a file system by a file of random bytes, and remove it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        while True:
            work.check()
            try:
                os.write(descriptor, os.urandom(len(_ZEROS)))
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
                    raise
                break
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        os.unlink(path)
