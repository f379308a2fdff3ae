"""Calls about partition tables: MBR and GPT. On a drive added read-only what they write ends in its overlay."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import Device, call


class PartitionCalls:
    """Partitions, and what their tables say of them. Partitions are counted from 1, sectors are the device's.

    Fails with EINVAL if the device has no table, or none that knows such a thing; with ENOENT if there is no such
    partition; with EBUSY if the device is in use and the change cannot be made then.
    """

    @call(number=520)
    def part_disk(self, device: Device, parttype: str) -> None:
        """Make a new partition table, "mbr" or "gpt", with one partition, which is nearly all of the device.

        64 KiB at each end stay free. What the device held is lost.
        """

    @call(number=521)
    def part_del(self, device: Device, partnum: int) -> None:
        """Remove a partition; an extended one with the logical ones in it."""

    @call(number=522)
    def part_resize(self, device: Device, partnum: int, endsect: int) -> None:
        """Move the end of a partition; below zero it is counted from the device's end. What is in it is not touched."""

    @call(number=523)
    def part_list(self, device: Device) -> list[records.TableEntry]:
        """List the partitions by their numbers, extended ones included."""

    @call(number=524)
    def part_get_parttype(self, device: Device) -> str:
        """Return what partition table there is: "msdos", "gpt" …"""

    @call(number=525)
    def part_set_bootable(self, device: Device, partnum: int, bootable: bool) -> None:
        """Make a partition of an MBR the active one, one of a GPT an EFI system partition; or no longer."""

    @call(number=526)
    def part_get_bootable(self, device: Device, partnum: int) -> bool:
        """Return whether a partition is active, an EFI system partition, or marked for booting by a BIOS."""

    @call(number=527)
    def part_set_name(self, device: Device, partnum: int, name: str) -> None:
        """Name a partition of a GPT, by at most 36 characters."""

    @call(number=528)
    def part_get_name(self, device: Device, partnum: int) -> str:
        """Return the name of a partition of a GPT; "" if it has none."""

    @call(number=529)
    def part_set_mbr_id(self, device: Device, partnum: int, idbyte: int) -> None:
        """Set the type of a partition of an MBR, such as 0x83, 1 to 255."""

    @call(number=530)
    def part_get_mbr_id(self, device: Device, partnum: int) -> int:
        """Return the type of a partition of an MBR."""

    @call(number=531)
    def part_get_mbr_part_type(self, device: Device, partnum: int) -> str:
        """Return "primary", "logical" or "extended"; partitions of other tables are primary."""

    @call(number=532)
    def part_set_gpt_type(self, device: Device, partnum: int, guid: str) -> None:
        """Set the type GUID of a partition of a GPT."""

    @call(number=533)
    def part_get_gpt_type(self, device: Device, partnum: int) -> str:
        """Return the type GUID of a partition of a GPT, in capitals."""

    @call(number=534)
    def part_set_gpt_guid(self, device: Device, partnum: int, guid: str) -> None:
        """Set the GUID of a partition of a GPT."""

    @call(number=535)
    def part_get_gpt_guid(self, device: Device, partnum: int) -> str:
        """Return the GUID of a partition of a GPT, in capitals."""

    @call(number=536)
    def part_set_gpt_attributes(self, device: Device, partnum: int, attributes: int) -> None:
        """Set the attribute bits of a partition of a GPT (UEFI, 5.3.3); all 64, bit 63 makes the number negative."""

    @call(number=537)
    def part_get_gpt_attributes(self, device: Device, partnum: int) -> int:
        """Return the attribute bits of a partition of a GPT; with bit 63 the number is below zero."""

    @call(number=538)
    def part_set_disk_guid(self, device: Device, guid: str) -> None:
        """Set the GUID of a disk with a GPT."""

    @call(number=539)
    def part_set_disk_guid_random(self, device: Device) -> None:
        """Give a disk with a GPT another GUID, at random."""

    @call(number=540)
    def part_get_disk_guid(self, device: Device) -> str:
        """Return the GUID of a disk with a GPT, in capitals."""

    @call(number=541, feature="gdisk")
    def part_expand_gpt(self, device: Device) -> None:
        """Move the second copy of a GPT to the end of a disk that has become larger, and let partitions go up to it."""

    @call(number=542)
    def part_to_dev(self, partition: Device) -> str:
        """Return the drive or array of a partition: "/dev/sda" of "/dev/sda1". Fails with EINVAL if it is none."""

    @call(number=543)
    def part_to_partnum(self, partition: Device) -> int:
        """Return the number of a partition: 1 of "/dev/sda1"."""
