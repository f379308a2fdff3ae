"""What partition tables say of partitions and of the disk beyond their places: names, types, flags, GUIDs."""

from __future__ import annotations

import errno
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from cutawayd.partitiontable import EXTENDED, LOGICAL, Entry, Table, opened
from cutawayd.work import Work

#: Type GUIDs: an EFI system partition, a Linux file system.
EFI_SYSTEM, LINUX = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
#: The attribute that says that a BIOS may boot from a partition.
LEGACY_BOOT = 1 << 2
#: So many UTF-16 units has a name.
NAME_MAX = 36
#: Types of an extended partition.
_EXTENDED = {EXTENDED, 0x0F, 0x85}
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SIGN = 1 << 63


def part_set_bootable(work: Work, device: str, partnum: int, bootable: bool) -> None:  # noqa: ARG001 every call has it
    """Mark a partition for booting, or no longer."""
    with opened(device, writable=True) as table:
        entry = table.entry(partnum)
        with table.changing():
            if table.kind != "gpt":
                _set_active(table, entry, is_active=bootable)
            elif bootable or entry.guid == EFI_SYSTEM:
                table.set_type(partnum, EFI_SYSTEM if bootable else LINUX)


def _set_active(table: Table, entry: Entry, *, is_active: bool) -> None:
    """Make a partition of an MBR the active one, or no longer. There is one at most."""
    table.need("dos")
    for other in table.entries() if is_active else [entry]:
        if other.is_bootable != (is_active and other.number == entry.number):
            table.toggle_active(other.number)


def part_get_bootable(work: Work, device: str, partnum: int) -> bool:  # noqa: ARG001 every call has it
    """Return whether a partition is marked for booting."""
    with opened(device) as table:
        entry = table.entry(partnum)
        if table.kind == "gpt":
            return entry.guid == EFI_SYSTEM or bool(table.attributes(partnum) & LEGACY_BOOT)
        return entry.is_bootable


def part_set_name(work: Work, device: str, partnum: int, name: str) -> None:  # noqa: ARG001 every call has it
    """Name a partition."""
    if len(name.encode("utf-16-le", "replace")) > 2 * NAME_MAX or "\0" in name:
        raise OSError(errno.EINVAL, f"the name of a partition has at most {NAME_MAX} characters", device)
    with _changing(device, "gpt") as table:
        table.set_text(partnum, name=name)


def part_get_name(work: Work, device: str, partnum: int) -> str:  # noqa: ARG001 every call has it
    """Return the name of a partition."""
    with _reading(device, "gpt") as table:
        return table.entry(partnum).name


def part_set_mbr_id(work: Work, device: str, partnum: int, idbyte: int) -> None:  # noqa: ARG001 every call has it
    """Set the type of a partition."""
    if not 1 <= idbyte <= 0xFF:
        raise OSError(errno.EINVAL, "the type of a partition of an MBR is 1 to 255", device)
    with _changing(device, "dos") as table:
        table.set_type(partnum, idbyte)


def part_get_mbr_id(work: Work, device: str, partnum: int) -> int:  # noqa: ARG001 every call has it
    """Return the type of a partition."""
    with _reading(device, "dos") as table:
        return table.entry(partnum).code


def part_get_mbr_part_type(work: Work, device: str, partnum: int) -> str:  # noqa: ARG001 every call has it
    """Return what kind of partition it is."""
    with opened(device) as table:
        entry = table.entry(partnum)
        if table.kind == "dos" and entry.number > LOGICAL:
            return "logical"
        return "extended" if table.kind == "dos" and entry.code in _EXTENDED else "primary"


def part_set_gpt_type(work: Work, device: str, partnum: int, guid: str) -> None:  # noqa: ARG001 every call has it
    """Set the type of a partition."""
    wanted = _guid(guid)
    with _changing(device, "gpt") as table:
        table.set_type(partnum, wanted)


def part_get_gpt_type(work: Work, device: str, partnum: int) -> str:  # noqa: ARG001 every call has it
    """Return the type of a partition."""
    with _reading(device, "gpt") as table:
        return table.entry(partnum).guid.upper()


def part_set_gpt_guid(work: Work, device: str, partnum: int, guid: str) -> None:  # noqa: ARG001 every call has it
    """Set the GUID of a partition."""
    wanted = _guid(guid)
    with _changing(device, "gpt") as table:
        table.set_text(partnum, uuid=wanted)


def part_get_gpt_guid(work: Work, device: str, partnum: int) -> str:  # noqa: ARG001 every call has it
    """Return the GUID of a partition."""
    with _reading(device, "gpt") as table:
        return table.entry(partnum).uuid.upper()


def part_set_gpt_attributes(work: Work, device: str, partnum: int, attributes: int) -> None:  # noqa: ARG001 every call has it
    """Set the attributes of a partition."""
    if not -_SIGN <= attributes < 2 * _SIGN:
        raise OSError(errno.EINVAL, "attributes are 64 bits", device)
    with _changing(device, "gpt") as table:
        table.set_attributes(partnum, attributes % (2 * _SIGN))


def part_get_gpt_attributes(work: Work, device: str, partnum: int) -> int:  # noqa: ARG001 every call has it
    """Return the attributes of a partition."""
    with _reading(device, "gpt") as table:
        found = table.attributes(partnum)
        return found - 2 * _SIGN if found & _SIGN else found


def part_set_disk_guid(work: Work, device: str, guid: str) -> None:  # noqa: ARG001 every call has it
    """Set the GUID of the disk."""
    wanted = _guid(guid)
    with _changing(device, "gpt") as table:
        table.set_identifier(wanted)


def part_set_disk_guid_random(work: Work, device: str) -> None:
    """Give the disk another GUID."""
    part_set_disk_guid(work, device, str(uuid.uuid4()))


def part_get_disk_guid(work: Work, device: str) -> str:  # noqa: ARG001 every call has it
    """Return the GUID of the disk."""
    with _reading(device, "gpt") as table:
        return table.identifier().upper()


def _guid(text: str) -> str:
    """Return a GUID in the usual spelling.

    Raises:
        OSError: EINVAL, it is none.
    """
    if not _GUID.fullmatch(text):
        raise OSError(errno.EINVAL, f"{text!r} is no GUID")
    return text.upper()


@contextmanager
def _reading(device: str, kind: str) -> Iterator[Table]:
    """Give a table of a kind."""
    with opened(device) as table:
        table.need(kind)
        yield table


@contextmanager
def _changing(device: str, kind: str) -> Iterator[Table]:
    """Give a table of a kind, and write it afterwards."""
    with opened(device, writable=True) as table:
        table.need(kind)
        with table.changing():
            yield table
