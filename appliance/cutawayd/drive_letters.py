"""Which partitions the drive letters of a Windows mean: the values of MountedDevices, in its system's hive.

A value is twelve bytes, the signature of a drive with an MBR and where on it the partition begins, in bytes; or
"DMIO:ID:" and the GUID of a partition in a GPT. Letters of what is not there (sticks, discs) are left out.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator

from cutawayd import blkid, hives
from cutawayd.drives import SECTOR, disks, number, partitions_of
from cutawayd.hives import Value

_LETTER = re.compile(r"\\DosDevices\\([A-Za-z]):", re.IGNORECASE)
GPT_PREFIX, GPT_LENGTH, MBR_LENGTH = b"DMIO:ID:", 24, 12
SIGNATURE_PLACE = 0x1B8


def mappings_of(values: list[Value]) -> dict[str, str]:
    """Return letters, as they are spelt, and devices."""
    wanted = {}
    for name, kind, data, _ in values:
        match = _LETTER.fullmatch(name)
        if match and kind == hives.BINARY and (identity := _identity(data)):
            wanted[match.group(1)] = identity
    if not wanted:
        return {}
    present = dict(_partitions())
    return {letter: present[identity] for letter, identity in sorted(wanted.items()) if identity in present}


def _identity(data: bytes) -> str:
    """Return what a value names, in the words of `_partitions`."""
    if data.startswith(GPT_PREFIX) and len(data) >= GPT_LENGTH:
        return str(uuid.UUID(bytes_le=data[8:24]))
    if len(data) == MBR_LENGTH:
        return f"{data[:4].hex()}+{int.from_bytes(data[4:], 'little')}"
    return ""


def _partitions() -> Iterator[tuple[str, str]]:
    """Give what identifies each partition, and its device."""
    for disk in disks():
        signature = _signature(disk.device)
        for name in partitions_of(disk):
            start = number(f"/sys/block/{disk.name}/{name}/start") * SECTOR
            yield f"{signature.hex()}+{start}", f"/dev/{name}"
            try:
                identity = blkid.partition_identity(f"/dev/{name}")[0]
            except OSError:
                continue
            if len(identity) == 36:  # of a partition in an MBR it is shorter
                yield identity.lower(), f"/dev/{name}"


def _signature(device: str) -> bytes:
    """Return the signature of a drive that has an MBR; one with a GPT has zeros there."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, 4, SIGNATURE_PLACE)
    finally:
        os.close(descriptor)
