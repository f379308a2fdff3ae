"""Sees to it that nothing replaces, or writes into, the very files that are read. Only looks; blocking."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable

from cutaway.errors import DestinationError, DriveError
from cutaway.transfer.block_places import is_one_within_the_other
from cutaway.transfer.sink import Target


def refuse_own_files(image_files: Iterable[str], target: Target) -> None:
    """Refuse a target that is one of the image's own files, under whatever name.

    Args:
        image_files: What the drives consist of.
        target: A path of the host, or an open descriptor.

    Raises:
        DestinationError: it is one.
    """
    files = list(image_files)
    if not isinstance(target, int):
        shown = os.fsdecode(target)
        if os.path.realpath(shown) in map(os.path.realpath, files):  # also if its disk is away for a moment
            raise own_file_error(shown)
    try:
        found = os.stat(target)
    except (OSError, OverflowError, ValueError):
        return
    if is_own_file(files, found):
        raise own_file_error(f"descriptor {target}" if isinstance(target, int) else os.fsdecode(target))


def is_own_file(image_files: Iterable[str], found: os.stat_result) -> bool:
    """Tell whether what was found is one of the image's files."""
    for path in image_files:
        with contextlib.suppress(OSError):
            if _is_same(os.stat(path), found):
                return True
    return False


def own_file_error(shown: str) -> DestinationError:
    """Return what is said of a target that is a file of the image."""
    return DestinationError(
        f"{shown} is what would be read", path=shown, errno_name="EBUSY",
        remedy="Choose another name: the image is never written.",
    )  # fmt: skip


def is_same_file(one: str, other: str) -> bool:
    """Tell whether two paths mean one file, also if its disk is away for a moment."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    with contextlib.suppress(OSError, ValueError):
        return _is_same(os.stat(one), os.stat(other))
    return False


def refuse_to_write_what_is_read(image: str, read: Iterable[str], written: Iterable[str]) -> None:
    """Refuse to write to files that another image consists of.

    Args:
        image: The other image.
        read: What it consists of.
        written: What is written.

    Raises:
        DriveError: one of them is.
    """
    files = list(read)
    for path in written:
        if any(is_same_file(path, file) for file in files):
            raise DriveError(
                f"{path} is written, and {image} is read from it", path=path,
                remedy="Writing to a file destroys what builds on it: make a copy of the file, and write to that.",
            )  # fmt: skip


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether two are one: the same file, two nodes of one device, or one a part of the other."""
    if stat.S_ISBLK(one.st_mode) or stat.S_ISBLK(other.st_mode):
        return is_one_within_the_other(one, other)
    return os.path.samestat(one, other)
