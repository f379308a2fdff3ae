"""Answers that make partitions, volumes and file systems in the model. A volume group has one physical volume here."""

from __future__ import annotations

import uuid
from dataclasses import replace

from cutaway.testing.answers.base import Family
from cutaway.testing.content import Sparse
from cutaway.testing.guest import Attached, Range
from cutaway.testing.images import MIB, Block, FakeFileSystem, FakePartition, FakeVolume, FakeVolumeGroup
from cutaway.testing.nodes import folder
from cutaway.testing.vfs import Refusal

TABLES = {"mbr": "dos", "msdos": "dos", "dos": "dos", "gpt": "gpt", "efi": "gpt"}
TYPES = {"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "ntfs", "exfat", "f2fs"}
SECTOR = 512


class CreationAnswers(Family):
    """CreationCalls, answered."""

    def _drive(self, device: str) -> Attached:
        name = self._unused(device).name
        for drive in self.guest.drives:
            if drive.whole.name == name:
                return drive
        raise Refusal("EINVAL", f"{device} is no whole drive")

    def _unused(self, device: str) -> Block:
        block = self.guest.block(device)
        if any(mounted.device == block.name for mounted in self.tree.table):
            raise Refusal("EBUSY", f"{device} is mounted")
        return block

    def part_init(self, device: str, parttype: str) -> None:
        """Make an empty partition table."""
        if parttype not in TABLES:
            raise Refusal("EINVAL", f"unknown partition table {parttype!r}")
        drive = self._drive(device)
        drive.image = replace(drive.image, partition_table=TABLES[parttype], partitions=(), holding=None)
        drive.whole.holding, drive.partitions, drive.volumes = None, [], []

    def part_add(self, device: str, prlogex: str, startsect: int, endsect: int) -> None:
        """Add a partition."""
        if prlogex not in {"p", "primary"}:
            raise Refusal("EINVAL", "only primary partitions can be made")
        drive = self._drive(device)
        last = endsect if endsect >= 0 else drive.whole.size_bytes // SECTOR - 34
        start, size = startsect * SECTOR, (last - startsect + 1) * SECTOR
        if not drive.image.partition_table or size <= 0 or start + size > drive.whole.size_bytes:
            raise Refusal("EINVAL", f"no such partition fits on {device}", "sfdisk")
        drive.image = replace(drive.image, partitions=(*drive.image.partitions, FakePartition(start, size)))
        name = f"{drive.whole.name}{len(drive.image.partitions)}"
        drive.partitions.append(Block(name, Range(drive.whole.content, start, size)))

    def pvcreate(self, device: str) -> None:
        """Make a physical volume of no group."""
        self._put(device, FakeVolumeGroup("", "", lvm_uuid()))

    def _put(self, device: str, holding: FakeFileSystem | FakeVolumeGroup) -> None:
        block = self._unused(device)
        block.holding, block.root = holding, None

    def vgcreate(self, volgroup: str, physvols: list[str]) -> None:
        """Make a volume group."""
        if len(physvols) != 1:
            raise Refusal("EOPNOTSUPP", "a volume group of the fake appliance has one physical volume")
        block = self.guest.block(physvols[0])
        held = block.holding or FakeVolumeGroup("", "", lvm_uuid())
        if not isinstance(held, FakeVolumeGroup) or held.name:
            raise Refusal("EINVAL", f"{block.name} is no free physical volume", "lvm")
        block.holding = replace(held, name=volgroup, uuid=lvm_uuid())

    def lvcreate(self, logvol: str, volgroup: str, mbytes: int) -> None:
        """Make a logical volume, in whole extents."""
        size = -(-mbytes // 4) * 4 * MIB
        for drive in self.guest.drives:
            for block in [drive.whole, *drive.partitions]:
                group = block.holding
                if isinstance(group, FakeVolumeGroup) and group.name == volgroup:
                    if group.used_bytes + size > group.size_on(block.size_bytes):
                        raise Refusal("ENOSPC", f"{volgroup} has not enough free space", "lvm")
                    volume = FakeVolume(logvol, size, None, lvm_uuid())
                    block.holding = replace(group, volumes=(*group.volumes, volume))
                    drive.volumes.append(Block(f"/dev/{volgroup}/{logvol}", Sparse(size)))
                    return
        raise Refusal("ENOENT", f"there is no volume group {volgroup}", "lvm")

    def mkfs(
        self,
        fstype: str,
        device: str,
        label: str | None,
        blocksize: int | None,
        features: str | None,  # noqa: ARG002 an empty tree has none
        inode: int | None,
        sectorsize: int | None,
    ) -> None:
        """Make an empty file system."""
        if sectorsize is not None or (inode is not None and not fstype.startswith("ext")):
            raise Refusal("EINVAL", f"{fstype} has nothing of a size to choose")
        if blocksize is not None and (blocksize <= 0 or blocksize & (blocksize - 1)):
            raise Refusal("EINVAL", "the size of blocks must be a power of two")
        if fstype not in TYPES:
            raise Refusal("EOPNOTSUPP", f"the appliance cannot make {fstype} file systems")
        first = {b"lost+found": folder(mode=0o700)} if fstype.startswith("ext") else {}
        self._put(device, FakeFileSystem(fstype, lambda: folder(dict(first)), label or "", _uuid()))

    def mkswap(self, device: str, label: str | None, uuid: str | None) -> None:
        """Make swap space."""
        self._put(device, FakeFileSystem("swap", None, label or "", uuid or _uuid()))


def _uuid() -> str:
    return str(uuid.uuid4())


def lvm_uuid() -> str:
    """Return a new UUID as LVM writes it."""
    text = uuid.uuid4().hex
    return "-".join([text[:6], *(text[at : at + 4] for at in range(6, 26, 4)), text[26:]])
