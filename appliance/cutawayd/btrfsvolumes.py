"""btrfs made; its subvolumes and devices, by ioctl(2) where the kernel answers, else by btrfs(8) in a child."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import struct
from collections.abc import Iterator

from cutaway.protocol.shapes import encode
from cutaway.records import BtrfsBalance, BtrfsSubvolume

from cutawayd import blkid
from cutawayd.btrfsplaces import opened, opened_file_system, place_for_new, place_of
from cutawayd.btrfsroots import default_subvolume, subvolumes
from cutawayd.children import run
from cutawayd.holders import all_holders
from cutawayd.names import translate
from cutawayd.words import label_word, number_word
from cutawayd.work import Work

#: linux/btrfs.h.
_RESIZE, _SYNC, _DEFAULT_SUBVOL, _BALANCE_PROGRESS = 0x50009403, 0x9408, 0x40089413, 0x84009422
_RESIZE_ARGS = struct.Struct("=q4088s")
#: struct btrfs_ioctl_balance_args: state, and chunks expected, considered, completed.
_BALANCE, _BALANCE_SIZE = struct.Struct("=8xQ408xQQQ"), 1024
_RUNNING = 1
#: What mkfs.btrfs(8) calls profiles.
PROFILES = frozenset({
    "single", "dup", "raid0", "raid1", "raid1c3", "raid1c4", "raid5", "raid6", "raid10",
})  # fmt: skip
COMPRESSIONS = frozenset({"zlib", "lzo", "zstd"})
#: The number of the subvolume at the top, and the greatest.
TOP, _ID_MAX = 5, (1 << 64) - 257
#: How btrfs(8) begins a line that names a snapshot.
_BELOW_SNAPSHOTS = "\t" * 4
QGROUP = re.compile(r"\d{1,5}/\d{1,15}")


def mkfs_btrfs(
    work: Work,
    devices: list[str],
    allocstart: int | None,
    bytecount: int | None,
    datatype: str | None,
    leafsize: int | None,
    label: str | None,
    metadata: str | None,
    nodesize: int | None,
    sectorsize: int | None,
) -> None:
    """Make a btrfs."""
    if not devices or (allocstart or 0) < 0:
        raise OSError(errno.EINVAL, "a btrfs needs a device, and begins at its beginning")
    options = ["--byte-count", number_word(bytecount, "the size", 1)] if bytecount is not None else []
    for name, profile in (("--data", datatype), ("--metadata", metadata)):
        if profile is not None and profile not in PROFILES:
            raise OSError(errno.EINVAL, f"there is no profile {profile!r}", devices[0])
        options += [name, profile] if profile is not None else []
    for name, size in (("--nodesize", leafsize if nodesize is None else nodesize), ("--sectorsize", sectorsize)):
        if size is not None and (size <= 0 or size & (size - 1)):
            raise OSError(errno.EINVAL, "the sizes of nodes and sectors are powers of two", devices[0])
        options += [name, str(size)] if size is not None else []
    options += ["--label", label_word(label, 255)] if label is not None else []
    run(work, ["mkfs.btrfs", "-q", "-f", *options, *map(translate, devices)])


def btrfs_subvolume_create(work: Work, dest: bytes, qgroupid: str | None) -> None:
    """Make a subvolume."""
    with place_for_new(work, dest) as place:
        run(work, ["btrfs", "subvolume", "create", *_in_group(qgroupid), place])


def btrfs_subvolume_delete(work: Work, subvolume: bytes) -> None:
    """Remove a subvolume."""
    with place_of(work, subvolume) as place:
        run(work, ["btrfs", "subvolume", "delete", place])


def btrfs_subvolume_snapshot(work: Work, source: bytes, dest: bytes, ro: bool, qgroupid: str | None) -> None:
    """Make a snapshot. Into a folder that is there already it gets the source's name, which btrfs(8) does."""
    options = [*(["-r"] if ro else []), *_in_group(qgroupid)]
    with place_of(work, source) as start, place_for_new(work, dest) as place:
        run(work, ["btrfs", "subvolume", "snapshot", *options, start, place])


def _in_group(qgroupid: str | None) -> list[str]:
    return ["-i", group_word(qgroupid)] if qgroupid is not None else []


def group_word(qgroupid: str) -> str:
    """Return the number of a quota group.

    Raises:
        OSError: EINVAL, it is none.
    """
    if not QGROUP.fullmatch(qgroupid):
        raise OSError(errno.EINVAL, 'a quota group is called "LEVEL/NUMBER"', qgroupid)
    return qgroupid


def btrfs_subvolume_list(work: Work, fs: str) -> Iterator[list[int | bytes]]:
    """List the subvolumes."""
    with opened_file_system(work, fs) as descriptor:
        found = list(subvolumes(work, descriptor))
    for number, parent, path in sorted(found):
        yield encode(BtrfsSubvolume(number, parent, path))


def btrfs_subvolume_set_default(work: Work, id: int, fs: bytes) -> None:  # noqa: A002 libguestfs' name
    """Say which is the default."""
    if not TOP <= id <= _ID_MAX:
        raise OSError(errno.EINVAL, f"no subvolume has the number {id}")
    with opened(work, fs, os.O_RDONLY | os.O_DIRECTORY) as folder:
        fcntl.ioctl(folder, _DEFAULT_SUBVOL, struct.pack("=Q", id))


def btrfs_subvolume_get_default(work: Work, fs: str) -> int:
    """Return which is the default."""
    with opened_file_system(work, fs) as descriptor:
        return default_subvolume(descriptor)


def btrfs_subvolume_show(work: Work, subvolume: bytes) -> dict[str, str]:
    """Return what is shown of a subvolume. Its first line is its path; below "Snapshot(s):" stand paths."""
    with place_of(work, subvolume) as place:
        lines = run(work, ["btrfs", "subvolume", "show", place]).decode("utf-8", "surrogateescape").split("\n")
    found, snapshots = {"path": lines[0].strip()}, list[str]()
    for line in lines[1:]:
        name, colon, value = line.strip().partition(":")
        if line.startswith(_BELOW_SNAPSHOTS):
            snapshots.append(line.removeprefix(_BELOW_SNAPSHOTS))
        elif colon:
            found[name] = value.strip().removeprefix("-") if value.strip() == "-" else value.strip()
    return found | {"Snapshot(s)": ",".join(snapshots)}


def btrfs_filesystem_show(work: Work, device: str) -> list[str]:
    """List the devices of a file system."""
    wanted = blkid.probe(device)
    if wanted.vfs_type != "btrfs":
        raise OSError(errno.EINVAL, "this is of no btrfs", device)
    found = []
    for other in dict.fromkeys([*all_holders(), device]):
        work.check()
        content = blkid.probe(other)
        if (content.vfs_type, content.uuid) == ("btrfs", wanted.uuid):
            found.append(other)
    return found


def btrfs_filesystem_resize(work: Work, mountpoint: bytes, size: int | None) -> None:
    """Resize a file system."""
    wanted = "max" if size is None else number_word(size, "the size", 1)
    with opened(work, mountpoint, os.O_RDONLY | os.O_DIRECTORY) as folder:
        fcntl.ioctl(folder, _RESIZE, bytearray(_RESIZE_ARGS.pack(0, wanted.encode())))


def btrfs_filesystem_sync(work: Work, fs: bytes) -> None:
    """Write everything."""
    with opened(work, fs) as descriptor:
        fcntl.ioctl(descriptor, _SYNC)


def btrfs_filesystem_defragment(work: Work, path: bytes, flush: bool, compress: str | None) -> None:
    """Defragment."""
    if compress is not None and compress not in COMPRESSIONS:
        raise OSError(errno.EINVAL, f"contents are compressed by {', '.join(sorted(COMPRESSIONS))}", path)
    options = [*(["-f"] if flush else []), *([f"-c{compress}"] if compress else [])]
    with place_of(work, path) as place:
        run(work, ["btrfs", "filesystem", "defragment", "-r", *options, place])


def btrfs_filesystem_balance(work: Work, fs: bytes) -> None:
    """Distribute everything anew."""
    _balance(work, fs, "start", "--full-balance")


def btrfs_balance_pause(work: Work, path: bytes) -> None:
    """Let a balance pause."""
    _balance(work, path, "pause")


def btrfs_balance_cancel(work: Work, path: bytes) -> None:
    """Give a balance up."""
    _balance(work, path, "cancel")


def btrfs_balance_resume(work: Work, path: bytes) -> None:
    """Let a balance go on."""
    _balance(work, path, "resume")


def _balance(work: Work, path: bytes, *words: str) -> None:
    with place_of(work, path) as place:
        run(work, ["btrfs", "balance", *words, place])


def btrfs_balance_status(work: Work, path: bytes) -> BtrfsBalance:
    """Return how far a balance is."""
    buffer = bytearray(_BALANCE_SIZE)
    with opened(work, path) as descriptor:
        try:
            fcntl.ioctl(descriptor, _BALANCE_PROGRESS, buffer)
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
            return BtrfsBalance("none")
    return balance_of(buffer)


def balance_of(buffer: bytes | bytearray) -> BtrfsBalance:
    """Return what the kernel says of a balance that is not over."""
    state, total, considered, balanced = _BALANCE.unpack_from(buffer)
    left = round(100 * max(0, total - balanced) / total) if total else 0
    return BtrfsBalance("running" if state & _RUNNING else "paused", total, balanced, considered, left)


def btrfs_device_add(work: Work, devices: list[str], fs: bytes) -> None:
    """Add devices."""
    with place_of(work, fs) as place:
        run(work, ["btrfs", "device", "add", "-f", *_some(devices), place])


def btrfs_device_delete(work: Work, devices: list[str], fs: bytes) -> None:
    """Remove devices."""
    with place_of(work, fs) as place:
        run(work, ["btrfs", "device", "delete", *_some(devices), place])


def _some(devices: list[str]) -> list[str]:
    if not devices:
        raise OSError(errno.EINVAL, "no device is named")
    return [translate(device) for device in devices]


def btrfs_replace(work: Work, srcdev: str, targetdev: str, mntpoint: bytes) -> None:
    """Put a device in the place of another."""
    with place_of(work, mntpoint) as place:
        run(work, ["btrfs", "replace", "start", "-B", "-f", srcdev, targetdev, place])
