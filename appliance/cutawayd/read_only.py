"""File systems that nobody can write to: what lies on their devices is all that there is of them."""

from __future__ import annotations

import os


def read_only_type(device: int) -> str:
    """Return the type of the file system on a device that is mounted read-only; nothing if there is none, or it lies on
    other devices too.

    Source: proc_pid_mountinfo(5).
    """
    wanted = f"{os.major(device)}:{os.minor(device)}".encode()
    with open("/proc/self/mountinfo", "rb") as file:
        for line in file:
            before, _, after = line.partition(b" - ")
            if before.split()[2] == wanted:
                vfs_type, _, *options = after.split()
                words = options[-1].split(b",")
                on_two_devices = any(word.startswith((b"rtdev=", b"journal_dev=")) for word in words)
                return vfs_type.decode() if b"ro" in words and not on_two_devices else ""
    return ""


def device_path(device: int) -> str:
    """Return the path of a block device in /dev."""
    name = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"))
    return f"/dev/{name}"
