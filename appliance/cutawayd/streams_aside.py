"""Alternate data streams of files on an NTFS that the kernel's driver has mounted, which does not show them.

The volume is mounted once more by ntfs-3g, for reading only, as long as a call takes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cutaway.records import DataStream

from cutawayd import stream
from cutawayd.inspection import looked_into
from cutawayd.loops import looped
from cutawayd.mounts import mounted
from cutawayd.streams import listed
from cutawayd.sysroot import Sysroot
from cutawayd.work import Work, counter

OPTION, TYPES = "streams_interface=windows", frozenset({"ntfs3", "ntfs", "fuseblk"})
READ_MAX = 2 << 20
_READABLE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def file_streams(work: Work, path: bytes) -> list[DataStream]:
    """List streams."""
    with _aside(work, path) as (tree, inner):
        return listed(tree, inner)


def stream_read(work: Work, path: bytes, name: bytes, count: int, offset: int) -> bytes:
    """Return a piece of a stream."""
    if min(count, offset) < 0:
        raise OSError(errno.EINVAL, "no number is negative", path)
    with _opened(work, path, name) as descriptor:
        return os.pread(descriptor, min(count, READ_MAX), offset)


def stream_download(work: Work, path: bytes, name: bytes) -> None:
    """Send a stream."""
    with _opened(work, path, name) as descriptor:
        size = os.fstat(descriptor).st_size
        stream.send_file(work.data, descriptor, 0, size, counter(work, size))


@contextmanager
def _opened(work: Work, path: bytes, name: bytes) -> Iterator[int]:
    if not name or b"/" in name or b"\0" in name:
        raise OSError(errno.EINVAL, "this is no name of a stream", name)
    with _aside(work, path) as (tree, inner), tree.opened(inner + b":" + name, _READABLE) as descriptor:
        yield descriptor


@contextmanager
def _aside(work: Work, path: bytes) -> Iterator[tuple[Sysroot, bytes]]:
    """Give the volume of a path, mounted once more, and where the path is in it."""
    with work.sysroot.looked_at(path, follow=True) as seen:
        real = work.sysroot.real_path(seen)
    places = [one for one in mounted(work.sysroot) if one.mountpoint == b"/" or _is_below(real, one.mountpoint)]
    volume = max(places, key=lambda one: len(one.mountpoint.rstrip(b"/")), default=None)
    if volume is None or volume.vfs_type not in TYPES:
        raise OSError(errno.ENOTSUP, "its file system has no alternate data streams", path)
    # two drivers cannot have a device at a time, but one of them may have a device that shows it
    with looped(volume.mountable) as device, looked_into(work, device, OPTION) as tree:
        if tree is None:
            raise OSError(errno.EIO, "the volume cannot be looked into for alternate data streams", path)
        yield tree, b"/" + real[len(volume.mountpoint.rstrip(b"/")) :].lstrip(b"/")


def _is_below(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder + b"/")
