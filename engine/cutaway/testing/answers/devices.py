"""Answers about drives, partitions and what is on them."""

from __future__ import annotations

import uuid

from cutaway.records import BlockDevice, Filesystem, Partition, RaidArray, Survey
from cutaway.testing.answers.base import Family
from cutaway.testing.answers.recognise import find_systems
from cutaway.testing.answers.volumes import logical_volumes, physical_volumes
from cutaway.testing.guest import type_of
from cutaway.testing.images import FakeEncrypted, FakeFileSystem, FakeRaidMember
from cutaway.testing.vfs import Refusal

#: How often a wait for a drive looks.
LOOK_S = 0.005


class DeviceAnswers(Family):
    """DeviceCalls, answered."""

    def list_devices(self) -> list[str]:
        """List the drives."""
        return [drive.whole.name for drive in self.guest.drives]

    def list_partitions(self) -> list[str]:
        """List the partitions."""
        return [partition.name for drive in self.guest.drives for partition in drive.partitions]

    def list_filesystems(self) -> dict[str, str]:
        """Map what can be mounted to types."""
        self.guest.groups_active = True
        return {block.name: type_of(block) or "unknown" for block in self.guest.holders()}

    def vfs_type(self, mountable: str) -> str:
        """Say the type."""
        return type_of(self.guest.block(mountable))

    def vfs_label(self, mountable: str) -> str:
        """Say the label."""
        holding = self.guest.block(mountable).holding
        return holding.label if isinstance(holding, FakeFileSystem) else ""

    def vfs_uuid(self, mountable: str) -> str:
        """Say the UUID."""
        holding = self.guest.block(mountable).holding
        if isinstance(holding, FakeRaidMember):
            return str(uuid.UUID(holding.uuid.replace(":", "")))
        if isinstance(holding, FakeFileSystem | FakeEncrypted):
            return holding.uuid
        return holding.pv_uuid if holding else ""

    def blockdev_getsize64(self, device: str) -> int:
        """Say the size."""
        return self.guest.block(device).size_bytes

    def survey(self) -> Survey:
        """Find everything."""
        self.guest.groups_active = True
        systems = find_systems(self.guest)
        self.guest.roots = [system.root for system in systems]
        return Survey(
            devices=self._devices(),
            filesystems=[*self.filesystems(), *self._groups_unlocked(), *self._members()],
            physical_volumes=physical_volumes(self.guest),
            logical_volumes=logical_volumes(self.guest),
            systems=systems,
            warnings=[],
            arrays=self._arrays(),
        )

    def _groups_unlocked(self) -> list[Filesystem]:
        """List the insides of encrypted volumes that are physical volumes, which hold no files themselves."""
        inside = [block for block, _ in self.guest.groups() if block.container]
        return [
            Filesystem(block.name, type_of(block), "", self.vfs_uuid(block.name), block.size_bytes, block.container)
            for block in inside
        ]

    def _members(self) -> list[Filesystem]:
        """List the members of arrays, which hold no files themselves."""
        found = [block for block in self.guest.blocks().values() if isinstance(block.holding, FakeRaidMember)]
        return [
            Filesystem(block.name, type_of(block), "", self.vfs_uuid(block.name), block.size_bytes) for block in found
        ]

    def _arrays(self) -> list[RaidArray]:
        return [
            RaidArray(
                array.block.name, array.called, array.uuid, array.level, array.block.size_bytes, array.raid_disks,
                [member.name for member in array.members],
            )
            for array in self.guest.arrays
        ]  # fmt: skip

    def _devices(self) -> list[BlockDevice]:
        return [
            BlockDevice(
                drive.whole.name,
                drive.whole.size_bytes,
                drive.image.partition_table,
                [
                    Partition(block.name, number, partition.start_bytes, partition.size_bytes)
                    for number, (block, partition) in enumerate(
                        zip(drive.partitions, drive.image.partitions, strict=True), 1
                    )
                ],
            )
            for drive in self.guest.drives
        ]

    def filesystems(self) -> list[Filesystem]:
        """List what list_filesystems finds."""
        return [
            Filesystem(
                name,
                vfs_type,
                self.vfs_label(name),
                self.vfs_uuid(name),
                self.blockdev_getsize64(name),
                self.guest.block(name).container,
            )
            for name, vfs_type in self.list_filesystems().items()
        ]

    def wait_for_drive(self, serial: str, timeout_ms: int) -> str:
        """Wait until a drive is there."""
        for _ in range(max(1, int(timeout_ms / 1000 / LOOK_S))):
            if name := self.guest.named(serial):
                return name
            self.work.pause(LOOK_S)
        raise Refusal("ETIMEDOUT", f"no drive of the serial number {serial} has appeared")

    def wait_for_drive_gone(self, device: str, timeout_ms: int) -> None:
        """Wait until a drive is gone."""
        for _ in range(max(1, int(timeout_ms / 1000 / LOOK_S))):
            if device not in self.guest.blocks():
                return
            self.work.pause(LOOK_S)
        raise Refusal("ETIMEDOUT", f"{device} is still there")
