"""File systems of any type: checked, named, looked up, trimmed."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import re
import secrets
import struct
import uuid as uuids

from cutawayd import blkid as probing
from cutawayd import labels, lvm, minimumsize
from cutawayd.children import run, status
from cutawayd.entries import named
from cutawayd.holders import all_holders
from cutawayd.mappings import mappings
from cutawayd.words import opened_place, plain_word
from cutawayd.work import Work

#: FITRIM, linux/fs.h.
_FITRIM, _RANGE = 0xC0185879, struct.Struct("=QQQ")
_ALL = (1 << 64) - 1
#: How much of zeros is written at a time.
PIECE = 4 << 20
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_NOT_DIRECT = frozenset({errno.EINVAL, errno.EOPNOTSUPP})
_TYPE = re.compile(r"[a-z0-9_.]{1,40}")


def fsck(work: Work, fstype: str, device: str) -> int:
    """Check a file system."""
    program = f"fsck.{plain_word(fstype, 'type of file system')}"
    if not os.path.exists(f"/usr/sbin/{program}"):
        raise OSError(errno.EOPNOTSUPP, f"the appliance cannot check {fstype} file systems", device)
    return status(work, [program, "-a", device])


def set_label(work: Work, mountable: str, label: str) -> None:
    """Give a file system another label."""
    labels.set_label(work, mountable, label)


def set_uuid(work: Work, device: str, uuid: str) -> None:
    """Give a file system another UUID."""
    labels.set_uuid(work, device, uuid)


def set_uuid_random(work: Work, device: str) -> None:
    """Give it one at random."""
    labels.set_uuid(work, device, str(uuids.uuid4()))


def vfs_minimum_size(work: Work, mountable: str) -> int:
    """Return how small it could be."""
    return minimumsize.of(work, mountable)


def blkid(work: Work, device: str) -> dict[str, str]:  # noqa: ARG001 every call has it
    """Return what is known of a device."""
    return probing.tags(device)


def findfs_uuid(work: Work, uuid: str) -> str:
    """Find a file system by its UUID."""
    return device_with(work, "UUID", uuid)


def findfs_label(work: Work, label: str) -> str:
    """Find a file system by its label."""
    return device_with(work, "LABEL", label)


def findfs_partuuid(work: Work, uuid: str) -> str:
    """Find a partition by its UUID."""
    return device_with(work, "PARTUUID", uuid)


def findfs_partlabel(work: Work, label: str) -> str:
    """Find a partition by its name."""
    return device_with(work, "PARTLABEL", label)


def device_with(work: Work, tag: str, value: str) -> str:
    """Return the first device of which a tag has a value; UUIDs may be in small letters or capitals.

    Raises:
        OSError: ENOENT, there is none.
    """
    wanted = value.lower() if tag.endswith("UUID") else value
    volumes = [volume.device for volume in lvm.activate(work)[1]]
    for device in [*all_holders(), *(item.device for item in mappings()), *volumes]:
        work.check()
        if os.path.exists(device):
            found = probing.tags(device).get(tag, "")
            if found and (found.lower() if tag.endswith("UUID") else found) == wanted:
                return device
    raise OSError(errno.ENOENT, f"there is no device with {tag.lower()}", value)


def filesystem_available(work: Work, filesystem: str) -> bool:
    """Return whether the kernel knows a type."""
    if not _TYPE.fullmatch(filesystem):
        raise OSError(errno.EINVAL, "this is no type of file system", filesystem)
    if filesystem not in _known():
        status(work, ["modprobe", "-q", "--", filesystem])
    return filesystem in _known()


def _known() -> set[str]:
    with open("/proc/filesystems", encoding="ascii") as file:
        return {line.split()[-1] for line in file}


def fstrim(
    work: Work, mountpoint: bytes, offset: int | None, length: int | None, minimumfreeextent: int | None
) -> None:  # fmt: skip
    """Tell the drive what is not used."""
    numbers = (offset or 0, _ALL if length is None else length, minimumfreeextent or 0)
    if min(numbers) < 0:
        raise OSError(errno.EINVAL, "offset, length and extent cannot be negative")
    with work.sysroot.opened(mountpoint, os.O_RDONLY | os.O_DIRECTORY) as folder:
        fcntl.ioctl(folder, _FITRIM, bytearray(_RANGE.pack(*numbers)))


def mklost_and_found(work: Work, mountpoint: bytes) -> None:
    """Make /lost+found."""
    with opened_place(work, mountpoint, os.O_RDONLY | os.O_DIRECTORY) as place:
        run(work, ["sh", "-c", 'cd "$1" && exec mklost+found', "-", place])


def zero_free_space(work: Work, directory: bytes) -> None:
    """Fill what is not used with zeros: directly, where the file system can, past the memory of the appliance."""
    with (
        work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder,
        named(directory),
        mmap.mmap(-1, PIECE) as zeros,
    ):
        name = f"{secrets.token_hex(4)}.zer".encode()
        free = os.statvfs(folder)
        total, done = free.f_bfree * free.f_frsize, 0
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            for is_direct in (True, False):  # what is less than a piece goes through memory
                while written := _written(target, zeros, is_direct=is_direct):
                    done += written
                    work.progress(min(done, total), total)
            os.fsync(target)
        finally:
            os.close(target)
            os.unlink(name, dir_fd=folder)


def _written(target: int, zeros: mmap.mmap, *, is_direct: bool) -> int:
    """Write zeros; return how many there was room for."""
    flags = fcntl.fcntl(target, fcntl.F_GETFL) & ~os.O_DIRECT
    try:
        fcntl.fcntl(target, fcntl.F_SETFL, flags | (os.O_DIRECT if is_direct else 0))
        return os.write(target, zeros)
    except OSError as error:
        if error.errno in _FULL or (is_direct and error.errno in _NOT_DIRECT):
            return 0
        raise
