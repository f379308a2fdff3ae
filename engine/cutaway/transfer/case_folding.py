"""Whether a folder of the host takes names that differ only by case for one: vfat, exfat, shares, ext4 with casefold.

Only looks, and makes nothing. Blocking.
"""

from __future__ import annotations

import array
import fcntl
import os

#: File systems that never tell case apart, as mountinfo calls them; of others a folder or a mount may decide.
_ALWAYS = frozenset({"vfat", "msdos", "exfat", "hfsplus", "hfs"})
_FS_IOC_GETFLAGS = 0x80086601
_FS_CASEFOLD_FL = 0x40000000
#: So many names are looked at for one that can tell; a folder that holds more is not asked so.
_LOOKED_AT = 10_000


def same_in_capitals(path: str, part: str) -> bool:
    """Tell whether something that is there is also found with a part of its name in capitals.

    Args:
        path: What is there, under a name that nothing else has in any case.
        part: The part of its name; has letters.
    """
    head, _, tail = path.rpartition(part)
    return os.path.lexists(head + part.swapcase() + tail)


def folds_case(descriptor: int) -> bool:
    """Tell whether an open folder takes names that differ only by case for one, as far as a look can tell."""
    found = _by_names(descriptor)
    if found is None:
        found = _has_flag(descriptor) or _type_of(os.fstat(descriptor).st_dev) in _ALWAYS
    return found


def _by_names(descriptor: int) -> bool | None:
    """Ask for something that is there under a name that nothing has; None if there is nothing to ask for."""
    with os.scandir(descriptor) as entries:
        known = {entry.name for entry, _ in zip(entries, range(_LOOKED_AT + 1), strict=False)}
    others = (name.swapcase() for name in known if name.isascii() and name != name.swapcase())
    other = next((name for name in others if name not in known), None)
    if other is None or len(known) > _LOOKED_AT:
        return None
    try:
        os.stat(other, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return False
    return True


def _has_flag(descriptor: int) -> bool:
    """Tell whether ext4 or f2fs compare names of this folder without regard to case."""
    flags = array.array("L", [0])
    try:
        fcntl.ioctl(descriptor, _FS_IOC_GETFLAGS, flags)
    except OSError:
        return False
    return bool(flags[0] & _FS_CASEFOLD_FL)


def _type_of(device: int) -> str:
    number = f"{os.major(device)}:{os.minor(device)}"
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.split()
            if fields[2] == number:
                return fields[fields.index("-") + 1]
    return ""
