"""Device names: parameters that name a drive which does not exist under sd are looked for under hd and vd.

Return values are never translated.
"""

from __future__ import annotations

import errno
import os
import re

_SD = re.compile(r"^/dev/sd([a-z]+\d*)$")


def translate(name: str) -> str:
    """Return the device that a parameter means.

    Raises:
        OSError: EINVAL if it is no device's name; ENOENT if there is none, with what exists.
    """
    if not name.startswith("/dev/") or "\0" in name or "/../" in name:
        raise OSError(errno.EINVAL, "a device's name must begin with /dev/", name)
    match = _SD.match(name)
    candidates = [name] + ([f"/dev/{kind}{match.group(1)}" for kind in ("hd", "vd")] if match else [])
    for candidate in candidates:
        if os.path.exists(candidate):
            return candidate
    raise OSError(errno.ENOENT, f"no such device; there is {', '.join(existing()) or 'none'}", name)


def existing() -> list[str]:
    """Return the drives and partitions there are."""
    found = (f"/dev/{entry}" for entry in os.listdir("/sys/class/block"))
    return sorted(name for name in found if re.match(r"^/dev/(sd|vd|hd|sr|md)[a-z0-9]+$", name))
