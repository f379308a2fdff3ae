"""XFS looked at, named, repaired and made larger, by xfsprogs; its scripts' work is done here."""

from __future__ import annotations

import os
import re

from cutawayd import labels
from cutawayd.children import run, status
from cutawayd.names import translate
from cutawayd.words import is_path, number_word, opened_place
from cutawayd.work import Work

_GROUP = re.compile(r"^(\S+)\s*=(.*)$")
_FIELD = re.compile(r"([\w-]+)=(\d+(?: blks)?)")
_HEAD = re.compile(r"(version \d+|\S+ log|[^\s=]+)(?=\s|$)")


def xfs_info2(work: Work, pathordevice: str) -> dict[str, str]:
    """Return the geometry."""
    if is_path(pathordevice):
        with work.sysroot.opened(os.fsencode(pathordevice), os.O_RDONLY) as descriptor:
            return facts(work, os.readlink(f"/proc/self/fd/{descriptor}"))
    return facts(work, translate(pathordevice))


def facts(work: Work, place: str) -> dict[str, str]:
    """Return the geometry of what is on a device, or mounted on a folder."""
    if place.startswith("/dev/"):
        output = run(work, ["xfs_db", "-p", "xfs_info", "-c", "info", "-r", "-F", place])
    else:
        output = run(work, ["xfs_spaceman", "-p", "xfs_info", "-c", "info", place])
    return parsed(output.decode("utf-8", "replace"))


def parsed(text: str) -> dict[str, str]:
    """Return what xfs_info(8) says: "GROUP.FIELD" → number, "GROUP" → what stands first in it."""
    found: dict[str, str] = {}
    group = ""
    for line in text.splitlines():
        match = _GROUP.match(line)
        if match is not None:
            group, rest = match.groups()
            if head := _HEAD.match(rest):
                found[group] = head[1]
        else:
            rest = line.partition("=")[2]
        found |= {f"{group}.{name}": value for name, value in _FIELD.findall(rest)}
    return found


def xfs_growfs(
    work: Work,
    path: bytes,
    datasec: bool,
    logsec: bool,
    rtsec: bool,
    datasize: int | None,
    logsize: int | None,
    rtsize: int | None,
    rtextsize: int | None,
    maxpct: int | None,
) -> None:
    """Make an XFS larger."""
    options = [letter for letter, is_wished in (("-d", datasec), ("-l", logsec), ("-r", rtsec)) if is_wished]
    sizes = {"-D": datasize, "-L": logsize, "-R": rtsize, "-e": rtextsize, "-m": maxpct}
    for letter, size in sizes.items():
        options += [letter, number_word(size, "a size")] if size is not None else []
    with work.sysroot.opened(path, os.O_RDONLY | os.O_DIRECTORY) as folder:
        run(work, ["xfs_growfs", *options, os.readlink(f"/proc/self/fd/{folder}")])


def xfs_admin(
    work: Work,
    device: str,
    extunwritten: bool,
    imgfile: bool,
    v2log: bool,
    projid32bit: bool,
    lazycounter: bool | None,
    label: str | None,
    uuid: str | None,
) -> None:
    """Change parameters."""
    options = [
        letter for letter, is_wished in (("-e", extunwritten), ("-f", imgfile), ("-j", v2log), ("-p", projid32bit))
        if is_wished
    ]  # fmt: skip
    if lazycounter is not None:
        options += ["-c", str(int(lazycounter))]
    if options:
        run(work, ["xfs_admin", *options, device])
    if label is not None:
        run(work, labels.xfs_label(device, label))
    if uuid is not None:
        run(work, labels.xfs_uuid(device, uuid))


def xfs_repair(
    work: Work,
    device: str,
    forcelogzero: bool,
    nomodify: bool,
    noprefetch: bool,
    forcegeometry: bool,
    maxmem: int | None,
    ihashsize: int | None,
    bhashsize: int | None,
    agstride: int | None,
    logdev: str | None,
    rtdev: str | None,
) -> int:
    """Repair an XFS."""
    options = [
        letter for letter, is_wished in (("-L", forcelogzero), ("-n", nomodify), ("-P", noprefetch)) if is_wished
    ]  # fmt: skip
    options += ["-o", "force_geometry"] if forcegeometry else []
    options += ["-m", number_word(maxmem, "the memory")] if maxmem is not None else []
    for name, value in (("ihash", ihashsize), ("bhash", bhashsize), ("ag_stride", agstride)):
        options += ["-o", f"{name}={number_word(value, name)}"] if value is not None else []
    for letter, other in (("-l", logdev), ("-r", rtdev)):
        options += [letter, translate(other)] if other is not None else []
    if not is_path(device):
        return status(work, ["xfs_repair", *options, translate(device)])
    with opened_place(work, device, os.O_RDONLY if nomodify else os.O_RDWR) as place:
        return status(work, ["xfs_repair", "-f", *options, place])
