"""Moving what was staged to its names: by the rule for names that are taken, and all or nothing."""

from __future__ import annotations

import errno
import os
import stat
from itertools import count

from cutaway.file_names import next_name

from cutawayd.syscalls import RENAME_EXCHANGE, RENAME_NOREPLACE, rename

#: What a file system says of a name that it cannot hold.
UNHOLDABLE = frozenset({errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ})
#: Name ("" if it was not placed), and why not.
Placed = tuple[bytes, str]


def place_all(staging: int, folder: int, wanted: list[tuple[bytes, bytes]], conflict: str) -> list[Placed]:
    """Move everything to its name, or nothing.

    Args:
        staging: The hidden folder.
        folder: Where things shall appear.
        wanted: Path in the hidden folder, and name.
        conflict: "rename", "replace", "skip" or "fail".

    Raises:
        OSError: something cannot be moved, or EEXIST; everything is back in the hidden folder.
    """
    if conflict not in {"rename", "replace", "skip", "fail"}:
        raise OSError(errno.EINVAL, f"unknown rule {conflict!r}")
    placed: list[Placed] = []
    moved: list[tuple[bytes, bytes, bool]] = []
    try:
        for path, name in wanted:
            ours = {new for _, new, _ in moved}
            placed.append(_place(staging, path, folder, name, "rename" if name in ours else conflict, moved))
    except OSError:
        for path, name, is_exchanged in reversed(moved):
            rename(folder, name, staging, path, RENAME_EXCHANGE if is_exchanged else 0)
        raise
    return placed


def _place(
    staging: int, path: bytes, folder: int, name: bytes, conflict: str, moved: list[tuple[bytes, bytes, bool]]
) -> Placed:
    mode = _mode(staging, path)
    if mode is None:
        return b"", "ENOENT"
    try:
        if conflict == "replace" and (old := _mode(folder, name)) is not None:
            if stat.S_ISDIR(mode) or stat.S_ISDIR(old):
                raise OSError(errno.EEXIST, "it exists, and folders are never replaced", name)
            moved.append((path, name, _exchange(staging, path, folder, name)))
            return name, ""
        new = _place_new(staging, path, folder, name, is_folder=stat.S_ISDIR(mode), conflict=conflict)
    except OSError as error:
        if error.errno not in UNHOLDABLE:
            raise
        return b"", errno.errorcode[error.errno]
    if new is None:
        return b"", "EEXIST"
    moved.append((path, new, False))
    return new, ""


def _mode(folder: int, path: bytes) -> int | None:
    try:
        return os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None


def _exchange(staging: int, path: bytes, folder: int, name: bytes) -> bool:
    """Put something in the place of a file; return whether that file is in the hidden folder now."""
    try:
        rename(staging, path, folder, name, RENAME_EXCHANGE)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOSYS}:
            raise
        os.rename(path, name, src_dir_fd=staging, dst_dir_fd=folder)
        return False
    return True


def _place_new(staging: int, path: bytes, folder: int, name: bytes, *, is_folder: bool, conflict: str) -> bytes | None:
    """Move something to a name that nothing has; return the name, None if the rule is to skip it."""
    candidate = name
    for number in count(2):
        try:
            _rename_new(staging, path, folder, candidate)
        except FileExistsError:
            if conflict == "skip":
                return None
            if conflict == "fail":
                raise
            candidate = next_name(name, number, is_folder=is_folder)
        else:
            return candidate
    raise AssertionError("numbers do not end")


def _rename_new(staging: int, path: bytes, folder: int, name: bytes) -> None:
    """Rename without replacing; where the file system cannot promise that, after a look."""
    try:
        rename(staging, path, folder, name, RENAME_NOREPLACE)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOSYS}:
            raise
        if _mode(folder, name) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from error
        os.rename(path, name, src_dir_fd=staging, dst_dir_fd=folder)
