"""Where the window's mounts go: private folders named after their images, made and removed here. GUI thread; quick."""

from __future__ import annotations

import contextlib
import os
import tempfile


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
        return tempfile.mkdtemp(prefix="cutaway-mounts-")
    base = os.path.join(runtime, "cutaway")
    os.makedirs(base, 0o700, exist_ok=True)
    return base


def remove_folder(folder: str) -> None:
    """Remove a folder that is not mounted on any more; one that still is stays, and is found by the next window."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)
        os.rmdir(os.path.dirname(folder))  # unless others are in it
