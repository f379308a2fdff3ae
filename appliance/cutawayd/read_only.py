"""File systems that nobody can write to: what lies on their devices is all that there is of them."""

from __future__ import annotations

import os


def read_only_type(descriptor: int) -> str:
    """Return the type of the file system that something open is in, if that is mounted read-only; nothing if it is not,
    or lies on other devices for a part.

    Source: proc_pid_mountinfo(5).
    """
    wanted = _mount_number(descriptor)
    with open("/proc/self/mountinfo", "rb") as file:
        for line in file:
            before, _, after = line.partition(b" - ")
            if before.split(None, 1)[0] == wanted:
                vfs_type, _, *options = after.split()
                words = options[-1].split(b",")
                on_two_devices = any(word.startswith((b"rtdev=", b"journal_dev=")) for word in words)
                return vfs_type.decode() if b"ro" in words and not on_two_devices else ""
    return ""


def _mount_number(descriptor: int) -> bytes:
    """Return the number of the mount that something was opened in: those of btrfs have no device's number."""
    with open(f"/proc/self/fdinfo/{descriptor}", "rb") as file:
        return next((line.split()[1] for line in file if line.startswith(b"mnt_id:")), b"")


def device_path(device: int) -> str:
    """Return the path of a block device in /dev."""
    name = os.path.basename(os.readlink(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"))
    return f"/dev/{name}"
