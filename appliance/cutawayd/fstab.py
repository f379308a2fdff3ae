"""fstab(5): what a system mounts where, in terms of the devices that are there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from cutaway.records import Filesystem, Mount

from cutawayd import blkid, crypttab, mdadmconf
from cutawayd.mappings import canonical
from cutawayd.names import translate

SKIPPED_TYPES = frozenset({"swap", "proc", "sysfs", "tmpfs", "devpts", "devtmpfs", "nfs", "nfs4", "cifs", "none"})
#: Folders of links to devices, and the tags that the links stand for (udev(7)).
BY_LINK = {
    "/dev/disk/by-uuid/": "UUID",
    "/dev/disk/by-label/": "LABEL",
    "/dev/disk/by-partuuid/": "PARTUUID",
    "/dev/disk/by-partlabel/": "PARTLABEL",
}
_DISK = re.compile(r"^/dev/(?:[hsv]|xv)d([a-z])(\d*)$")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def mountpoints(
    text: str, root: str, contents: list[Filesystem], root_options: str = "", volumes: str = "",
    arrays: Mapping[str, str] | None = None,
) -> list[Mount]:  # fmt: skip
    """Return what to mount where, shortest mount point first; the root always first.

    Args:
        text: The system's fstab.
        root: The device of its root.
        contents: What was found on the drives.
        root_options: What the root is mounted with.
        volumes: The system's crypttab.
        arrays: How the system calls arrays, see `mdadmconf.names`.
    """

    def find(spec: str, contents: list[Filesystem]) -> str | None:
        return resolve(mdadmconf.find(spec, arrays or {}), contents)

    found = {b"/": Mount(root, b"/", _type_of(root, contents), root_options)}
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) < 3 or words[2] in SKIPPED_TYPES or not words[1].startswith("/"):
            continue
        point = os.fsencode(_unescape(words[1])).rstrip(b"/") or b"/"
        spec = _unescape(words[0])
        device = find(spec, contents) or crypttab.find(spec, volumes, contents, find)
        if device is not None and point not in found and not _is_hostile(point):
            vfs_type = _type_of(device, contents)
            found[point] = Mount(device, point, vfs_type, _options(words) if vfs_type == "btrfs" else "")
    return sorted(found.values(), key=lambda mount: (mount.mountpoint.count(b"/"), mount.mountpoint))


def _is_hostile(point: bytes) -> bool:
    return b"\0" in point or b".." in point.split(b"/")


def _options(words: list[str]) -> str:
    """Return those options that change what is seen: subvolumes."""
    given = words[3].split(",") if len(words) > 3 else []
    return ",".join(option for option in given if option.startswith(("subvol=", "subvolid=")))


def _unescape(word: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 8)), word)


def _type_of(device: str, contents: list[Filesystem]) -> str:
    return next((item.vfs_type for item in contents if item.mountable == device), "")


def resolve(spec: str, contents: list[Filesystem]) -> str | None:
    """Return the device that the first field of a line means; None if it is not there."""
    tag, equals, value = spec.partition("=")
    value = value.strip('"')
    if equals and tag in {"UUID", "LABEL"}:
        wanted = "uuid" if tag == "UUID" else "label"
        matches = (item.mountable for item in contents if getattr(item, wanted).lower() == value.lower())
        return next(matches, None)
    if equals and tag in {"PARTUUID", "PARTLABEL"}:
        return _by_table(value, contents, is_name=tag == "PARTLABEL")
    for prefix, wanted in BY_LINK.items():
        if spec.startswith(prefix):
            return resolve(f"{wanted}={spec.removeprefix(prefix)}", contents)
    present = {item.mountable for item in contents}
    if (name := canonical(spec)) in present:
        return name
    return _by_position(spec, present)


def _by_table(value: str, contents: list[Filesystem], *, is_name: bool) -> str | None:
    """Return the partition that its table names so."""
    for item in contents:
        try:
            found = blkid.partition_identity(item.mountable)[is_name]
        except OSError:
            continue
        if found and found.lower() == value.lower():
            return item.mountable
    return None


def _by_position(spec: str, present: set[str]) -> str | None:
    """Return the drive of the same letter: what was vda in the guest's own machine is sda here."""
    match = _DISK.match(spec)
    if match is None:
        return None
    try:
        name = translate(f"/dev/sd{match.group(1)}{match.group(2)}")
    except OSError:
        return None
    return name if name in present else None
