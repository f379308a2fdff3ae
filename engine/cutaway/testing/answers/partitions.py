"""Answers about partition tables: where partitions are. Their names, types and flags the model has not."""

from __future__ import annotations

from cutaway.records import TableEntry
from cutaway.testing.answers.base import Family
from cutaway.testing.guest import Attached
from cutaway.testing.vfs import Refusal


class PartitionAnswers(Family):
    """What PartitionCalls read, answered."""

    def part_list(self, device: str) -> list[TableEntry]:
        """List the partitions."""
        drive = self._partitioned(device)
        return [
            TableEntry(number, part.start_bytes, part.start_bytes + part.size_bytes - 1, part.size_bytes)
            for number, part in enumerate(drive.image.partitions, 1)
        ]

    def part_get_parttype(self, device: str) -> str:
        """Say what table there is."""
        table = self._partitioned(device).image.partition_table
        return "msdos" if table == "dos" else table

    def _partitioned(self, device: str) -> Attached:
        block = self.guest.block(device)
        for drive in self.guest.drives:
            if drive.whole is block and drive.image.partition_table:
                return drive
        raise Refusal("EINVAL", f"{device}: there is no partition table")

    def part_to_dev(self, partition: str) -> str:
        """Say what a partition is on."""
        return self._place(partition)[0]

    def part_to_partnum(self, partition: str) -> int:
        """Say which it is."""
        return self._place(partition)[1]

    def _place(self, partition: str) -> tuple[str, int]:
        block = self.guest.block(partition)
        for drive in self.guest.drives:
            if block in drive.partitions:
                return drive.whole.name, drive.partitions.index(block) + 1
        raise Refusal("EINVAL", f"{partition}: this is no partition")
