"""Whether a device on which nothing is known could be encrypted: TrueCrypt and VeraCrypt leave no sign but this."""

from __future__ import annotations

import os

_SIZE, _VALUES = 4096, 256
#: Pearson's chi-square of bytes of all values, 255 on average: six standard deviations above that.
_DEVIATION_MAX = 390


def looks_random(device: str) -> bool:
    """Return whether its first bytes are of all values, in equal shares."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        data = os.pread(descriptor, _SIZE, 0)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    if len(data) < _SIZE or len(set(data)) < _VALUES - 2:
        return False
    share = _SIZE / _VALUES
    return sum((data.count(value) - share) ** 2 for value in range(_VALUES)) / share < _DEVIATION_MAX
