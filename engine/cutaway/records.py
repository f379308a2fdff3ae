"""The values that calls return: frozen dataclasses, shared by host and guest.

On the wire a record is the array of its fields in the order of their declaration; new fields go to the end and
have a default. Names and paths from images are bytes. Sizes are in bytes, times in nanoseconds since the epoch.
"""

from __future__ import annotations

import stat as stat_module
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Stat:
    """The status of a file, as stat(2) gives it, with times in nanoseconds."""

    dev: int
    ino: int
    mode: int
    nlink: int
    uid: int
    gid: int
    rdev: int
    size: int
    blksize: int
    blocks: int
    atime_ns: int
    mtime_ns: int
    ctime_ns: int

    @property
    def is_dir(self) -> bool:
        """Whether it is a directory."""
        return stat_module.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat_module.S_ISREG(self.mode)

    @property
    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""
        return stat_module.S_ISLNK(self.mode)

    @property
    def modified(self) -> datetime:
        """The time of the last change of its content, in UTC, clamped to what datetime holds."""
        return instant(self.mtime_ns)


def instant(nanoseconds: int) -> datetime:
    """Return a time stamp of a (possibly hostile) file system as a datetime in UTC."""
    seconds = min(max(nanoseconds // 1_000_000_000, -62135596800), 253402300799)
    return datetime.fromtimestamp(seconds, tz=UTC)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One entry of a directory, as readdir(3) gives it.

    Attributes:
        ftyp: The type as one letter: r regular, d directory, l link, b, c, f fifo, s socket, u unknown.
    """

    ino: int
    ftyp: str
    name: bytes


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a directory with its status: what a file manager shows.

    Attributes:
        stat: Status of the entry itself (lstat); None where it could not be read (damage).
        target: What a symbolic link says, empty for anything else.
        leads_to_folder: Whether it is a directory, or a link that resolves to one.
    """

    name: bytes
    stat: Stat | None
    target: bytes = b""
    leads_to_folder: bool = False


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a walked tree; `path` is relative to where the walk began, empty for itself."""

    path: bytes
    stat: Stat
    target: bytes = b""


@dataclass(frozen=True, slots=True)
class InsertPlace:
    """Where something of an insertion is, or would have been.

    Attributes:
        path: In the image; empty if it is not there. `uid` and `gid` are those of the directory that it is in.
        reason: Why it is not there: "EEXIST" if the rule skipped it, "ENOENT" if it never was, or as errno(3) says.
    """

    path: bytes
    uid: int = 0
    gid: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InsertFailure:
    """Something that the image's file system did not take: its path in the hidden folder, and what tar(1) said."""

    path: bytes
    message: str


@dataclass(frozen=True, slots=True)
class TransferFailure:
    """A file of a bulk transfer that could not be read, by its index in the list asked for."""

    index: int
    errno_name: str
    message: str


@dataclass(frozen=True, slots=True)
class ExtendedAttribute:
    """An extended attribute (xattr(7)): name and value."""

    name: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Filesystem:
    """A file system, swap space or other content that was found on a device.

    Attributes:
        mountable: What to give to mount: "/dev/sda1", "/dev/vg0/root".
        vfs_type: "ext4", "xfs", "swap", "crypto_LUKS", "LVM2_member", "unknown" …
        label: The label, "" where there is none.
        uuid: The UUID as text, "" where there is none.
        size_bytes: Size of the device.
    """

    mountable: str
    vfs_type: str
    label: str
    uuid: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a drive."""

    device: str
    number: int
    start_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """A whole drive as the guest sees it."""

    device: str
    size_bytes: int
    partition_table: str
    partitions: list[Partition] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PhysicalVolume:
    """An LVM physical volume (pvs(8))."""

    pv_name: str
    pv_uuid: str
    vg_name: str
    pv_size: int
    pv_free: int


@dataclass(frozen=True, slots=True)
class VolumeGroup:
    """An LVM volume group (vgs(8))."""

    vg_name: str
    vg_uuid: str
    vg_size: int
    vg_free: int
    pv_count: int
    lv_count: int
    vg_attr: str


@dataclass(frozen=True, slots=True)
class LogicalVolume:
    """An LVM logical volume (lvs(8)); `device` is its canonical path "/dev/VG/LV"."""

    device: str
    lv_name: str
    vg_name: str
    lv_uuid: str
    lv_size: int
    lv_attr: str


@dataclass(frozen=True, slots=True)
class StatVfs:
    """The use of a file system, as statvfs(3) gives it."""

    bsize: int
    frsize: int
    blocks: int
    bfree: int
    bavail: int
    files: int
    ffree: int
    favail: int
    fsid: int
    flag: int
    namemax: int

    @property
    def size_bytes(self) -> int:
        """The size of the file system in bytes."""
        return self.blocks * self.frsize

    @property
    def used_bytes(self) -> int:
        """The bytes in use."""
        return (self.blocks - self.bfree) * self.frsize


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: what, where, of which type, with which options."""

    mountable: str
    mountpoint: bytes
    vfs_type: str = ""
    options: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """The version of the engine and its daemon."""

    major: int
    minor: int
    release: int
    extra: str = ""


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """An operating system found in the image; unknown facts are "" or 0 or "unknown".

    Attributes:
        root: The mountable of its root file system.
        type: "linux" or "unknown".
        distro: os-release's ID, such as "debian".
        product_name: As a person calls it: "Debian GNU/Linux 12 (bookworm)".
        arch: "x86_64", "i386", "aarch64" … from its programs.
        package_format: "deb", "rpm", "apk", "pacman" or "unknown".
        mountpoints: What to mount where, shortest mount point first, as its fstab says.
    """

    root: str
    type: str
    distro: str
    product_name: str
    major_version: int
    minor_version: int
    hostname: str
    arch: str
    package_format: str
    mountpoints: list[Mount] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that was found on the drives of a handle, in one answer.

    Attributes:
        logical_volumes: After activation of all complete volume groups.
        systems: Operating systems, in the order of their devices.
        warnings: What a person should know: damaged tables, missing volumes, as sentences.
    """

    devices: list[BlockDevice]
    filesystems: list[Filesystem]
    physical_volumes: list[PhysicalVolume]
    logical_volumes: list[LogicalVolume]
    systems: list[OperatingSystem]
    warnings: list[str]
