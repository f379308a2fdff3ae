"""Keys and values of hives as they are browsed: the hive that was looked into last stays open for the next question."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Any

from cutawayd import hives
from cutawayd.forked import Servant
from cutawayd.refusal import Refusal
from cutawayd.work import Work

MAGIC = b"regf"
#: So many keys are asked for at a time.
STEP = 2000


def registry_keys(work: Work, path: bytes, key: list[str]) -> Iterator[Any]:
    """List keys."""
    servant, start = _reader(work, path), 0
    while found := _asked(work, servant, ["listing", 0, key, start, STEP], key):
        yield from found
        start += STEP
        work.check()


def registry_values(work: Work, path: bytes, key: list[str]) -> Iterator[Any]:
    """List values."""
    found = _asked(work, _reader(work, path), ["values", 0, key, hives.DATA_MAX], key)
    yield from ([name, kind, data, size] for name, kind, data, size in found)


def _asked(work: Work, servant: Servant, question: list[Any], key: list[str]) -> list[Any]:
    found: list[Any] | None = servant.ask(work, question)
    if found is None:
        raise OSError(errno.ENOENT, "there is no such key", "\\".join(key))
    return found


def _reader(work: Work, path: bytes) -> Servant:
    """Return what reads the hive at a path; the one of the last question, if the file is the same and as it was."""
    guest = work.guest
    with work.sysroot.file(path) as descriptor:
        status = os.fstat(descriptor)
        mark = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if guest.reader is not None and guest.reader.is_alive and guest.reader_mark == mark:
            return guest.reader
        if os.pread(descriptor, len(MAGIC), 0) != MAGIC:
            raise OSError(errno.EINVAL, "this is no hive of a registry", path)
        guest.close_reader()
        hives.module()
        reader = Servant(lambda: hives.answerer([descriptor]), [descriptor])
    try:
        reader.ask(work, ["listing", 0, [], 0, 0])
    except Refusal as refusal:
        reader.close()
        raise Refusal(refusal.errno_name, f"the hive cannot be read: {refusal}") from refusal
    guest.reader, guest.reader_mark = reader, mark
    return reader
