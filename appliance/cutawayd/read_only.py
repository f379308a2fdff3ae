"""File systems that nobody can write to: what lies on their devices is all that there is of them."""

from __future__ import annotations

import os

from cutawayd.drives import read_short

_READ = 1 << 16


def read_only_type(descriptor: int) -> str:
    """Return the type of the file system that something open is in, if that is mounted read-only; nothing if it is not,
    or lies on other devices for a part.

    Source: proc_pid_mountinfo(5).
    """
    place, wanted = _mark(descriptor)
    for line in _mountinfo().splitlines():
        before, _, after = line.partition(b" - ")
        if before.split(None, 3)[place] == wanted:
            vfs_type, _, *options = after.split()
            words = options[-1].split(b",")
            on_two_devices = any(word.startswith((b"rtdev=", b"journal_dev=")) for word in words)
            return vfs_type.decode() if b"ro" in words and not on_two_devices else ""
    return ""


def _mark(descriptor: int) -> tuple[int, bytes]:
    """Return which field of a mount's line tells that something is in it, and what it says there.

    All mounts of a device are of one superblock, whose options are asked for. Subvolumes of btrfs have device numbers
    that no line has: there it is the number of the mount.
    """
    device = os.fstat(descriptor).st_dev
    if os.major(device):
        return 2, b"%d:%d" % (os.major(device), os.minor(device))
    lines = read_short(f"/proc/self/fdinfo/{descriptor}").splitlines()
    return 0, next((line.split()[1] for line in lines if line.startswith(b"mnt_id:")), b"")


def _mountinfo() -> bytes:
    """Return the mount table. Not by a file object; see `read_short`."""
    descriptor = os.open("/proc/self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, _READ):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts)


def device_path(device: int) -> str:
    """Return the path of a block device in /dev."""
    name = os.path.basename(os.readlink(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"))
    return f"/dev/{name}"
