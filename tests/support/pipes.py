"""Pipes as tests need them."""

from __future__ import annotations

import os


def full_pipe() -> tuple[int, int]:
    """Return both ends, to read and to write, of a pipe that takes nothing more: who writes waits for a reader."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while os.write(write_end, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(write_end, True)
    return read_end, write_end
