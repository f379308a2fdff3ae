"""Recognising systems: each file system is mounted read-only for a moment, beside the tree that is mounted."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cutaway.records import Filesystem, Mount, OperatingSystem

from cutawayd import devices, fstab, mdadmconf
from cutawayd.arrays import superblocks
from cutawayd.children import ToolError
from cutawayd.mounting import ENCRYPTED, mount_at
from cutawayd.osfacts import Facts, crypttab_of, facts_of, fstab_of, mdadm_conf_of
from cutawayd.refusal import Refusal
from cutawayd.syscalls import MNT_DETACH, MS_BIND, MS_RDONLY, MS_REMOUNT, UMOUNT_NOFOLLOW, mount, umount
from cutawayd.sysroot import Sysroot
from cutawayd.windows import may_hold_windows, windows_of
from cutawayd.work import Work

#: Types that never hold a root: not worth a mount.
NO_ROOT = ENCRYPTED | {
    "swap", "vfat", "exfat", "iso9660", "udf", "unknown", "random", "LVM2_member", "linux_raid_member",
}  # fmt: skip
#: Subvolumes of btrfs that hold the root: of Ubuntu, Debian, Fedora.
SUBVOLUMES = ("@", "@rootfs", "root")
SUBVOLUME_INODE = 256
#: Mount points without which facts are missing.
SEPARATE = frozenset({b"/usr", b"/var", b"/var/log", b"/var/log/journal"})


def inspect(work: Work, contents: list[Filesystem]) -> list[OperatingSystem]:
    """Return the systems whose roots are among these file systems; remember them for inspect_get_*."""
    found: list[OperatingSystem] = []
    for content in contents:
        if content.vfs_type in NO_ROOT or (content.vfs_type == "ntfs" and not may_hold_windows(content.mountable)):
            continue
        work.check()
        with looked_into(work, content.mountable) as tree:
            if tree is not None and content.vfs_type == "ntfs":
                system = windows_of(work, tree, content)
                found += [system] if system is not None else []
            elif tree is not None:
                found += _systems(work, tree, content, contents)
    work.guest.systems = found
    return found


@contextmanager
def looked_into(work: Work, device: str, options: str = "") -> Iterator[Sysroot | None]:
    """Mount a file system where nobody else looks; None if that cannot be done."""
    with tempfile.TemporaryDirectory(prefix="look-", dir="/run/cutaway") as folder:
        try:
            _mount_aside(work, device, folder, options)
        except (OSError, Refusal, ToolError) as error:
            work.log(f"{device} was not looked into: {error}", "info")
            yield None
            return
        try:
            yield Sysroot(folder)
        finally:
            umount(os.fsencode(folder), MNT_DETACH)


def _mount_aside(work: Work, device: str, place: str, options: str) -> None:
    """Mount a file system once more, to be read only.

    The kernel refuses that for one that is mounted for writing: its state is one for all mounts. Such a one is mounted
    alike, and only this mount of it is made read-only.
    """
    try:
        mount_at(work, device, place, ",".join(filter(None, ["ro", options])))
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        mount_at(work, device, place, options)
        mount(place, place, "none", MS_REMOUNT | MS_BIND | MS_RDONLY)


def _systems(work: Work, tree: Sysroot, content: Filesystem, contents: list[Filesystem]) -> Iterator[OperatingSystem]:
    """Give the system of a file system; of btrfs the one of the first subvolume that distributions put a root into."""
    subvolumes = SUBVOLUMES if content.vfs_type == "btrfs" else ()
    for name in ("", *subvolumes):
        root = Sysroot(f"{tree.folder}/{name}", must_be_mounted=False) if name else tree
        if name and not _is_subvolume(root.folder):
            continue
        with completed(work, root, content.mountable, contents):
            facts = facts_of(root)
        if facts is not None:
            options = f"subvol={name}" if name else ""
            arrays = _names_of_arrays(facts.fstab + facts.crypttab, facts.mdadm_conf)
            mounts = fstab.mountpoints(facts.fstab, content.mountable, contents, options, facts.crypttab, arrays)
            yield _system(facts, content.mountable, mounts)
            return


def _is_subvolume(folder: str) -> bool:
    """Return whether something is the root of a subvolume, by its inode (btrfs-subvolume(8)); a link is none."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_ino == SUBVOLUME_INODE


@contextmanager
def completed(work: Work, tree: Sysroot, device: str, contents: list[Filesystem]) -> Iterator[None]:
    """Mount a separate /usr and /var into a tree that is looked into: without them a system tells little."""
    text = fstab_of(tree)
    entries = _mountpoints(tree, text, device, contents) if "/usr" in text or "/var" in text else []
    with with_parts(work, tree, entries):
        yield


@contextmanager
def with_parts(work: Work, tree: Sysroot, entries: list[Mount]) -> Iterator[None]:
    """Mount those of the mount points of a system into its tree that facts lie in."""
    mounted: list[str] = []
    try:
        for entry in entries:
            if entry.mountpoint in SEPARATE:
                with suppress(OSError, Refusal, ToolError), tree.looked_at(entry.mountpoint, follow=False) as seen:
                    if stat.S_ISDIR(os.fstat(seen).st_mode):
                        place = tree.folder + os.fsdecode(entry.mountpoint)
                        _mount_aside(work, entry.mountable, place, entry.options)
                        mounted.append(place)
        yield
    finally:
        for place in reversed(mounted):
            umount(os.fsencode(place), MNT_DETACH | UMOUNT_NOFOLLOW)


def _mountpoints(tree: Sysroot, text: str, device: str, contents: list[Filesystem]) -> list[Mount]:
    volumes = crypttab_of(tree)
    arrays = _names_of_arrays(text + volumes, mdadm_conf_of(tree))
    return fstab.mountpoints(text, device, contents, volumes=volumes, arrays=arrays)


def _names_of_arrays(text: str, configuration: str) -> dict[str, str]:
    """Return how a system calls its arrays, if it names any."""
    return mdadmconf.names(configuration, superblocks()) if "/md" in text else {}


def _system(facts: Facts, device: str, mounts: list[Mount]) -> OperatingSystem:
    return OperatingSystem(
        root=device, type="linux", distro=facts.distro, product_name=facts.product_name,
        major_version=facts.version[0], minor_version=facts.version[1], hostname=facts.hostname, arch=facts.arch,
        package_format=facts.package_format, mountpoints=mounts,
        has_journal=facts.has_journal,
    )  # fmt: skip


def inspect_os(work: Work) -> list[str]:
    """Look for systems on all drives."""
    return [system.root for system in inspect(work, devices.filesystems(work))]


def inspect_get_roots(work: Work) -> list[str]:
    """Return the roots that were found."""
    return [system.root for system in work.guest.systems]


def inspect_systems(work: Work) -> list[OperatingSystem]:
    """Return all that was found."""
    return work.guest.systems


def system_at(work: Work, root: str) -> OperatingSystem:
    """Return what inspect_os has found of a system.

    Raises:
        Refusal: it has found no such.
    """
    for system in work.guest.systems:
        if system.root == root:
            return system
    raise Refusal("ENOENT", f"{root} is no root that inspect_os has found")


def _fact(get: Callable[[OperatingSystem], object]) -> Callable[[Work, str], object]:
    return lambda work, root: get(system_at(work, root))


inspect_get_type = _fact(lambda system: system.type)
inspect_get_distro = _fact(lambda system: system.distro or "unknown")
inspect_get_product_name = _fact(lambda system: system.product_name or "unknown")
inspect_get_major_version = _fact(lambda system: system.major_version)
inspect_get_minor_version = _fact(lambda system: system.minor_version)
inspect_get_hostname = _fact(lambda system: system.hostname or "unknown")
inspect_get_arch = _fact(lambda system: system.arch)
inspect_get_package_format = _fact(lambda system: system.package_format)
inspect_get_mountpoints = _fact(lambda system: {entry.mountpoint: entry.mountable for entry in system.mountpoints})
