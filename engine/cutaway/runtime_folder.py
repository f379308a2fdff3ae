"""A private folder for the sockets of one launch; it is gone as soon as they are connected.

Names begin with the process's number, so that what a killed process left is found and removed by the next.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "cutaway-"


def base_folder() -> Path:
    """Return where runtime folders go: XDG_RUNTIME_DIR if it can be used, else the folder for temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime)
    return Path(tempfile.gettempdir())


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

    It lies in TMPDIR, or /var/tmp: it may grow larger than what fits into memory.
    """
    folder = os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108 the file has no name to attack
    with tempfile.TemporaryFile(dir=folder, prefix=PREFIX, buffering=0) as file:
        file.truncate(size_bytes)
        return os.dup(file.fileno())
