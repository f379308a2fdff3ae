"""Whether a block device is in use: mounted, part of a volume or an array, or has a partition that is."""

from __future__ import annotations

import errno
import os


def refuse_if_used(device: str) -> None:
    """Refuse to overwrite a device of which something is in use.

    The kernel lets a device be opened exclusively by one at a time, and counts a partition's user as the drive's.

    Raises:
        OSError: EBUSY.
    """
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        raise OSError(errno.EBUSY, "the device, or a partition of it, is in use", device) from error
