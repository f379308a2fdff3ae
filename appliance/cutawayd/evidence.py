"""An evidence image (EWF) whose files lie one after another on a drive: opened, and read as the disk that it holds."""

from __future__ import annotations

import errno
import os

from cutawayd.ewf import Evidence
from cutawayd.refusal import Refusal
from cutawayd.work import Work

SECTOR = 512
#: The longest part that is returned at once.
READ_MAX = 4 * 1024 * 1024 - 1024
FILES_MAX = 20_000


def evidence_open(work: Work, device: str, sizes: list[int]) -> int:
    """Open an image."""
    work.guest.close_evidence()
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        starts = _starts(sizes, os.lseek(descriptor, 0, os.SEEK_END))

        def read(file: int, at: int, count: int) -> bytes:
            return os.pread(descriptor, count, starts[file] + at)

        image = Evidence(sizes, read, work.check)
    except BaseException:
        os.close(descriptor)
        raise
    work.guest.evidence, work.guest.evidence_device = image, descriptor
    return image.size


def _starts(sizes: list[int], there: int) -> list[int]:
    """Return where each file begins: at a sector."""
    starts, end = [], 0
    for size in sizes:
        starts.append(end)
        end += -(-size // SECTOR) * SECTOR
    if not 0 < len(sizes) <= FILES_MAX or min(sizes) <= 0 or end > there:
        raise OSError(errno.EINVAL, "the files are not on the drive")
    return starts


def evidence_read(work: Work, count: int, offset: int) -> bytes:
    """Read a part of the disk."""
    if work.guest.evidence is None:
        raise Refusal("EINVAL", "no evidence image is open")
    if not 0 <= count <= READ_MAX or offset < 0:
        raise OSError(errno.EINVAL, "that is too much at once")
    return work.guest.evidence.read(offset, count)
