"""Remembers the hidden folders of running extractions, so that what a killed program left can be removed.

One small file per extraction in the user's state folder. A missing journal never fails an extraction. Blocking.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import platformdirs

from cutaway.atomic_file import write_atomically

log = logging.getLogger(__name__)


def journal_folder() -> Path:
    """Return where the journal lies."""
    return platformdirs.user_state_path("cutaway") / "extractions"


class JournalEntry:
    """The note about one hidden folder; `erase` it when the folder is gone."""

    def __init__(self, folder: str) -> None:
        self._file = journal_folder() / f"{os.path.basename(folder)[-40:]}.json"
        status = os.lstat(folder)
        note = {
            "folder": folder, "dev": status.st_dev, "ino": status.st_ino,
            "pid": os.getpid(), "started": _start_of(os.getpid()),
        }  # fmt: skip
        try:
            write_atomically(self._file, json.dumps(note).encode())
        except OSError as error:
            log.warning("no journal of %s: %s", folder, error)

    def erase(self) -> None:
        """Forget it."""
        with contextlib.suppress(OSError):
            self._file.unlink()


def clean_leftovers() -> list[str]:
    """Remove the hidden folders of extractions whose process has died; return their paths."""
    removed = []
    for file in sorted(journal_folder().glob("*.json")):
        try:
            note = json.loads(file.read_text())
            if _is_alive(note):
                continue
            if _is_the_same(note):
                remove_tree(note["folder"])
                removed.append(note["folder"])
            file.unlink()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("cannot clean up after %s: %s", file, error)
    return removed


def remove_tree(folder: str) -> None:
    """Remove a folder that we have made, with all that it holds, whatever its permissions; nothing if it is gone."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        _open_up(folder)
        shutil.rmtree(folder)


def _open_up(folder: str) -> None:
    """Let this user into all folders again."""
    os.chmod(folder, 0o700)
    for _, names, _, descriptor in os.fwalk(folder):
        for name in names:
            if stat.S_ISDIR(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode):
                os.chmod(name, 0o700, dir_fd=descriptor)


def _is_alive(note: dict[str, Any]) -> bool:
    return _start_of(int(note["pid"])) == int(note["started"])


def _start_of(pid: int) -> int:
    """Return when a process started, in ticks since boot; -1 if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return -1


def _is_the_same(note: dict[str, Any]) -> bool:
    """Tell whether the folder is still the one that was noted, and ours."""
    try:
        status = os.lstat(note["folder"])
    except FileNotFoundError:
        return False
    same = (status.st_dev, status.st_ino) == (int(note["dev"]), int(note["ino"]))
    return same and stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
