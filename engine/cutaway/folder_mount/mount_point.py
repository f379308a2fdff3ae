"""The folder that an image is mounted on: whether it can be, what is mounted there now, and how that ends.

Blocking; asks the kernel's table of mounts, and fusermount3, which may unmount what its user has mounted.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from cutaway.errors import DestinationError, EngineError

DEVICE, SETTINGS = "/dev/fuse", "/etc/fuse.conf"
TYPE = "fuse.cutaway"
#: An unmount that takes longer than this waits for somebody who does not answer.
UNMOUNT_S = 5.0


@dataclass(frozen=True, slots=True)
class Mounted:
    """A line of the table of mounts."""

    vfs_type: str
    source: str


def check_host() -> None:
    """Find out whether this machine can mount at all.

    Raises:
        EngineError: something is missing.
    """
    if not os.path.exists(DEVICE):
        remedy = "Load the kernel's module (modprobe fuse); give a container the device and the right to mount."
        raise EngineError(f"{DEVICE} is not there, without which no folder can be mounted", remedy=remedy)
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        raise EngineError(f"{DEVICE} may not be used by you", remedy="Ask for the right to read and write it.")
    if shutil.which("fusermount3") is None:
        raise EngineError("fusermount3 was not found", remedy="Install it (Debian: apt install fuse3).")


def check_for_all() -> None:
    """Find out whether this user may let others look.

    Raises:
        EngineError: the administrator has not allowed it.
    """
    try:
        with open(SETTINGS, encoding="utf-8", errors="replace") as lines:
            is_allowed = any(line.strip() == "user_allow_other" for line in lines)
    except OSError:
        is_allowed = False
    if os.geteuid() != 0 and not is_allowed:
        remedy = f"Leave out --allow-other, or have 'user_allow_other' written into {SETTINGS}."
        raise EngineError("you may not let other users look into a folder that you mount", remedy=remedy)


def prepare(folder: str) -> str:
    """Return the true path of an empty folder to mount on; what a killed process has left mounted there is cleared.

    Raises:
        DestinationError: it cannot be mounted on.
    """
    path = os.path.realpath(folder)
    mounted = find_mount(path)
    try:
        is_empty = not os.listdir(path)
    except OSError as error:
        if error.errno != errno.ENOTCONN or mounted is None:
            raise _refusal(folder, error) from error
        if mounted.vfs_type != TYPE:
            raise _taken(folder, "a dead mount of another program is there", f"Run: fusermount3 -u {folder}") from error
        unmount(path)
        return prepare(folder)
    if mounted is not None and mounted.vfs_type == TYPE:
        raise _taken(folder, f"{mounted.source} is mounted there", f"Unmount it first: cutaway unmount {folder}")
    if not is_empty:
        raise _taken(folder, "it is not empty", "Make a new folder for it: what is in this one would be hidden.")
    if not os.access(path, os.W_OK):
        raise _taken(folder, "it is not yours to write to", "Choose a folder of your own.")
    return path


def _refusal(folder: str, error: OSError) -> DestinationError:
    number = error.errno or errno.EIO
    remedies = {errno.ENOENT: f"Make it first: mkdir {folder}", errno.ENOTDIR: "Choose a folder."}
    return DestinationError(
        f"{folder} cannot be mounted on: {os.strerror(number)}",
        path=folder, errno_name=errno.errorcode.get(number, "EIO"), remedy=remedies.get(number, ""),
    )  # fmt: skip


def _taken(folder: str, why: str, remedy: str) -> DestinationError:
    return DestinationError(f"{folder} cannot be mounted on: {why}", path=folder, errno_name="EBUSY", remedy=remedy)


def find_mount(path: str) -> Mounted | None:
    """Return what is mounted on exactly this path, the uppermost."""
    found = None
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        for line in table:
            before, _, after = line.partition(" - ")
            if _unescaped(before.split(" ")[4]) == path:
                vfs_type, source = after.split(" ")[:2]
                found = Mounted(vfs_type, _unescaped(source.rstrip("\n")))
    return found


def _unescaped(text: str) -> str:
    raw = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), os.fsencode(text))
    return os.fsdecode(raw)


def unmount(path: str, *, lazily: bool = False) -> None:
    """Unmount what Cutaway has mounted on a true path.

    Args:
        path: Where.
        lazily: Whether to take it out of the tree at once, even if it is in use.

    Raises:
        DestinationError: it is in use, or not the caller's.
    """
    command = ["fusermount3", "-u", *(["-z"] if lazily else []), "--", path]
    try:
        done = subprocess.run(command, capture_output=True, timeout=UNMOUNT_S, check=False, cwd="/")
        said = done.stderr.decode("utf-8", "surrogateescape").strip() if done.returncode else ""
    except subprocess.TimeoutExpired:
        said = "nobody answers"
    except FileNotFoundError as error:
        raise EngineError("fusermount3 was not found", remedy="Install it (Debian: apt install fuse3).") from error
    if said:
        remedy = "Close what uses it: programs, terminals and file managers that are in it."
        raise DestinationError(f"{path} cannot be unmounted: {said}", path=path, errno_name="EBUSY", remedy=remedy)
