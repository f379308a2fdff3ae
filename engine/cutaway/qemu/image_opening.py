"""How an image's files are opened for qemu, and what qemu's word against them means. In the worker's thread."""

from __future__ import annotations

import os

from cutaway.drives import Drive
from cutaway.errors import DriveError, ImageFormatError, ImageUnreadable


def opened(path: str, *, writable: bool) -> int:
    """Return a descriptor of a file that an image consists of; the caller closes it.

    Raises:
        ImageUnreadable: it cannot be opened.
    """
    flags = os.O_RDWR if writable else os.O_RDONLY
    try:
        return os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ImageUnreadable(
            f"{path} cannot be opened: {error.strerror}",
            path=path, remedy="Check its permissions, and that the disk or share that holds it is connected.",
        ) from error  # fmt: skip


def tellable(path: str) -> str:
    """Return a path that qemu can be told of.

    Raises:
        ImageUnreadable: the monitor speaks UTF-8 only.
    """
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise ImageUnreadable(
            f"{path!r} is not UTF-8, and qemu cannot open a VMDK of such a name",
            path=path, remedy="Rename the file, or the folder that it is in.",
        ) from error  # fmt: skip
    return path


def refused(drive: Drive, said: str) -> DriveError:
    """Return what qemu's word against an image means."""
    if said.startswith("Failed to get") and "lock" in said:
        return ImageUnreadable(
            f"{drive.path} is in use by another program, and cannot be changed meanwhile",
            path=drive.path,
            remedy="Shut the virtual machine down that uses it.",
        )
    return ImageFormatError(
        f"qemu cannot use {drive.name}: {said}",
        path=drive.path,
        remedy="The image may be damaged or truncated; 'qemu-img check' tells more.",
    )
