"""A drive that is a plain file of the host, to which the guest has written nothing: it is read there, without qemu.

Copies stay in the host's kernel: no byte goes through this program, and file systems that share blocks do so
(copy_file_range(2)). Blocking, from any thread.
"""

from __future__ import annotations

import errno
import os

from cutaway.errors import ImageUnreadable
from cutaway.transfer.host_files import write_at

#: What copy_file_range answers where it is of no use; sendfile(2) does it then.
_NO_RANGES = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.ETXTBSY})
#: A copy is interrupted only between pieces.
PIECE = 16 << 20
#: Shorter contents are read and written: two calls for one, but each much shorter.
SMALL = 64 << 10


class FileDrive:
    """One drive.

    Args:
        descriptor: The image, open for reading; a copy of it is kept until `close`.

    Attributes:
        size: Of the drive in bytes.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = os.dup(descriptor)
        self._has_ranges = True
        self.size = os.lseek(self._descriptor, 0, os.SEEK_END)

    def close(self) -> None:
        """Close the copy; nobody may read any more."""
        os.close(self._descriptor)

    def read(self, offset: int, length: int) -> bytes:
        """Return a part.

        Raises:
            ImageUnreadable: the image has become shorter.
            OSError: it cannot be read there.
        """
        data = os.pread(self._descriptor, length, offset)
        while len(data) < length:
            more = os.pread(self._descriptor, length - len(data), offset + len(data))
            if not more:
                raise _shorter()
            data += more
        return data

    def copy(self, offset: int, length: int, target: int, place: int) -> int:
        """Copy a part, at most PIECE, to a place in a file; return how much of it.

        Raises:
            ImageUnreadable, OSError: as `read`, or the file cannot be written.
        """
        length = min(length, PIECE)
        if length <= SMALL:
            write_at(target, memoryview(self.read(offset, length)), place)
            return length
        count = self._copy_range(offset, length, target, place) if self._has_ranges else -1
        if count < 0:
            os.lseek(target, place, os.SEEK_SET)
            count = os.sendfile(target, self._descriptor, offset, length)
        if not count:
            raise _shorter()
        return count

    def abort(self) -> None:
        """Do nothing: nobody waits for a file."""

    def _copy_range(self, offset: int, length: int, target: int, place: int) -> int:
        """Have the kernel copy; return -1 if it cannot between these files."""
        try:
            return os.copy_file_range(self._descriptor, target, length, offset, place)
        except OSError as error:
            if error.errno not in _NO_RANGES:
                raise
            self._has_ranges = False
            return -1


def _shorter() -> ImageUnreadable:
    """Return what is said of an image that ends where it did not when it was opened: no other attempt helps."""
    return ImageUnreadable(
        "the image has become shorter while it was read",
        remedy="Wait until no other program writes to the image, open it again, and try once more.",
    )
