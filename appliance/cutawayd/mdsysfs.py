"""Arrays as sysfs shows them (linux admin-guide/md.rst): whether they run, and where their content is; stops them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from dataclasses import dataclass

from cutawayd.drives import SECTOR, number, read_short, write_short

#: linux/raid/md_u.h
STOP_ARRAY = 0x932
#: So soon after the last write an array is marked clean; whoever ends the appliance does not wait long.
SAFE_MODE_DELAY_S = b"0.02"
POLL_S, CLEAN_TIMEOUT_S = 0.002, 5.0
#: States of an array that has no content.
_STOPPED = frozenset({b"", b"clear", b"inactive"})
_CLEAN = frozenset({b"clean", b"read-auto", b"readonly"}) | _STOPPED


def is_running(name: str) -> bool:
    """Return whether an array has content, by its name in sysfs: "md0"."""
    return _state(name) not in _STOPPED


def running() -> list[str]:
    """Return the names of all arrays that run, in the order of their numbers."""
    numbers = sorted(int(name[2:]) for name in os.listdir("/sys/block") if name[:2] == "md" and name[2:].isdigit())
    return [f"md{number}" for number in numbers if is_running(f"md{number}")]


def _state(name: str) -> bytes:
    try:
        return read_short(f"/sys/block/{name}/md/array_state").strip()
    except FileNotFoundError:
        return b""


def settle(name: str) -> None:
    """Let nothing go on by itself in an array that was started; take away what is left of one that was not."""
    folder = f"/sys/block/{name}/md"
    if not os.path.exists(folder):
        return
    if not is_running(name):
        stop(name)
        return
    for attribute, value in (("sync_action", b"frozen"), ("safe_mode_delay", SAFE_MODE_DELAY_S)):
        if os.path.exists(f"{folder}/{attribute}"):  # levels without redundancy have neither
            write_short(f"{folder}/{attribute}", value)
    os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_CLOEXEC))  # the kernel looks for partitions with the first


def stop(name: str) -> None:
    """Stop an array.

    Raises:
        OSError: EBUSY, it is in use.
    """
    device = f"/dev/{name}"
    try:
        # Exclusively: the kernel itself would pull it away from under volumes.
        descriptor = os.open(device, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, STOP_ARRAY)
        finally:
            os.close(descriptor)
    except OSError as error:
        said = "the array is in use: unmount what is on it, deactivate its volume groups and lock its volumes first"
        raise OSError(error.errno, said if error.errno == errno.EBUSY else error.strerror, device) from error


def wait_until_clean() -> None:
    """Wait until all arrays are marked clean on their members, as they are soon after the last write to them."""
    deadline = time.monotonic() + CLEAN_TIMEOUT_S
    for name in running():
        clean = 0
        while clean < 2 and time.monotonic() < deadline:  # twice: it calls itself clean just before it writes that
            clean = clean + 1 if _state(name) in _CLEAN else 0
            time.sleep(POLL_S)


@dataclass(frozen=True, slots=True)
class Side:
    """A member of a mirror: its device's number, and where on it the data begins."""

    device: int
    offset: int


def whole_side(folder: str) -> Side | None:
    """Return a member of a mirror that holds all of it and has no bad blocks; None if none does, or it is no mirror."""
    if read_short(f"{folder}/md/level").strip() != b"raid1":
        return None
    slots = (f"{folder}/md/rd{slot}" for slot in range(number(f"{folder}/md/raid_disks")))
    return next((_side(slot) for slot in slots if os.path.exists(slot) and _is_whole(slot)), None)


def _is_whole(slot: str) -> bool:
    """Return whether the member in a slot was up to date when the array started, and has read well since."""
    state = read_short(f"{slot}/state").strip().split(b",")
    return b"in_sync" in state and b"faulty" not in state and not read_short(f"{slot}/bad_blocks").strip()


def _side(slot: str) -> Side:
    major, _, minor = read_short(f"{slot}/block/dev").strip().partition(b":")
    return Side(os.makedev(int(major), int(minor)), number(f"{slot}/offset") * SECTOR)


def degraded(name: str) -> int:
    """Return how many members an array does without."""
    with contextlib.suppress(FileNotFoundError):
        return number(f"/sys/block/{name}/md/degraded")
    return 0
