"""How a file system is mounted: by system call; the FUSE drivers only where that does not do."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterable

from cutawayd import blkid, btrfsdevices, ntfs_state
from cutawayd.children import ToolError, run
from cutawayd.drives import write_short
from cutawayd.holders import RAID_MEMBER
from cutawayd.refusal import Refusal
from cutawayd.syscalls import MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY
from cutawayd.syscalls import mount as mount2
from cutawayd.ufs import ufs_type
from cutawayd.work import Work

ENCRYPTED = frozenset({"crypto_LUKS", "BitLocker", "FVE"})
#: What the kernel calls a type that libblkid calls differently.
KERNEL_TYPES = {"ntfs": "ntfs3", "hfs+": "hfsplus"}
#: Options that a type needs so that names come out as they are.
TYPE_OPTIONS = {
    "vfat": "utf8,shortname=mixed", "exfat": "iocharset=utf8", "ntfs3": "iocharset=utf8",
    "hfs": "codepage=macroman,iocharset=utf8",
}  # fmt: skip
#: Without writing, a journal that is not clean can only be left unread.
UNREPLAYED = {"ext3": "noload", "ext4": "noload", "xfs": "norecovery", "btrfs": "rescue=nologreplay"}
FLAGS = {"ro": MS_RDONLY, "noatime": MS_NOATIME, "nosuid": MS_NOSUID, "nodev": MS_NODEV, "noexec": MS_NOEXEC}
IGNORED = frozenset({"", "rw", "defaults", "auto", "noauto", "user", "nouser", "errors=remount-ro", "relatime"})
#: Types that the kernel's ext4 driver mounts, which reads inodes ahead.
INODES_AHEAD = frozenset({"ext2", "ext3", "ext4"})
_TYPE = re.compile(r"[a-z0-9_.+-]{1,40}")


def mount_at(work: Work, device: str, target: str, options: str) -> str:
    """Mount a device on a folder of the daemon's own tree; return why only for reading, if it should be for writing.

    Raises:
        Refusal: ENCRYPTED, or NOFILESYSTEM.
        OSError, ToolError: the kernel, or the driver, says no.
    """
    flags, data = _split(options)
    # Who may write has to know all that may lie around the file system; who reads is shown it sooner.
    content = blkid.probe_kind(device) if flags & MS_RDONLY else blkid.probe(device)
    if content.vfs_type in ENCRYPTED:
        raise Refusal("ENCRYPTED", f"{device} is encrypted ({content.vfs_type})")
    if content.vfs_type == RAID_MEMBER:
        raise Refusal("NOFILESYSTEM", f"{device} is a member of an array: what it holds is seen on that")
    if not content.vfs_type:
        raise Refusal("NOFILESYSTEM", f"{device} holds no file system that is known")
    if content.usage not in {"filesystem", ""}:
        raise Refusal("NOFILESYSTEM", f"{device} holds no file system but {content.vfs_type}")
    vfs_type = KERNEL_TYPES.get(content.vfs_type, content.vfs_type)
    if note := _why_read_only(device, vfs_type, flags):
        flags, options = flags | MS_RDONLY, f"ro,{options}"
    first, usual = OSError(errno.EINVAL, "not tried", device), None
    data = _ufs_told(device, data) if vfs_type == "ufs" else data
    for number, attempt in enumerate(_attempts(vfs_type, flags, data)):
        usual = usual or attempt
        try:
            mount2(device, target, vfs_type, *attempt)
        except OSError as error:
            first = error if number == 0 else first
            continue
        if attempt != usual:
            work.log(f"{device} could not be mounted as usual ({first.strerror}); mounted with {attempt[1]}")
        if vfs_type in INODES_AHEAD:
            _read_inodes_ahead(device)
        return note
    _last_resort(work, device, target, vfs_type, options, first)
    return note


def _ufs_told(device: str, data: list[str]) -> list[str]:
    """Return the options for a ufs, which kind it is among them.

    Raises:
        Refusal: NOFILESYSTEM: one that the kernel does not know.
    """
    if any(option.startswith("ufstype=") for option in data):
        return data
    if not (kind := ufs_type(device)):
        raise Refusal("NOFILESYSTEM", f"{device} holds a kind of ufs that the appliance has no driver for")
    return [f"ufstype={kind}", *data]


def _read_inodes_ahead(device: str) -> None:
    """Let ext4 read more inodes at a time: under emulation it is requests that cost, not bytes."""
    name = os.path.basename(os.path.realpath(device) if os.path.islink(device) else device)
    with contextlib.suppress(FileNotFoundError):
        write_short(f"/sys/fs/ext4/{name}/inode_readahead_blks", b"128")


def _attempts(vfs_type: str, flags: int, data: list[str]) -> Iterable[tuple[int, str]]:
    needed = TYPE_OPTIONS.get(vfs_type, "")
    yield flags, ",".join(filter(None, [needed, *data]))
    if vfs_type == "btrfs":
        btrfsdevices.register_all()
        yield flags, ",".join(filter(None, [needed, *data]))
    if flags & MS_RDONLY and vfs_type in UNREPLAYED:
        yield flags, ",".join(filter(None, [needed, *data, UNREPLAYED[vfs_type]]))
    if vfs_type == "xfs":  # a clone of one that is mounted has the same UUID
        yield flags, ",".join([*data, "nouuid"])
        yield flags | MS_RDONLY, ",".join([*data, "norecovery", "nouuid"])


def _last_resort(work: Work, device: str, target: str, vfs_type: str, options: str, first: OSError) -> None:
    """Try what is not the kernel's; if that does not do either, the kernel's own word stands."""
    if vfs_type == "ntfs3" and first.errno != errno.EBUSY and shutil.which("ntfs-3g"):
        try:
            run(work, ["ntfs-3g", "-o", options or "defaults", device, os.path.realpath(target)])
        except ToolError as error:
            raise ToolError("ntfs-3g", f"{device} ({vfs_type}) cannot be mounted: {error}") from first
        work.sysroot.forget_root()
        return
    code = first.errno or errno.EIO
    if code == errno.ENODEV:
        raise Refusal("NOFILESYSTEM", f"{device} holds {vfs_type}, for which the appliance has no driver") from first
    said = _why_not(code, options) or first.strerror
    raise OSError(code, f"the {vfs_type} file system cannot be mounted, {said}", device) from first


def _why_not(code: int, options: str) -> str:
    """Return what an error number of mount(2) means; "" if it says so itself."""
    if code == errno.EINVAL and (asked := ",".join(_split(options)[1])):
        return f"it is damaged, or its driver does not take all of the options {asked}"
    return "the file system is damaged" if code in {errno.EUCLEAN, errno.EINVAL, errno.EIO} else ""


def _split(options: str) -> tuple[int, list[str]]:
    """Split options as of mount(8) into flags and what the file system itself gets."""
    flags, data = 0, []
    for option in options.split(","):
        if option in FLAGS:
            flags |= FLAGS[option]
        elif option not in IGNORED:
            data.append(option)
    return flags | MS_NODEV, data


def mount_as(work: Work, device: str, target: str, vfs_type: str, options: str) -> None:
    """Mount as a type that is given, whatever the device holds.

    Raises:
        OSError: the kernel says no.
    """
    if not _TYPE.fullmatch(vfs_type):
        raise OSError(errno.EINVAL, "this is no type of file system", vfs_type)
    flags, data = _split(options)
    kind = KERNEL_TYPES.get(vfs_type, vfs_type)
    if note := _why_read_only(device, kind, flags):
        flags |= MS_RDONLY
        work.log(note)
    mount2(device, target, kind, flags, ",".join(data))


def _why_read_only(device: str, kind: str, flags: int) -> str:
    """Return why what is to be mounted for writing is mounted for reading only; nothing if it need not be."""
    return ntfs_state.why_read_only(device) if kind == "ntfs3" and not flags & MS_RDONLY else ""
