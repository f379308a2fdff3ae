"""Where the window's mounts go: private folders named after their images, made and removed here. GUI thread; quick."""

from __future__ import annotations

import contextlib
import glob
import os
import tempfile
import time

#: Folders of mounts where no runtime folder is, and how long one that is empty may still be about to be used.
_PREFIX = "cutaway-mounts-"
_NEW_S = 3600


def make_folder(name: str) -> str:
    """Make a new empty folder of that name, or of one with a number behind it.

    Raises:
        OSError: it cannot be made.
    """
    base = _base()
    plain = name.replace("/", "_").replace("\0", "_").lstrip(".")[:100] or "image"
    number = 1
    while True:
        folder = os.path.join(base, plain if number == 1 else f"{plain}-{number}")
        with contextlib.suppress(OSError):  # one that is left over and not mounted on goes
            os.rmdir(folder)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
            return folder
        number += 1


def _base() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or not os.access(runtime, os.W_OK | os.X_OK):
        _remove_left_over()
        return tempfile.mkdtemp(prefix=_PREFIX)
    base = os.path.join(runtime, "cutaway")
    os.makedirs(base, 0o700, exist_ok=True)
    return base


def _remove_left_over() -> None:
    """Remove what killed windows have left, if nothing is mounted there: nobody else clears it, as at a logout."""
    for base in glob.glob(os.path.join(glob.escape(tempfile.gettempdir()), f"{_PREFIX}*")):
        with contextlib.suppress(OSError):  # not ours, or in use
            status = os.lstat(base)
            if status.st_uid == os.getuid() and status.st_mtime < time.time() - _NEW_S:
                for name in os.listdir(base):
                    os.rmdir(os.path.join(base, name))
                os.rmdir(base)


def remove_folder(folder: str) -> None:
    """Remove a folder that is not mounted on any more; one that still is stays, and is found by a later window."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)
        os.rmdir(os.path.dirname(folder))  # unless others are in it
