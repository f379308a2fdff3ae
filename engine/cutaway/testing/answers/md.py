"""Answers about arrays. Those of the fake appliance are mirrors, whatever level they are said to have."""

from __future__ import annotations

import re
import uuid

from cutaway.records import RaidArray
from cutaway.testing.answers.base import Family
from cutaway.testing.content import Sparse
from cutaway.testing.guest import RunningArray
from cutaway.testing.images import Block, FakeRaidMember
from cutaway.testing.vfs import Refusal

LEVELS = {"raid0", "raid1", "raid4", "raid5", "raid6", "raid10"}
#: What the superblock takes of each member.
OVERHEAD = 1 << 20


class MdAnswers(Family):
    """MdCalls, answered."""

    def list_md_devices(self) -> list[str]:
        """List the arrays."""
        return [array.block.name for array in self.guest.arrays]

    def md_detail(self, md: str) -> dict[str, str]:
        """Say what is known."""
        array = self._array(md)
        facts = {"level": array.level, "devices": str(array.raid_disks), "metadata": "1.2"}
        return facts | {"uuid": array.uuid, "name": array.called}

    def _array(self, md: str) -> RunningArray:
        block = self.guest.block(md)
        for array in self.guest.arrays:
            if array.block is block:
                return array
        raise Refusal("EINVAL", f"{md}: this is no array")

    def md_create(
        self,
        name: str,
        devices: list[str],
        missingbitmap: int | None,
        nrdevices: int | None,
        spare: int | None,
        chunk: int | None,
        level: str | None,
    ) -> None:
        """Make an array."""
        members = [self.guest.block(device) for device in devices]
        if (missingbitmap or 0) < 0:
            raise Refusal("EINVAL", f"{name}: what is missing is a number of bits, and not below zero")
        gaps = (missingbitmap or 0).bit_count()
        count = len(members) + gaps - (spare or 0) if nrdevices is None else nrdevices
        level = level or "raid1"
        if count + (spare or 0) != len(members) + gaps or level not in LEVELS or (chunk or 0) % 1024:
            raise Refusal("EINVAL", f"{name}: no such array can be made", "mdadm")
        called = name.removeprefix("/dev/md/").removeprefix("/dev/")
        if not re.fullmatch(r"[A-Za-z0-9._][A-Za-z0-9._:-]{0,31}", called):
            raise Refusal("EINVAL", f"{name}: no array can be called so")
        found = RaidArray("", called, _uuid(), level, 0, count, [member.name for member in members])
        self._start(found, members)

    def _start(self, found: RaidArray, members: list[Block]) -> None:
        for member in members:
            member.holding, member.root = FakeRaidMember(found.uuid), None
        size = min(member.size_bytes for member in members) - OVERHEAD
        block = Block(f"/dev/md{self._number(found.name)}", Sparse(size))
        called = found.name if ":" in found.name else f"localhost:{found.name}"
        self.guest.arrays.append(RunningArray(block, called, found.uuid, found.level, found.raid_disks, members))

    def _number(self, called: str) -> int:
        match = re.fullmatch(r"(?:.*:)?(?:md)?(\d{1,4})", called)
        taken = set(self.list_md_devices())
        wished = [int(match[1])] if match else []
        number: int = next(number for number in [*wished, *range(127, -1, -1)] if f"/dev/md{number}" not in taken)
        return number

    def md_stop(self, md: str) -> None:
        """Take an array away."""
        array = self._array(md)
        if any(mounted.device == array.block.name for mounted in self.tree.table):
            raise Refusal("EBUSY", f"{md}: the array is in use")
        self.guest.arrays.remove(array)

    def release_drive(self, device: str) -> None:
        """Take the arrays of a drive away."""
        drive = next((one for one in self.guest.drives if one.whole.name == device), None)
        for array in list(self.guest.arrays):
            if drive is not None and any(member is block for member in array.members for block in drive.blocks):
                self.md_stop(array.block.name)


def _uuid() -> str:
    return uuid.uuid4().bytes.hex(":", 4)
