"""Records about drives, partitions, volumes, file systems and mounts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Filesystem:
    """A file system, swap space or other content that was found on a device.

    Attributes:
        mountable: What to give to mount: "/dev/sda1", "/dev/vg0/root".
        vfs_type: "ext4", "xfs", "swap", "crypto_LUKS", "LVM2_member", "unknown" …; "random" for what is not known and
            random from its first byte on, as a volume of VeraCrypt is (vfs_type and list_filesystems say "unknown").
        label: The label, "" where there is none.
        uuid: The UUID as text, "" where there is none.
        size_bytes: Size of the device.
        container: The encrypted volume that it is the inside of, now that this is unlocked; "" for what is in none.
    """

    mountable: str
    vfs_type: str
    label: str
    uuid: str
    size_bytes: int
    container: str = ""


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
class RaidArray:
    """An array of Linux software RAID that runs (md(4)).

    Attributes:
        device: "/dev/md0".
        name: What its superblock calls it, "HOST:NAME" mostly; "" if that has no name. Any text at all.
        level: "raid0", "raid1", "raid5" …
        raid_disks: How many members it has when it is whole.
        members: Those that were found, spares included.
    """

    device: str
    name: str
    uuid: str
    level: str
    size_bytes: int
    raid_disks: int
    members: list[str] = field(default_factory=list)
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
class TableEntry:
    """A partition as its table has it; `part_end` is its last byte."""

    part_num: int
    part_start: int
    part_end: int
    part_size: int


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
