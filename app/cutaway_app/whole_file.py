"""Files of the host that are written as a whole or not at all. Any thread; waits for the disk."""

from __future__ import annotations

import os
import secrets


def write_whole(path: str, content: bytes) -> None:
    """Write a file; what was there stays until all of it is written, and if that fails. A device is written to.

    Raises:
        OSError: it cannot be written.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as device:
            device.write(content)
        return
    hidden = os.path.join(os.path.dirname(target), f".cutaway-{secrets.token_hex(8)}")
    try:
        with open(hidden, "xb") as file:
            file.write(content)
        os.replace(hidden, target)
    except OSError:
        if os.path.exists(hidden):
            os.unlink(hidden)
        raise
