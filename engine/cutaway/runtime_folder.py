"""A private folder for the sockets of one launch; it is gone as soon as they are connected.

Names begin with the process's number, so that what a killed process left is found and removed by the next.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cutaway.errors import DestinationError, LaunchError

PREFIX = "cutaway-"
#: So long the path of a socket may be (unix(7)), and so much of it comes behind the base.
SOCKET_PATH_MAX, OURS_MAX = 107, len("/cutaway-4194304-random__/console")
_FULL = frozenset({"ENOSPC", "EDQUOT", "EFBIG", "ENOENT", "EACCES", "EROFS"})
TEMPORARY_REMEDY = "Free some space, or set TMPDIR to a folder on a larger disk."


def base_folder() -> Path:
    """Return where runtime folders go: XDG_RUNTIME_DIR if it can be used, else a folder for temporary files.

    Raises:
        LaunchError: none can be written, or the paths of all that can are too long for sockets.
    """
    given = filter(None, (os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("TMPDIR")))
    for folder in (*map(os.path.abspath, given), "/tmp", "/var/tmp"):  # noqa: S108 only private folders are made there
        if len(os.fsencode(folder)) <= SOCKET_PATH_MAX - OURS_MAX and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    raise LaunchError(
        "there is no folder for the sockets of the appliance: /tmp cannot be written",
        remedy="Set XDG_RUNTIME_DIR to a folder of yours whose path is not long.",
    )


@contextmanager
def runtime_folder() -> Iterator[Path]:
    """Make a folder that only this user can enter, and remove it at the end."""
    base = base_folder()
    remove_stale(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale(base: Path) -> None:
    """Remove the runtime folders of this user's processes that no longer live."""
    for folder in base.glob(f"{PREFIX}[0-9]*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}") and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        return folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
    except FileNotFoundError:
        return False


def anonymous_file(size_bytes: int = 0) -> int:
    """Return a descriptor of a temporary file that has no name and vanishes with its last descriptor.

    It lies in the folder for temporary files: it may grow larger than what fits into memory.

    Raises:
        DestinationError: that folder takes none.
    """
    try:
        with tempfile.TemporaryFile(dir=temporary_folder(), prefix=PREFIX, buffering=0) as file:
            file.truncate(size_bytes)
            return os.dup(file.fileno())
    except OSError as error:
        raise temporary_error(error) from error


def temporary_folder() -> str:
    """Return where nameless files lie."""
    return os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108 they have no name to attack


def temporary_error(error: OSError) -> DestinationError:
    """Return the error of a nameless file that cannot be made or written."""
    code = error.errno_name if isinstance(error, DestinationError) else errno.errorcode.get(error.errno or 0, "EIO")
    folder, reason = temporary_folder(), os.strerror(getattr(errno, code, errno.EIO))
    return DestinationError(
        f"{folder}, the folder for temporary files, cannot be written: {reason}",
        path=folder, errno_name=code, remedy=TEMPORARY_REMEDY if code in _FULL else "",
    )  # fmt: skip
