"""What is mounted where in the tree, and the calls that change it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator

from cutaway.records import Mount

from cutawayd.children import ToolError
from cutawayd.entries import named
from cutawayd.finding import find_device
from cutawayd.mappings import canonical
from cutawayd.mounting import mount_as, mount_at
from cutawayd.refusal import Refusal
from cutawayd.syscalls import MNT_DETACH, UMOUNT_NOFOLLOW
from cutawayd.syscalls import umount as umount2
from cutawayd.sysroot import Sysroot, magic_path
from cutawayd.work import Work

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
    with _place(work, mountpoint) as target:
        mount_as(work, mountable, target, vfstype, options)


@contextlib.contextmanager
def _place(work: Work, mountpoint: bytes) -> Iterator[str]:
    """Give a path of the daemon's own to what something is to be mounted on."""
    if not mountpoint.strip(b"/"):
        yield work.sysroot.folder
        return
    with work.sysroot.opened(mountpoint, os.O_PATH | os.O_DIRECTORY) as folder:
        yield magic_path(folder)


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
