"""Alternate data streams of NTFS, as ntfs-3g(8) shows them with the option "streams_interface=windows"."""

from __future__ import annotations

import errno
import os

from cutaway.records import DataStream

from cutawayd.sysroot import Sysroot, magic_path
from cutawayd.work import Work

#: What ntfs-3g lists them in: names that end with NUL.
_LIST = "ntfs.streams.list"
#: As many as an honest file has by far.
STREAMS_MAX = 10_000


def ntfs_streams(work: Work, path: bytes) -> list[DataStream]:
    """List the streams of a file or folder."""
    return listed(work.sysroot, path)


def listed(tree: Sysroot, path: bytes) -> list[DataStream]:
    """Return the streams of a file or folder of a tree."""
    with tree.looked_at(path, follow=True) as seen:
        try:
            names = os.getxattr(magic_path(seen), _LIST)
        except OSError as error:
            said = "no alternate data streams are shown: they are on NTFS, mounted with streams_interface=windows"
            raise OSError(errno.ENOTSUP, said, path) from error
    known = [name for name in names.split(b"\0") if name][:STREAMS_MAX]
    return [DataStream(name, _size(tree, path + b":" + name)) for name in known]


def _size(tree: Sysroot, path: bytes) -> int:
    try:
        with tree.looked_at(path, follow=False) as seen:
            return os.fstat(seen).st_size
    except OSError:
        return -1
