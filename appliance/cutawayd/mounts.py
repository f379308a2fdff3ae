"""Mounting by system call; mount(8) and the FUSE drivers only where that does not do."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator

from cutaway.records import Mount

from cutawayd import blkid, btrfsdevices, ntfs_state
from cutawayd.children import ToolError, run
from cutawayd.drives import write_short
from cutawayd.entries import named
from cutawayd.finding import find_device
from cutawayd.holders import RAID_MEMBER
from cutawayd.mappings import canonical
from cutawayd.refusal import Refusal
from cutawayd.syscalls import MNT_DETACH, MS_NOATIME, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, UMOUNT_NOFOLLOW
from cutawayd.syscalls import mount as mount2
from cutawayd.syscalls import umount as umount2
from cutawayd.sysroot import Sysroot, magic_path
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
_ESCAPE = re.compile(rb"\\([0-7]{3})")


def mount(work: Work, mountable: str, mountpoint: bytes) -> None:
    """Mount read-write."""
    mount_options(work, "", mountable, mountpoint)


def mount_ro(work: Work, mountable: str, mountpoint: bytes) -> None:
    """Mount read-only."""
    mount_options(work, "ro", mountable, mountpoint)


def mount_options(work: Work, options: str, mountable: str, mountpoint: bytes) -> None:
    """Mount with options."""
    if note := _mount(work, options, mountable, mountpoint):
        work.log(note)


def _mount(work: Work, options: str, mountable: str, mountpoint: bytes) -> str:
    with _place(work, mountpoint) as target:
        return mount_at(work, mountable, target, options)


def mount_vfs(work: Work, options: str, vfstype: str, mountable: str, mountpoint: bytes) -> None:
    """Mount as a type."""
    if not _TYPE.fullmatch(vfstype):
        raise OSError(errno.EINVAL, "this is no type of file system", vfstype)
    flags, data = _split(options)
    kind = KERNEL_TYPES.get(vfstype, vfstype)
    if note := _why_read_only(mountable, kind, flags):
        flags |= MS_RDONLY
        work.log(note)
    with _place(work, mountpoint) as target:
        mount2(mountable, target, kind, flags, ",".join(data))


def _why_read_only(device: str, kind: str, flags: int) -> str:
    """Return why what is to be mounted for writing is mounted for reading only; nothing if it need not be."""
    return ntfs_state.why_read_only(device) if kind == "ntfs3" and not flags & MS_RDONLY else ""


@contextlib.contextmanager
def _place(work: Work, mountpoint: bytes) -> Iterator[str]:
    """Give a path of the daemon's own to what something is to be mounted on."""
    if not mountpoint.strip(b"/"):
        yield work.sysroot.folder
        return
    with work.sysroot.opened(mountpoint, os.O_PATH | os.O_DIRECTORY) as folder:
        yield magic_path(folder)


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


def umount(work: Work, pathordevice: str) -> None:
    """Unmount what is named by device or mount point."""
    work.guest.close_reader()
    for entry in reversed(mounted(work.sysroot)):
        if entry.mountable == pathordevice or os.fsdecode(entry.mountpoint) == (pathordevice.rstrip("/") or "/"):
            _unmount(work.sysroot, entry, UMOUNT_NOFOLLOW)
            return
    raise OSError(errno.EINVAL, "nothing of that name is mounted", pathordevice)


def umount_all(work: Work) -> None:
    """Unmount everything, and remove mount points that were made."""
    work.guest.close_hive()
    work.guest.journal.close()
    work.guest.close_reader()
    for entry in reversed(mounted(work.sysroot)):
        _unmount(work.sysroot, entry, MNT_DETACH | UMOUNT_NOFOLLOW)
    for name in os.listdir(work.sysroot.folder):
        os.rmdir(f"{work.sysroot.folder}/{name}")


def _unmount(sysroot: Sysroot, entry: Mount, flags: int) -> None:
    place = os.fsencode(sysroot.folder) + (entry.mountpoint if entry.mountpoint != b"/" else b"")
    try:
        umount2(place, flags)
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror, entry.mountpoint) from error


def mounts(work: Work) -> list[str]:
    """List the mounted devices."""
    return [entry.mountable for entry in mounted(work.sysroot)]


def mountpoints(work: Work) -> dict[str, bytes]:
    """Map devices to mount points."""
    return {entry.mountable: entry.mountpoint for entry in mounted(work.sysroot)}


def mount_table(work: Work) -> list[Mount]:
    """List what is mounted."""
    return mounted(work.sysroot)


def mounted(sysroot: Sysroot) -> list[Mount]:
    """Read what the kernel has mounted in the tree, in the order of mounting."""
    root = os.fsencode(sysroot.folder)
    entries = []
    with open("/proc/self/mounts", "rb") as file:
        for line in file:
            device, point, vfs_type, options = (_unescape(word) for word in line.split()[:4])
            if point == root or point.startswith(root + b"/"):
                name = canonical(os.fsdecode(device))
                entries.append(Mount(name, point[len(root) :] or b"/", vfs_type.decode(), os.fsdecode(options)))
    return entries


def _unescape(word: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match.group(1), 8)]), word)


def mkmountpoint(work: Work, exemptpath: bytes) -> None:
    """Make a directory in the empty root."""
    os.mkdir(_in_empty_root(work, exemptpath))


def rmmountpoint(work: Work, exemptpath: bytes) -> None:
    """Remove a directory of the empty root."""
    place = _in_empty_root(work, exemptpath)
    work.sysroot.forget_root()
    with named(exemptpath):
        os.rmdir(place)


def _in_empty_root(work: Work, exemptpath: bytes) -> bytes:
    """Return the daemon's own path of a folder of the root on which nothing is mounted.

    Raises:
        OSError: EINVAL, EBUSY: it is none.
    """
    name = exemptpath.strip(b"/")
    if not name or b"/" in name or name in {b".", b".."}:
        raise OSError(errno.EINVAL, "a mount point is one name below the root", exemptpath)
    if os.path.ismount(work.sysroot.folder):
        raise OSError(errno.EBUSY, "a file system is mounted on the root", exemptpath)
    return os.fsencode(work.sysroot.folder) + b"/" + name


def mount_tree(work: Work, mounts: list[list[str | bytes]], readonly: bool) -> list[str]:
    """Mount a whole tree; what is not needed may fail."""
    umount_all(work)
    sentences: list[str] = []
    for entry in mounts:
        device, point, given = (os.fsencode(item) for item in (*entry, "")[:3])
        options = ",".join(filter(None, ["ro" if readonly else "", given.decode()]))
        try:
            note = _mount(work, options, find_device(work, os.fsdecode(device)), point)
            sentences += [note] if note else []
        except (OSError, Refusal, ToolError) as error:
            if point == b"/":
                umount_all(work)
                raise
            text = error.strerror if isinstance(error, OSError) else str(error)
            sentences.append(f"{os.fsdecode(device)} could not be mounted on {os.fsdecode(point)}: {text}")
    return sentences
