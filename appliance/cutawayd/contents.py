"""Single contents for a host that reads them itself: where they lie on the drives, and what their digests are."""

from __future__ import annotations

import hashlib
import os
import stat

from cutaway.records import ContentMap

from cutawayd.drives import size_bytes
from cutawayd.extents import ExtentMaps
from cutawayd.files import pieces_of
from cutawayd.sysroot import open_below
from cutawayd.transfers import open_source, source_size
from cutawayd.work import Work


def content_map(work: Work, path: bytes, drives: list[str]) -> ContentMap:
    """Say where a content lies."""
    maps = ExtentMaps(drives)
    descriptor = open_source(work, path)
    try:
        status, size = os.fstat(descriptor), source_size(descriptor)
        if stat.S_ISBLK(status.st_mode):
            return _map_of_device(maps, status.st_rdev, size)
        extents = maps.of(status.st_dev, descriptor)
        pieces, sums = extents.where(descriptor, size) if extents is not None and size else (None, b"")
        return ContentMap(size, None if pieces is None else list(pieces), sums)
    finally:
        os.close(descriptor)


def device_map(work: Work, device: str, drives: list[str]) -> ContentMap:  # noqa: ARG001 every call has it
    """Say where a device lies."""
    return _map_of_device(ExtentMaps(drives), os.stat(device).st_rdev, size_bytes(device))


def _map_of_device(maps: ExtentMaps, device: int, size: int) -> ContentMap:
    os.sync()
    return ContentMap(size, maps.of_device(device))


def digest_many(work: Work, directory: bytes, names: list[bytes]) -> list[str | None]:
    """Digest many files."""
    with work.sysroot.opened(directory, os.O_RDONLY | os.O_DIRECTORY) as folder:
        return [_digest(work, folder, name) for name in names]


def _digest(work: Work, folder: int, name: bytes) -> str | None:
    try:
        descriptor = open_below(folder, name, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    digest = hashlib.sha256()
    try:
        for piece in pieces_of(descriptor):
            digest.update(piece)
            work.check()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return digest.hexdigest()
