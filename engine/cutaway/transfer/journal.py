"""Remembers the hidden folders of running extractions: what a killed program left is removed, or gone on with.

One small file per extraction in the user's state folder. A missing journal never fails an extraction. Blocking.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from cutaway.atomic_file import write_atomically

log = logging.getLogger(__name__)


def journal_folder() -> Path:
    """Return where the journal lies."""
    return platformdirs.user_state_path("cutaway") / "extractions"


class JournalEntry:
    """The note about one hidden folder; `erase` it when the folder is gone.

    Args:
        folder: The hidden folder.
        work: What is extracted, by which it could be gone on with; None if nobody wants that.
    """

    def __init__(self, folder: str, work: Mapping[str, Any] | None = None) -> None:
        self._file = journal_folder() / f"{os.path.basename(folder)[-40:]}.json"
        self._folder, self._work = folder, work
        self.renew()

    def renew(self) -> None:
        """Write it again, after the folder has been replaced by another of its name."""
        folder, work = self._folder, self._work
        status = os.lstat(folder)
        note = {
            "folder": folder, "dev": status.st_dev, "ino": status.st_ino,
            "pid": os.getpid(), "started": _start_of(os.getpid()), "work": work,
        }  # fmt: skip
        try:
            write_atomically(self._file, json.dumps(note).encode())
        except OSError as error:
            log.warning("no journal of %s: %s", folder, error)

    def erase(self) -> None:
        """Forget it."""
        with contextlib.suppress(OSError):
            self._file.unlink()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An extraction that a killed process has left: its hidden folder, and what was being extracted."""

    folder: str
    work: dict[str, Any]


def unfinished() -> list[Unfinished]:
    """Return the extractions that can be gone on with: `copy_out` takes such a one, `discard` removes it."""
    notes = [note for _, note in _left_behind() if _is_the_same(note)]
    return [Unfinished(note["folder"], note["work"]) for note in notes if isinstance(note.get("work"), dict)]


def discard(left: Unfinished) -> None:
    """Remove what an extraction has left."""
    for file, note in _left_behind():
        if note["folder"] == left.folder:
            _remove(file, note)


def clean_leftovers() -> list[str]:
    """Remove the hidden folders of extractions that nobody can go on with; return their paths."""
    left = [(file, note) for file, note in _left_behind() if not isinstance(note.get("work"), dict)]
    return [note["folder"] for file, note in left if _remove(file, note)]


def _left_behind() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give the notes of processes that have died."""
    for file in sorted(journal_folder().glob("*.json")):
        try:
            note = json.loads(file.read_text())
            if not _is_alive(note) and isinstance(note["folder"], str):
                yield file, note
        except FileNotFoundError:
            continue  # that extraction has ended meanwhile
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("cannot understand the note %s: %s", file, error)


def _remove(file: Path, note: dict[str, Any]) -> bool:
    """Remove a hidden folder and its note; return whether there was a folder."""
    try:
        was_there = _is_the_same(note)
        if was_there:
            remove_tree(note["folder"])
        file.unlink()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("cannot clean up after %s: %s", file, error)
        return False
    return was_there


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
