"""Partitions made, moved, listed and removed."""

from __future__ import annotations

import errno
import os

from cutaway.records import TableEntry

from cutawayd.children import run
from cutawayd.drives import number
from cutawayd.inuse import refuse_if_used
from cutawayd.partitiontable import EXTENDED, KINDS, LOGICAL, Table, opened
from cutawayd.work import Work

#: What a new partition leaves free at each end of a device: 64 KiB. A GPT needs 34 sectors.
MARGIN = 128
#: Names that libguestfs has from parted.
PARTED = {"dos": "msdos", "sgi": "dvh"}
_PRIMARY, _LOGICAL, _EXTENDED = {"p", "primary"}, {"l", "logical"}, {"e", "extended"}


def part_init(work: Work, device: str, parttype: str) -> None:  # noqa: ARG001 every call has it
    """Make an empty partition table."""
    kind = _kind(device, parttype)
    refuse_if_used(device)
    with opened(device, writable=True) as table:
        table.make(kind)
        table.replace()


def part_disk(work: Work, device: str, parttype: str) -> None:  # noqa: ARG001 every call has it
    """Make a table with one partition."""
    kind = _kind(device, parttype)
    refuse_if_used(device)
    with opened(device, writable=True) as table:
        if table.sectors <= 2 * MARGIN:
            raise OSError(errno.ENOSPC, "the device is too small for a partition", device)
        table.make(kind)
        table.add(MARGIN, table.sectors - 2 * MARGIN + 1, None)
        table.replace()


def _kind(device: str, parttype: str) -> str:
    if parttype not in KINDS:
        raise OSError(errno.EINVAL, f"unknown partition table {parttype!r}: what is usual is mbr or gpt", device)
    return KINDS[parttype]


def part_add(work: Work, device: str, prlogex: str, startsect: int, endsect: int) -> None:  # noqa: ARG001 every call has it
    """Add a partition."""
    if prlogex not in _PRIMARY | _LOGICAL | _EXTENDED:
        raise OSError(errno.EINVAL, f"{prlogex!r}: a partition is primary, logical or extended", device)
    with opened(device, writable=True) as table:
        if table.kind != "dos" and prlogex not in _PRIMARY:
            raise OSError(errno.EINVAL, "only an MBR has logical and extended partitions", device)
        size = _last(table, startsect, endsect) - startsect + 1
        if startsect < 1 or size < 1:
            raise OSError(errno.EINVAL, f"no partition has the sectors {startsect} to {endsect}", device)
        with table.changing():
            code = EXTENDED if prlogex in _EXTENDED else 0
            table.add(startsect, size, _free_number(table, is_logical=prlogex in _LOGICAL), code)


def _last(table: Table, start: int, end: int) -> int:
    """Return a partition's last sector; what is counted from the end, and lies where none may be, is moved there."""
    if end >= 0:
        return end
    last = table.sectors + end
    return min(last, table.usable[1]) if last > start else last


def _free_number(table: Table, *, is_logical: bool) -> int | None:
    """Return the number of a new partition; None: whichever is free. An MBR's say what kind they are."""
    if table.kind != "dos":
        return None
    taken = {entry.number for entry in table.entries()}
    if is_logical:
        return next(one for one in range(LOGICAL + 1, LOGICAL + 2 + len(taken)) if one not in taken)
    free = next((one for one in range(1, LOGICAL + 1) if one not in taken), None)
    if free is None:
        raise OSError(errno.ENOSPC, "an MBR has no more than four partitions that are not logical", table.device)
    return free


def part_del(work: Work, device: str, partnum: int) -> None:  # noqa: ARG001 every call has it
    """Remove a partition."""
    _refuse_if_held(device, partnum)
    with opened(device, writable=True) as table:
        table.entry(partnum)
        with table.changing():
            table.remove(partnum)


def _refuse_if_held(device: str, partnum: int) -> None:
    """Refuse to remove a partition that is mounted or part of something: the kernel would keep it.

    Asked before the table is opened: whoever has opened the device for himself alone has its partitions too.
    """
    for name in os.listdir(base := f"/sys/class/block/{os.path.basename(os.path.realpath(device))}"):
        path = f"{base}/{name}"
        if os.path.exists(f"{path}/partition") and number(f"{path}/partition") == partnum:
            refuse_if_used(f"/dev/{name}")


def part_resize(work: Work, device: str, partnum: int, endsect: int) -> None:  # noqa: ARG001 every call has it
    """Move the end of a partition."""
    with opened(device, writable=True) as table:
        start = table.entry(partnum).start
        size = _last(table, start, endsect) - start + 1
        if size < 1:
            raise OSError(errno.EINVAL, f"partition {partnum} begins at sector {start}, behind its new end", device)
        with table.changing():
            table.resize(partnum, size)


def part_list(work: Work, device: str) -> list[TableEntry]:  # noqa: ARG001 every call has it
    """List the partitions."""
    with opened(device) as table:
        unit = table.sector_bytes
        entries = sorted(table.entries(), key=lambda entry: entry.number)
        return [
            TableEntry(one.number, one.start * unit, (one.start + one.size) * unit - 1, one.size * unit)
            for one in entries
        ]


def part_get_parttype(work: Work, device: str) -> str:  # noqa: ARG001 every call has it
    """Return the table's kind."""
    with opened(device) as table:
        return PARTED.get(table.kind, table.kind)


def part_expand_gpt(work: Work, device: str) -> None:
    """Move the second copy of a GPT to the disk's end."""
    with opened(device) as table:
        table.need("gpt")
    run(work, ["sgdisk", "-e", device])


def part_to_dev(work: Work, partition: str) -> str:  # noqa: ARG001 every call has it
    """Return what a partition is on."""
    return f"/dev/{os.path.basename(os.path.dirname(_place(partition)))}"


def part_to_partnum(work: Work, partition: str) -> int:  # noqa: ARG001 every call has it
    """Return a partition's number."""
    return number(f"{_place(partition)}/partition")


def _place(partition: str) -> str:
    """Return the folder of a partition in sysfs.

    Raises:
        OSError: EINVAL, it is no partition.
    """
    place = os.path.realpath(f"/sys/class/block/{os.path.basename(os.path.realpath(partition))}")
    if not os.path.exists(f"{place}/partition"):
        raise OSError(errno.EINVAL, "this is no partition", partition)
    return place
