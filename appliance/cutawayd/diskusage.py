"""What df(1) prints of the mounted tree, by statvfs(3): a program costs fifty times as much under emulation."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import ceil

from cutawayd.mounts import mounted
from cutawayd.work import Work

#: Headings, and how wide their columns are at least (coreutils, src/df.c).
_KIB = ("Filesystem", "1K-blocks", "Used", "Available", "Use%", "Mounted on")
_HUMAN = ("Filesystem", "Size", "Used", "Avail", "Use%", "Mounted on")
_WIDTHS = (14, 5, 5, 5, 4)
_UNITS = "KMGTPEZY"
#: Device, mount point, and what statvfs says.
Mounted = tuple[str, str, os.statvfs_result]


def df(work: Work) -> str:
    """Return what df prints of the mounted tree."""
    return table(_usage(work), is_human=False)


def df_h(work: Work) -> str:
    """Return what df prints of the mounted tree, in units for a person."""
    return table(_usage(work), is_human=True)


def _usage(work: Work) -> Iterable[Mounted]:
    """Give what is mounted; of a file system that is mounted twice the first."""
    os.close(work.sysroot.open_root())
    seen: set[int] = set()
    for entry in mounted(work.sysroot):
        with work.sysroot.opened(entry.mountpoint, os.O_RDONLY | os.O_DIRECTORY) as folder:
            device, found = os.fstat(folder).st_dev, os.fstatvfs(folder)
        if found.f_blocks and device not in seen:
            yield _shown(os.fsencode(entry.mountable)), _shown(entry.mountpoint), found
        seen.add(device)


def _shown(name: bytes) -> str:
    """Return a name in which nothing moves a terminal's cursor."""
    text = name.decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def table(usage: Iterable[Mounted], *, is_human: bool) -> str:
    """Return the table."""
    rows: list[tuple[str, ...]] = [_HUMAN if is_human else _KIB]
    for device, point, found in usage:
        total, free, usable = (blocks * found.f_frsize for blocks in (found.f_blocks, found.f_bfree, found.f_bavail))
        used = total - free
        sizes = [(_human(size) if is_human else str(ceil(size / 1024))) for size in (total, used, usable)]
        share = f"{-(-used * 100 // (used + usable))}%" if used + usable else "-"
        rows.append((device, *sizes, share, point))
    widths = [max(least, *(len(row[column]) for row in rows)) for column, least in enumerate(_WIDTHS)]
    return "".join(_line(row, widths) for row in rows)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    numbers = (cell.rjust(width) for cell, width in zip(row[1:5], widths[1:], strict=True))
    return f"{row[0]:<{widths[0]}} {' '.join(numbers)} {row[5]}\n"


def _human(size: int) -> str:
    """Return a size in the greatest unit in which it is not less than one, rounded up, with a digit behind the point
    if there is one before it.
    """
    if size < 1024:
        return str(size)
    power = min((size.bit_length() - 1) // 10, len(_UNITS))
    while True:
        tenths = -(-size * 10 // (1 << 10 * power))
        whole = -(-size // (1 << 10 * power))
        if whole < 1024 or power == len(_UNITS):
            break
        power += 1
    return f"{tenths // 10}.{tenths % 10}{_UNITS[power - 1]}" if tenths < 100 else f"{whole}{_UNITS[power - 1]}"
