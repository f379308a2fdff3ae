"""Facts of single kinds of contents: discs, arrays, f2fs; modules of the kernel."""

from __future__ import annotations

import calendar
import errno
import os
import re
import struct
from datetime import UTC, datetime
from typing import Any

from cutaway.records import ArrayMember, IsoInfo

from cutawayd.children import run
from cutawayd.transfers import opened_source
from cutawayd.words import plain_word
from cutawayd.work import Work

#: Where the primary volume descriptor lies, and what it begins with (ECMA-119, 8.4).
_PLACE, _SIZE, _MAGIC = 32768, 2048, b"\x01CD001\x01"
_IDENTIFIERS = ((8, 32), (40, 32), (190, 128), (318, 128), (446, 128), (574, 128), (702, 37), (739, 37), (776, 37))
_NUMBERS = struct.Struct("<80xI36xH2xH2xH")
_TIMES = (813, 830, 847, 864)
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d\d")
#: A member in /proc/mdstat: "sdb1[0](F)".
_MEMBER = re.compile(r"([^\s\[]+)\[(\d+)\]((?:\([A-Z]\))*)")


def isoinfo_device(work: Work, device: str) -> IsoInfo:
    """Return what a disc says of itself."""
    return isoinfo(work, device.encode())


def isoinfo(work: Work, isofile: bytes) -> IsoInfo:
    """Return what a disc in a file says of itself."""
    with opened_source(work, isofile) as descriptor:
        block = os.pread(descriptor, _SIZE, _PLACE)
    if len(block) != _SIZE or not block.startswith(_MAGIC):
        raise OSError(errno.EINVAL, "this is no ISO 9660 disc", isofile)
    names = [block[at : at + length].decode("ascii", "replace").rstrip(" \0") for at, length in _IDENTIFIERS]
    space, members, number, block_bytes = _NUMBERS.unpack_from(block)
    times = [_seconds(block[at : at + 17]) for at in _TIMES]
    facts: list[Any] = [*names[:2], space, members, number, block_bytes, *names[2:], *times]
    return IsoInfo(*facts)


def _seconds(field: bytes) -> int:
    """Return a time of a descriptor; its last byte is the zone, in quarters of an hour. -1: none, or nonsense."""
    match = _TIME.match(field)
    if match is None:
        return -1
    try:
        local = datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]  # six numbers
    except ValueError:
        return -1
    zone = int.from_bytes(field[16:17], "little", signed=True)
    return calendar.timegm(local.timetuple()) - zone * 15 * 60


def md_stat(work: Work, md: str) -> list[ArrayMember]:  # noqa: ARG001 every call has it
    """List the members of an array."""
    name = os.path.basename(os.path.realpath(md))
    with open("/proc/mdstat", encoding="ascii", errors="replace") as file:
        for line in file:
            head, separator, rest = line.partition(" : ")
            if separator and head == name:
                found = _MEMBER.findall(rest)
                return [
                    ArrayMember(f"/dev/{member}", int(at), re.sub("[()]", "", flags)) for member, at, flags in found
                ]
    raise OSError(errno.EINVAL, "this is no array that runs", md)


def f2fs_expand(work: Work, device: str) -> None:
    """Let an f2fs have all of its device."""
    run(work, ["resize.f2fs", device])


def modprobe(work: Work, modulename: str) -> None:
    """Load a module."""
    run(work, ["modprobe", "--", plain_word(modulename, "module")])
