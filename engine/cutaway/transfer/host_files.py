"""Writing files of the host: what goes wrong as a person understands it, holes, and names that hide.

Blocking functions on descriptors; no state, nothing of the protocol.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator

from cutaway.errors import DestinationError

ZEROS = bytes(1 << 20)
#: A part of the name of all that hides while it is made.
HIDDEN = ".part-"
#: What is wrong with one name, not with the disk.
NAME_ERRORS = frozenset({errno.EINVAL, errno.EILSEQ, errno.EEXIST, errno.ENAMETOOLONG})
#: What is wrong with one entry: its name, or that the destination has nothing of its kind.
NOT_MADE = NAME_ERRORS | {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
_REMEDIES = {
    errno.ENOENT: "Make the folder first, or choose another.",
    errno.ENOTDIR: "Choose a folder.",
    errno.EISDIR: "Give the name of a file.",
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a folder on a disk that can be written.",
    errno.ENOSPC: "Free some space, or choose another disk.",
    errno.EDQUOT: "Free some space: your quota is used up.",
    errno.EFBIG: "Choose a disk whose file system holds files of that size.",
    errno.EIO: "Check the disk: it does not take the data.",
    errno.EPIPE: "The program that reads the other end has closed it.",
    errno.ENXIO: "Start the program that reads the pipe first.",
    errno.EBADF: "Give a descriptor that is open for writing.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EEXIST: "Choose another folder, or another rule for files that exist.",
}


def destination_error(path: str, error: OSError) -> DestinationError:
    """Return what a failure of the host's file system means to a person."""
    if isinstance(error, DestinationError):
        return error
    number = error.errno or errno.EIO
    return DestinationError(
        f"{path} cannot be written: {os.strerror(number)}",
        path=path, errno_name=errno.errorcode.get(number, "EIO"), remedy=_REMEDIES.get(number, ""),
    )  # fmt: skip


def refusal(error: OSError) -> str:
    """Return why a name was not taken, for a report."""
    if error.errno == errno.EEXIST:
        return "the image lists its name twice, or the destination takes two names for one"
    return f"the destination does not take it: {error.strerror or os.strerror(errno.EIO)}"


def hidden_name(name: str) -> str:
    """Return a hidden name beside a name that nothing else has, not longer than a file system allows."""
    short = os.fsdecode(os.fsencode(name)[:200])
    return f".{short}{HIDDEN}{os.getpid()}-{secrets.token_hex(4)}"


def write_all(descriptor: int, data: memoryview) -> None:
    """Write all of it."""
    while data:
        data = data[os.write(descriptor, data) :]


def write_at(descriptor: int, data: memoryview, offset: int) -> None:
    """Write all of it at a place in a file."""
    while data:
        count = os.pwrite(descriptor, data, offset)
        data, offset = data[count:], offset + count


def data_parts(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Give place and length of each part of a file that is no hole."""
    place = 0
    while place < size:
        try:
            place = os.lseek(descriptor, place, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return
        end = min(os.lseek(descriptor, place, os.SEEK_HOLE), size)
        if place < end:
            yield place, end - place
        place = end


def copy_sparse(source: int, target: int) -> None:
    """Copy a file into an empty one; holes stay holes."""
    size = os.fstat(source).st_size
    for begin, length in data_parts(source, size):
        place, end = begin, begin + length
        while place < end:
            data = memoryview(os.pread(source, min(len(ZEROS), end - place), place))
            if not data:
                raise OSError(errno.EIO, "a file became shorter while it was copied")
            write_at(target, data, place)
            place += len(data)
    os.ftruncate(target, size)


def sha256_of(descriptor: int, check: Callable[[], None]) -> str:
    """Return the digest of an open file in hexadecimal, and close it; `check` is called now and then."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(len(ZEROS)))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            check()
    return digest.hexdigest()


def finish_length(descriptor: int) -> None:
    """Give a regular file its length, if it ends with a hole."""
    here = os.lseek(descriptor, 0, os.SEEK_CUR)
    if os.fstat(descriptor).st_size < here:
        os.ftruncate(descriptor, here)
