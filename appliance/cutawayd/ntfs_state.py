"""Whether an NTFS may be written: not if it is dirty, nor if its Windows sleeps and believes to know what is on it.

Windows puts its memory into the volume also when it is "shut down" for a fast startup.
"""

from __future__ import annotations

import tempfile

from cutaway.records import Filesystem, OperatingSystem

from cutawayd import ntfs_index
from cutawayd.mappings import canonical
from cutawayd.syscalls import MNT_DETACH, MS_NODEV, MS_RDONLY, mount, umount
from cutawayd.sysroot import Sysroot

ASLEEP = (
    "Windows on {} is hibernated, or was shut down for a fast startup: it can only be read, because that Windows "
    "would overwrite what changes"
)
DIRTY = "The NTFS on {} was not cleanly unmounted: it can only be read until its own Windows has checked it"


def why_read_only(device: str) -> str:
    """Return why an NTFS is not to be written, as a sentence; nothing if it may be."""
    if _is_written(device):
        return ""
    if ntfs_index.is_dirty(device):
        return DIRTY.format(device)
    names = ntfs_index.root_names(device)
    if names is None or "hiberfil.sys" in {name.lower() for name in names}:
        return ASLEEP.format(device) if _is_asleep(device) else ""
    return ""


def _is_asleep(device: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="look-", dir="/run/cutaway") as folder:
        try:
            mount(device, folder, "ntfs3", MS_RDONLY | MS_NODEV, "")
        except OSError:
            return False
        try:
            return ntfs_index.is_hibernated(Sysroot(folder))
        finally:
            umount(folder.encode(), MNT_DETACH)


def _is_written(device: str) -> bool:
    """Return whether a device is mounted for writing: it is dirty because we are at it."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        words = [line.split() for line in file]
    return any(canonical(line[0]) == device and "rw" in line[3].split(",") for line in words)


def warnings(contents: list[Filesystem], systems: list[OperatingSystem]) -> list[str]:
    """Return what a person should know of the NTFS volumes of an image."""
    asleep = [system.root for system in systems if system.windows is not None and system.windows.is_hibernated]
    volumes = [item.mountable for item in contents if item.vfs_type == "ntfs" and item.mountable not in asleep]
    dirty = [device for device in volumes if ntfs_index.is_dirty(device) and not _is_written(device)]
    return [*(ASLEEP.format(device) for device in asleep), *(DIRTY.format(device) for device in dirty)]
