"""Cutaway in the applications menu and in "Open With" of file managers: files in the person's own data folder.

The folders are those of the XDG Base Directory Specification, what goes into them is told by the Desktop Entry, Icon
Theme and Shared MIME-info specifications. Knows no Qt; waits for the disk and for the desktop's own tools.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

from cutaway_app.data_files import data_path
from cutaway_app.whole_file import write_whole

ENTRY = ("applications", "cutaway.desktop")
#: Where a data file of ours goes, below the data folder.
COPIES = {
    "cutaway-mime.xml": ("mime", "packages", "cutaway.xml"),
    os.path.join("icons", "cutaway.svg"): ("icons", "hicolor", "scalable", "apps", "cutaway.svg"),
}
#: What makes the desktop notice, and the folder that it is told; a desktop without such a tool looks by itself.
TOOLS = {
    "update-mime-database": ("mime",),
    "update-desktop-database": ("applications",),
    "gtk-update-icon-cache": ("icons", "hicolor"),
}
TOOL_S = 60.0


def install() -> list[str]:
    """Put the entry, the kinds of images and the icon where the desktop looks; return the paths of the files.

    Raises:
        OSError: one of them cannot be written.
    """
    written = [_write(target, _content(name)) for name, target in COPIES.items()]
    written.append(_write(ENTRY, _entry()))
    _tell_desktop()
    return written


def remove() -> list[str]:
    """Take away what `install` wrote; return the paths of what was there.

    Raises:
        OSError: one of the files cannot be removed.
    """
    removed = []
    for target in (ENTRY, *COPIES.values()):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_path(target))
            removed.append(_path(target))
    if removed:
        _tell_desktop()
    return removed


def is_installed() -> bool:
    """Return whether the person's own menu has the entry, and it starts this very program."""
    try:
        with open(_path(ENTRY), "rb") as file:
            return file.read() == _entry()
    except OSError:
        return False


def command() -> str:
    """Return the path of the program `cutaway` that belongs to this code."""
    beside = os.path.join(os.path.dirname(sys.executable), "cutaway")
    return beside if os.access(beside, os.X_OK) else shutil.which("cutaway") or "cutaway"


def quoted(argument: str) -> str:
    """Return an argument as the key Exec has it (Desktop Entry Specification, "The Exec key")."""
    for sign in '\\"`$':
        argument = argument.replace(sign, "\\" + sign)
    # The value as a whole is a string, in which a backslash is written twice.
    return '"' + argument.replace("\\", "\\\\").replace("%", "%%") + '"'


def _entry() -> bytes:
    lines = _content("cutaway.desktop").decode().splitlines()
    program = quoted(command())
    return "".join(line.replace("Exec=cutaway ", f"Exec={program} ") + "\n" for line in lines).encode()


def _content(name: str) -> bytes:
    with open(data_path(name), "rb") as file:
        return file.read()


def _path(target: tuple[str, ...]) -> str:
    base = os.environ.get("XDG_DATA_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.local/share"), *target)


def _write(target: tuple[str, ...], content: bytes) -> str:
    path = _path(target)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_whole(path, content)
    return path


def _tell_desktop() -> None:
    for tool, folder in TOOLS.items():
        if (program := shutil.which(tool)) and os.path.isdir(_path(folder)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run([program, _path(folder)], check=False, capture_output=True, timeout=TOOL_S)
