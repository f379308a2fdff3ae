"""What can be mounted of an image, as trees of file systems in the order in which a person looks for them.

Pure: takes a `Survey`, gives the arguments of `mount_tree`. Knows no handle and mounts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from cutaway.records import Filesystem, Mount, OperatingSystem, Survey

#: What blkid finds but mount(8) cannot mount: parts of something else, locked, or nothing known.
NOT_MOUNTABLE = frozenset({
    "", "unknown", "extended", "swap", "swsuspend", "LVM1_member", "LVM2_member", "linux_raid_member",
    "DM_snapshot_cow", "crypto_LUKS", "BitLocker", "random", "zfs_member", "bcache", "drbd",
})  # fmt: skip

#: File systems of discs, which fill a whole drive even where there is a partition table over them.
DISCS = frozenset({"iso9660", "udf"})


@dataclass(frozen=True, slots=True)
class MountTree:
    """File systems that are mounted together.

    Attributes:
        title: What a person calls it: the system's name, or the file system's label or device.
        mounts: What to mount where, "/" first.
        system: The operating system whose tree it is, None for a single file system.
    """

    title: str
    mounts: tuple[Mount, ...]
    system: OperatingSystem | None = None

    @property
    def arguments(self) -> list[list[str | bytes]]:
        """The mounts as `mount_tree` takes them."""
        return [[mount.mountable, mount.mountpoint, mount.options] for mount in self.mounts]


def is_mountable(filesystem: Filesystem) -> bool:
    """Return whether a file system is one that mount(8) may be tried on."""
    return filesystem.vfs_type not in NOT_MOUNTABLE


def plan(survey: Survey) -> list[MountTree]:
    """Return the trees of an image: each system's, then each mountable file system that belongs to none."""
    systems = [_system_tree(system) for system in survey.systems]
    covered = {mount.mountable for tree in systems for mount in tree.mounts}
    single = [found for found in survey.filesystems if is_mountable(found) and found.mountable not in covered]
    return systems + [_single_tree(filesystem, letters_of(survey, filesystem)) for filesystem in single]


def clear_choice(trees: list[MountTree]) -> MountTree | None:
    """Return the tree that a person means who names none: the system's, the only one, or the disc's.

    What else is on the drive of a disc is there for firmware, to start an installer from a stick.
    """
    if trees and (trees[0].system is not None or len(trees) == 1):
        return trees[0]
    for tree in trees:
        disc = tree.mounts[0]
        if disc.vfs_type in DISCS and all(_is_on(other.mounts[0].mountable, disc.mountable) for other in trees):
            return tree
    return None


def _is_on(device: str, drive: str) -> bool:
    """Return whether a device is a drive or a partition of it."""
    return device.removeprefix(drive).isdigit() if device.startswith(drive) and device != drive else device == drive


def _system_tree(system: OperatingSystem) -> MountTree:
    mounts = sorted(system.mountpoints, key=lambda mount: (mount.mountpoint != b"/", len(mount.mountpoint)))
    if not any(mount.mountpoint == b"/" for mount in mounts):
        mounts.insert(0, Mount(system.root, b"/"))
    return MountTree(system.title or system.hostname or system.root, tuple(mounts), system)


def letters_of(survey: Survey, filesystem: Filesystem) -> str:
    """Return what a Windows of the image calls a file system: "D:"; nothing if none has a letter for it."""
    devices = {filesystem.mountable, filesystem.container} - {""}
    mappings = [system.drive_mappings for system in survey.systems]
    found = sorted({letter for one in mappings for letter, device in one.items() if device in devices})
    return ", ".join(f"{letter}:" for letter in found)


def _single_tree(filesystem: Filesystem, letters: str) -> MountTree:
    name = filesystem.label or (filesystem.container or filesystem.mountable).removeprefix("/dev/")
    title = f"{letters} {name}" if letters else name
    return MountTree(title, (Mount(filesystem.mountable, b"/", filesystem.vfs_type),))
