"""The calls about arrays of Linux software RAID; see `cutawayd.arrays`."""

from __future__ import annotations

import errno
import os
import re

from cutawayd import arrays, mdsuperblock, mdsysfs
from cutawayd.children import run
from cutawayd.guest import Guest
from cutawayd.names import translate
from cutawayd.work import Work

LEVELS = {
    "linear": "linear", "raid0": "0", "0": "0", "stripe": "0", "raid1": "1", "1": "1", "mirror": "1", "raid4": "4",
    "4": "4", "raid5": "5", "5": "5", "raid6": "6", "6": "6", "raid10": "10", "10": "10",
}  # fmt: skip
#: What an array can be called here. mdadm writes names of its own where there is no colon, and reads others as options.
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._:-]{0,31}")
_KIB = 1024


def list_md_devices(work: Work) -> list[str]:
    """List the arrays that run."""
    arrays.look(work)
    return [f"/dev/{name}" for name in mdsysfs.running()]


def md_detail(work: Work, md: str) -> dict[str, str]:
    """Return what mdadm says of an array."""
    _name(md)
    output = run(work, ["mdadm", "--detail", "--export", md]).decode("utf-8", "surrogateescape")
    pairs = (line.partition("=") for line in output.splitlines() if "=" in line)
    return {name.removeprefix("MD_").lower(): value for name, _, value in pairs}


def md_create(
    work: Work,
    name: str,
    devices: list[str],
    missingbitmap: int | None,
    nrdevices: int | None,
    spare: int | None,
    chunk: int | None,
    level: str | None,
) -> None:
    """Make an array."""
    places = _places([translate(device) for device in devices], missingbitmap or 0)
    spare = spare or 0
    count = len(places) - spare if nrdevices is None else nrdevices
    if count + spare != len(places) or count < 1 or spare < 0:
        raise OSError(errno.EINVAL, f"{len(places)} devices and gaps are not {count} and {spare} spare ones", name)
    if level is not None and level not in LEVELS:
        raise OSError(errno.EINVAL, f"there is no level {level!r}", name)
    called = name.removeprefix("/dev/md/").removeprefix("/dev/")
    if not _NAME.fullmatch(called):
        raise OSError(errno.EINVAL, "no array can be called so", name)
    number = arrays.free_number(work.guest, mdsuperblock.number_in(called))
    options = ["--chunk", str(_kibibytes(chunk))] if chunk else []
    host, _, own = called.rpartition(":")
    command = [
        "mdadm", "--create", f"/dev/md{number}", "--run", "--homehost", host or "localhost", "--name", own,
        "--level", LEVELS[level or "raid1"], "--raid-devices", str(count), "--spare-devices", str(spare), *options,
    ]  # fmt: skip
    arrays.load_modules(work, set())
    run(work, [*command, *places])
    _remember(work.guest, number, [place for place in places if place != "missing"])


def _places(devices: list[str], missing: int) -> list[str]:
    """Return the devices in their order, with "missing" at each place whose bit is set.

    Raises:
        OSError: EINVAL, it has bits without end.
    """
    if missing < 0:
        raise OSError(errno.EINVAL, "what is missing is a number of bits, and not below zero")
    places, rest = list[str](), list(devices)
    while rest or missing:
        places.append("missing" if missing & 1 else rest.pop(0) if rest else "")
        missing >>= 1
    return [place for place in places if place]


def _kibibytes(chunk: int) -> int:
    if chunk % _KIB or chunk < 0:
        raise OSError(errno.EINVAL, f"a chunk is a multiple of {_KIB} bytes")
    return chunk // _KIB


def _remember(guest: Guest, number: int, members: list[str]) -> None:
    """Take note of an array that was made, so that nobody tries to start what runs."""
    block = mdsuperblock.read(members[0])
    if block is not None:
        guest.array_numbers[block.uuid] = number
        guest.arrays_tried.add((block.uuid, frozenset(members)))


def md_stop(work: Work, md: str) -> None:
    """Stop an array."""
    name = _name(md)
    mdsysfs.stop(name)
    work.guest.arrays_stopped.add(arrays.forget(work.guest, name))


def _name(device: str) -> str:
    """Return the name of an array's device.

    Raises:
        OSError: it is no array's.
    """
    name = os.path.basename(device)
    if name not in mdsysfs.running():
        raise OSError(errno.EINVAL, "this is no array", device)
    return name


def release_drive(work: Work, device: str) -> None:
    """Stop the arrays that lie on a drive."""
    arrays.stop_all_on(work.guest, f"/sys/block/{os.path.basename(device)}")
