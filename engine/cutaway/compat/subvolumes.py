"""Subvolumes of btrfs as libguestfs names them: "btrfsvol:/dev/sda2/@" is what Cutaway mounts as /dev/sda2, subvol=@.

Pure.
"""

from __future__ import annotations

import re
from typing import Any

from cutaway.calls import AllCalls
from cutaway.protocol.declaration import Call, Kind
from cutaway.records import Mount, OperatingSystem

PREFIX = "btrfsvol:"
#: A volume group's name, or a folder of links, stands before that of the device; a drive's and a partition's does not.
_PLAIN = r"(?:(?:[hsv]|xv)d[a-z]{1,2}\d*|(?:md|dm-|loop|sr|nbd)\d+(?:p\d+)?|nvme\d+n\d+(?:p\d+)?)(?=/)"
_MOUNTABLE = re.compile(rf"{PREFIX}(/dev/(?:{_PLAIN}|disk/[^/]+/[^/]+|[^/]+/[^/]+))/+(.+)", re.DOTALL)
#: The calls that mount, and the options that they imply.
_MOUNTS = {AllCalls.mount: "", AllCalls.mount_ro: "ro", AllCalls.mount_options: ""}


def named(mount: Mount) -> str:
    """Return what libguestfs calls that which is to be mounted."""
    volume = next((word.partition("=")[2] for word in mount.options.split(",") if word.startswith("subvol=")), "")
    volume = volume.strip("/")
    return f"{PREFIX}{mount.mountable}/{volume}" if volume else mount.mountable


def root_of(system: OperatingSystem) -> str:
    """Return what libguestfs calls the root of a system."""
    return next((named(mount) for mount in system.mountpoints if mount.mountpoint == b"/"), system.root)


def divided(mountable: str) -> tuple[str, str]:
    """Return the device of a mountable, and the subvolume of it, "" if it names none.

    Raises:
        ValueError: it is said to be a subvolume, but names none.
    """
    if not mountable.startswith(PREFIX):
        return mountable, ""
    found = _MOUNTABLE.fullmatch(mountable)
    if found is None:
        raise ValueError(f"{mountable} names no subvolume")
    return found[1], found[2]


def with_options(call: Call[..., Any], arguments: dict[str, Any]) -> tuple[Call[..., Any], dict[str, Any]]:
    """Return how Cutaway makes a call of which an argument may be a subvolume: it mounts it by an option.

    What else is asked about a subvolume is asked about the device.
    """
    for item in call.arguments:
        if item.kind is not Kind.MOUNTABLE or not isinstance(value := arguments.get(item.name), str):
            continue
        arguments[item.name], volume = divided(value)
        if volume and call in _MOUNTS:
            options = [_MOUNTS[call], arguments.get("options", ""), f"subvol={volume}"]
            return AllCalls.mount_options, {**arguments, "options": ",".join(filter(None, options))}
    return call, arguments
