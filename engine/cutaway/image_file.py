"""A first look at an image file: whether it can be read at all, its size, its first and last bytes.

Blocks on the file system, so it belongs in a helper thread. Interprets nothing but what kind of file it is.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from cutaway.errors import ImageNotFound, ImageUnreadable
from cutaway.image_end import end_of_data
from cutaway.image_magic import HEAD_SIZE, TAIL_SIZE, VMDK_TEXT_MAX, format_of, vmdk_descriptor

_KINDS = {
    stat.S_IFDIR: ("a folder", "Choose an image file inside it."),
    stat.S_IFIFO: ("a pipe", "Write its content to a file first."),
    stat.S_IFCHR: ("a character device", "Choose a block device or an image file."),
    stat.S_IFSOCK: ("a socket", "Choose an image file."),
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a first look at a file has shown.

    Attributes:
        head: Its first bytes, at most HEAD_SIZE.
        tail: Its last TAIL_SIZE bytes.
        descriptor: The text that names further files, if it is a VMDK that has one.
        needed_bytes: How long it must be at least by its own tables; 0 if they do not tell.
    """

    path: str
    size_bytes: int
    is_block_device: bool
    head: bytes
    tail: bytes
    descriptor: bytes
    needed_bytes: int


def look(path: str) -> FileFacts:
    """Open a file, read its ends and close it.

    Raises:
        ImageNotFound: it does not exist.
        ImageUnreadable: it is a folder, a pipe, a character device, empty, or may not be read.
    """
    try:
        _refuse_kinds(path, os.stat(path).st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    try:
        return _read(path, descriptor)
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        os.close(descriptor)


def _refuse_kinds(path: str, mode: int) -> None:
    if found := _KINDS.get(stat.S_IFMT(mode)):
        raise ImageUnreadable(f"{path} is {found[0]}", path=path, remedy=found[1])


def _refusal(path: str, error: OSError | ValueError) -> ImageNotFound | ImageUnreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return ImageNotFound(f"{path} does not exist", path=path)
    if isinstance(error, PermissionError):
        remedy = "Change its permissions, or run as a user who may read it."
        return ImageUnreadable(f"{path} may not be read by this user", path=path, remedy=remedy)
    remedy = "Check that the disk or share that holds it is connected and healthy."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ImageUnreadable(f"{path!r} cannot be read: {reason}", path=path, remedy=remedy)


def _read(path: str, descriptor: int) -> FileFacts:
    mode = os.fstat(descriptor).st_mode
    _refuse_kinds(path, mode)
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        raise ImageUnreadable(
            f"{path} is empty", path=path, remedy="Check that it was copied or downloaded completely."
        )
    head = os.pread(descriptor, HEAD_SIZE, 0)
    tail = os.pread(descriptor, TAIL_SIZE, max(0, size - TAIL_SIZE))
    text = _vmdk_text(descriptor, head)
    needed = end_of_data(format_of(head, tail), head, lambda count, offset: os.pread(descriptor, count, offset))
    return FileFacts(path, size, stat.S_ISBLK(mode), head, tail, text, needed)


def _vmdk_text(descriptor: int, head: bytes) -> bytes:
    """Return what qemu would take for the text of a VMDK, whatever this is: it ends with the first NUL."""
    if (offset := vmdk_descriptor(head)) is None:
        return b""
    return head if offset == 0 and b"\0" in head else os.pread(descriptor, VMDK_TEXT_MAX, offset)
