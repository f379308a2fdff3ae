"""Reading one file of the host: its errors apart from those of the archive, its holes, its extended attributes.

Blocking functions on descriptors; no state.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.transfer.tar_writer import attribute_key, is_utf8

BLOCK = 4096
PIECE_BYTES = 8 << 20
#: Errors of a copy that are its target's.
_TARGETS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_KERNEL_COPY = frozenset({errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS})


class HostError(Exception):
    """A file of the host cannot be read; the reason is for a person. Nothing of it is in the archive."""


@contextmanager
def reading() -> Iterator[None]:
    """Turn errors of the operating system into HostError."""
    try:
        yield
    except OSError as error:
        raise HostError(f"it cannot be read: {error.strerror}") from error


def copy_piece(source: int, target: int, offset: int, count: int) -> int:
    """Copy a part of a file to where another one stands; return how much, 0 at the end.

    Raises:
        HostError: it cannot be read.
        OSError: it cannot be written.
    """
    try:
        return os.copy_file_range(source, target, min(count, PIECE_BYTES), offset)
    except OSError as error:
        if error.errno in _TARGETS:
            raise
        if error.errno not in _NO_KERNEL_COPY:
            raise HostError(f"it cannot be read: {error.strerror}") from error
    with reading():
        data = os.pread(source, min(count, PIECE_BYTES), offset)
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]
    return len(data)


def extents(descriptor: int, size: int) -> list[tuple[int, int]]:
    """Return offset and length of all parts of a file that are no holes, in whole blocks but for the end."""
    found: list[tuple[int, int]] = []
    position = 0
    while position < size:
        try:
            start = os.lseek(descriptor, position, os.SEEK_DATA)
            position = os.lseek(descriptor, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole follows
                break
            return [(0, size)]
        start = start // BLOCK * BLOCK
        end = min(-(-position // BLOCK) * BLOCK, size)
        if found and start <= sum(found[-1]):
            start = found.pop()[0]
        if end > start:
            found.append((start, end - start))
    return found


def attributes(source: int | bytes, *, with_security: bool) -> tuple[dict[str, str], list[bytes]]:
    """Return the extended attributes of an open file or a path, as records of a tar file's extended header.

    Returns:
        The records; the names of attributes that cannot be in one.

    Raises:
        HostError: they cannot be read.
    """
    kinds = ("user.", "security.", "trusted.") if with_security else ("user.",)
    follow = not isinstance(source, bytes)
    try:
        names = [name for name in os.listxattr(source, follow_symlinks=follow) if name.startswith(kinds)]
        values = [os.getxattr(source, name, follow_symlinks=follow) for name in names]
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EPERM}:
            return {}, []
        raise HostError(f"its attributes cannot be read: {error.strerror}") from error
    pairs = [(os.fsencode(name), value) for name, value in zip(names, values, strict=True)]
    records = {attribute_key(name): value.decode("utf-8", "surrogateescape") for name, value in pairs if is_utf8(name)}
    return records, [name for name, _ in pairs if not is_utf8(name)]
