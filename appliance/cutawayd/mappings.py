"""The insides of encrypted volumes that are unlocked: the device mapper's devices as sysfs shows them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cutawayd.drives import read_short

#: What cryptsetup(8) puts before the identity of its mappings; and before that of those it needs for a moment.
_OURS, _PASSING = b"CRYPT-", b"CRYPT-TEMP-"


@dataclass(frozen=True, slots=True)
class Mapping:
    """The inside of an encrypted volume: its own device, and that of the volume."""

    device: str
    container: str


def mappings() -> list[Mapping]:
    """Return all that are unlocked, in the order in which they were."""
    numbers = sorted(int(name[3:]) for name in os.listdir("/sys/block") if name.startswith("dm-"))
    folders = [f"/sys/block/dm-{number}" for number in numbers]
    return [Mapping(_name(folder), _container(folder)) for folder in folders if _is_ours(folder)]


def _is_ours(folder: str) -> bool:
    identity = read_short(f"{folder}/dm/uuid")
    return identity.startswith(_OURS) and not identity.startswith(_PASSING)


def _name(folder: str) -> str:
    return "/dev/mapper/" + os.fsdecode(read_short(f"{folder}/dm/name").rstrip(b"\n"))


def _container(folder: str) -> str:
    """Return the name of the volume that a mapping decrypts: a drive, a partition, or /dev/VG/LV."""
    below = os.listdir(f"{folder}/slaves")
    if len(below) != 1:
        return ""
    name = f"{folder}/slaves/{below[0]}"
    return canonical(_name(name)) if os.path.exists(f"{name}/dm") else f"/dev/{below[0]}"


def canonical(device: str) -> str:
    """Return /dev/VG/LV for a name of the device mapper's, any other name as it is."""
    if not device.startswith("/dev/mapper/"):
        return device
    group, dash, volume = device.removeprefix("/dev/mapper/").replace("--", "\0").partition("-")
    if not dash:
        return device
    name = f"/dev/{group}/{volume}".replace("\0", "-")
    return name if os.path.exists(name) else device
