"""btrfs' quotas, scrubbing, checks and rescue, by btrfs(8) in a child."""

from __future__ import annotations

import dataclasses
import errno
import fcntl
import os
import struct

from cutaway.records import BtrfsQgroup, BtrfsScrub

from cutawayd.btrfsplaces import opened_file_system, place_of
from cutawayd.btrfsvolumes import group_word
from cutawayd.children import run
from cutawayd.names import translate
from cutawayd.words import number_word
from cutawayd.work import Work
from cutawayd.writing import made

#: linux/btrfs.h: what is wished, 1 on, 2 off, and room for a status.
_QUOTA_CTL, _QUOTA = 0xC0109428, struct.Struct("=QQ")
#: Where btrfs(8) keeps how far scrubs are.
_SCRUBS = "/var/lib/btrfs"
#: Exit codes of `btrfs rescue super-recover`: all superblocks were good; bad ones have been mended.
_RECOVERED = (0, 2)


def btrfs_quota_enable(work: Work, fs: str, enable: bool) -> None:
    """Switch quotas on or off."""
    with opened_file_system(work, fs, "") as descriptor:
        fcntl.ioctl(descriptor, _QUOTA_CTL, bytearray(_QUOTA.pack(1 if enable else 2, 0)))


def btrfs_quota_rescan(work: Work, fs: str) -> None:
    """Count anew."""
    with opened_file_system(work, fs, "") as descriptor:
        run(work, ["btrfs", "quota", "rescan", "-w", os.readlink(f"/proc/self/fd/{descriptor}")])


def btrfs_qgroup_limit(work: Work, subvolume: bytes, size: int) -> None:
    """Limit a subvolume."""
    _qgroup(work, subvolume, "limit", number_word(size, "the limit"))


def btrfs_qgroup_create(work: Work, qgroupid: str, subvolume: bytes) -> None:
    """Make a group."""
    _qgroup(work, subvolume, "create", group_word(qgroupid))


def btrfs_qgroup_destroy(work: Work, qgroupid: str, subvolume: bytes) -> None:
    """Remove a group."""
    _qgroup(work, subvolume, "destroy", group_word(qgroupid))


def btrfs_qgroup_show(work: Work, path: bytes) -> list[BtrfsQgroup]:
    """List the groups. Below two lines of headings each has one."""
    rows = (line.split() for line in _qgroup(work, path, "show", "--raw").splitlines())
    return [
        BtrfsQgroup(row[0].decode(), int(row[1]), int(row[2]))
        for row in rows
        if len(row) >= 3 and b"/" in row[0] and row[1].isdigit() and row[2].isdigit()
    ]


def btrfs_qgroup_assign(work: Work, src: str, dst: str, path: bytes) -> None:
    """Put a group into another."""
    _qgroup(work, path, "assign", group_word(src), group_word(dst))


def btrfs_qgroup_remove(work: Work, src: str, dst: str, path: bytes) -> None:
    """Take a group out of another."""
    _qgroup(work, path, "remove", group_word(src), group_word(dst))


def _qgroup(work: Work, path: bytes, *words: str) -> bytes:
    with place_of(work, path) as place:
        return run(work, ["btrfs", "qgroup", *words, place])


def btrfs_scrub_start(work: Work, path: bytes) -> None:
    """Begin a scrub."""
    _scrub(work, path, "start")


def btrfs_scrub_cancel(work: Work, path: bytes) -> None:
    """Give a scrub up."""
    _scrub(work, path, "cancel")


def btrfs_scrub_resume(work: Work, path: bytes) -> None:
    """Go on with a scrub."""
    _scrub(work, path, "resume")


def btrfs_scrub_full(work: Work, path: bytes, readonly: bool) -> None:
    """Scrub, and wait."""
    _scrub(work, path, "start", "-B", *(["-r"] if readonly else []))


def btrfs_scrub_status(work: Work, path: bytes) -> BtrfsScrub:
    """Return how far the last scrub is."""
    lines = _scrub(work, path, "status", "-R").decode("utf-8", "replace").splitlines()
    said = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    names = [field.name for field in dataclasses.fields(BtrfsScrub)]
    return BtrfsScrub(*(_count(said.get(name.removeprefix("btrfsscrub_"), "")) for name in names))


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _scrub(work: Work, path: bytes, *words: str) -> bytes:
    os.makedirs(_SCRUBS, exist_ok=True)
    with place_of(work, path) as place:
        return run(work, ["btrfs", "scrub", *words, place])


def btrfs_rescue_chunk_recover(work: Work, device: str) -> None:
    """Rebuild the chunk tree."""
    run(work, ["btrfs", "rescue", "chunk-recover", "-y", device])


def btrfs_rescue_super_recover(work: Work, device: str) -> None:
    """Mend superblocks."""
    run(work, ["btrfs", "rescue", "super-recover", "-y", device], accept=_RECOVERED)


def btrfs_fsck(work: Work, device: str, superblock: int | None, repair: bool) -> None:
    """Check a file system. A copy of the superblock is named by its number, 0 to 2."""
    options = ["--super", number_word(superblock, "the superblock")] if superblock is not None else []
    run(work, ["btrfs", "check", *options, *(["--repair"] if repair else []), device])


def btrfstune_seeding(work: Work, device: str, seeding: bool) -> None:
    """Make a file system a seed, or no longer."""
    _tune(work, device, "-f", "-S", str(int(seeding)))


def btrfstune_enable_extended_inode_refs(work: Work, device: str) -> None:
    """Allow more hard links."""
    _tune(work, device, "-r")


def btrfstune_enable_skinny_metadata_extent_refs(work: Work, device: str) -> None:
    """Let references be smaller."""
    _tune(work, device, "-x")


def _tune(work: Work, device: str, *words: str) -> None:
    run(work, ["btrfstune", *words, device])


def btrfs_image(work: Work, source: list[str], image: bytes, compresslevel: int | None) -> None:
    """Write metadata into a file."""
    if len(source) != 1 or not 0 <= (compresslevel or 0) <= 9:
        raise OSError(errno.EINVAL, "the metadata of one device are written, compressed by a level of 0 to 9")
    options = ["-c", str(compresslevel)] if compresslevel is not None else []
    with made(work, image, os.O_RDWR | os.O_TRUNC) as descriptor:
        run(work, ["btrfs-image", *options, translate(source[0]), f"/proc/{os.getpid()}/fd/{descriptor}"])
