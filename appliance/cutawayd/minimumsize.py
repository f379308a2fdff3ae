"""How small a file system could be made, by the tool of its type."""

from __future__ import annotations

import errno
import os
import re

from cutawayd import blkid, mounts, xfs
from cutawayd.children import run
from cutawayd.work import Work

_NUMBER = re.compile(rb"(\d+)")
#: What ntfsresize(8) says.
_NTFS_LEAST, _NTFS_NOW = re.compile(rb"You might resize at (\d+)"), re.compile(rb"Current volume size:? *(\d+)")


def of(work: Work, device: str) -> int:
    """Return the size in bytes.

    Raises:
        OSError: EOPNOTSUPP, nobody knows for this type; EINVAL, it must be mounted for that.
    """
    kind = blkid.probe(device).vfs_type
    if kind in {"ext2", "ext3", "ext4"}:
        return _of_ext(work, device)
    if kind == "ntfs":
        return _of_ntfs(work, device)
    if kind in {"btrfs", "xfs"}:
        place = _mount_point(work, device)
        return _of_btrfs(work, place) if kind == "btrfs" else _of_xfs(work, place)
    raise OSError(errno.EOPNOTSUPP, f"nobody knows how small {kind or 'what is unknown'} could be", device)


def _of_ext(work: Work, device: str) -> int:
    blocks = _last_number(run(work, ["resize2fs", "-P", "-f", device]), device)
    with open(device, "rb") as file:
        file.seek(1024 + 24)  # s_log_block_size of struct ext4_super_block
        shift = int.from_bytes(file.read(4), "little")
    return blocks << (10 + min(shift, 6))


def _of_ntfs(work: Work, device: str) -> int:
    output = run(work, ["ntfsresize", "--info", "-ff", device], accept=(0, 1))
    found = _NTFS_LEAST.search(output) or _NTFS_NOW.search(output)  # one that is full cannot be smaller
    if found is None:
        raise OSError(errno.EIO, "ntfsresize does not say how small it could be", device)
    return int(found[1])


def _of_btrfs(work: Work, place: str) -> int:
    output = run(work, ["btrfs", "inspect-internal", "min-dev-size", place])
    found = _NUMBER.search(output)
    if found is None:
        raise OSError(errno.EIO, "btrfs does not say how small it could be", place)
    return int(found[1])


def _of_xfs(work: Work, place: str) -> int:
    facts = xfs.facts(work, place)
    return int(facts["data.bsize"]) * int(facts["data.blocks"])


def _last_number(output: bytes, device: str) -> int:
    numbers = _NUMBER.findall(output)
    if not numbers:
        raise OSError(errno.EIO, "nobody says how small it could be", device)
    return int(numbers[-1])


def _mount_point(work: Work, device: str) -> str:
    for entry in mounts.mounted(work.sysroot):
        if entry.mountable == device:
            return work.sysroot.folder + os.fsdecode(entry.mountpoint).rstrip("/")
    raise OSError(errno.EINVAL, "it must be mounted to say how small it could be", device)
