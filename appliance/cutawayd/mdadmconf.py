"""mdadm.conf(5) and udev(7): how a system calls its arrays, in terms of those that run here. Pure.

Here an array is numbered by what its superblock asks for; the system's own configuration may call it anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cutawayd.mdsuperblock import Superblock

_BY_ID = "/dev/disk/by-id/md-"
#: How the links to partitions of an array end: by-id, of a device whose name ends in a digit, of any other.
_PARTITION = re.compile(r"(.*?)(?:-part|p|)(\d{1,3})")


def names(text: str, running: Mapping[str, Superblock]) -> dict[str, str]:
    """Return the names of arrays, each with the device here.

    Args:
        text: The system's mdadm.conf, whose word comes first.
        running: What the superblock of each device says.
    """
    found: dict[str, str] = {}
    for device, block in running.items():
        short = block.name.rpartition(":")[2] or device.removeprefix("/dev/md")
        links = (f"{_BY_ID}uuid-{block.uuid}", f"{_BY_ID}name-{block.name}", f"/dev/md/{short}")
        found |= dict.fromkeys(links, device)
    devices = {_digits(block.uuid): device for device, block in running.items()}
    given = {name: devices.get(uuid, "") for name, uuid in _given(text)}
    return found | given


def find(spec: str, known: Mapping[str, str]) -> str:
    """Return the device here that a name means, if it is an array's or that of a partition of one; else the name.

    What the system's configuration calls so, but is not here, is nothing: "".
    """
    if spec in known:
        return known[spec]
    match = _PARTITION.fullmatch(spec)
    device = known.get(match[1]) if match else None
    return f"{device}p{match[2]}" if match and device else spec


def _given(text: str) -> Iterator[tuple[str, str]]:
    """Give the device and the digits of the UUID of each array that the configuration names."""
    for line in re.sub(r"\n[ \t]+", " ", text).splitlines():
        keyword, *words = line.split("#", 1)[0].split() or [""]
        if not "array".startswith(keyword.lower()) or len(keyword) < 3:  # a word may be shortened to three letters
            continue
        uuid = next((word[5:] for word in words if word.lower().startswith("uuid=")), "")
        if uuid and "=" not in words[0]:
            yield words[0] if words[0].startswith("/") else f"/dev/md/{words[0]}", _digits(uuid)


def _digits(uuid: str) -> str:
    return re.sub(r"[^0-9a-f]", "", uuid.lower())
