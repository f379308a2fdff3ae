"""Databases of SQLite as they are browsed: the one that was looked into last stays open, in a copy of the daemon."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import Any

from cutaway.records import SqliteInfo

from cutawayd import sqlite_reading
from cutawayd.forked import Servant
from cutawayd.sqlite_reading import Files
from cutawayd.work import Work

MAGIC = b"SQLite format 3\0"
COUNT_MAX, VALUE_MAX = 1000, 1 << 20
_READABLE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def sqlite_info(work: Work, path: bytes) -> SqliteInfo:
    """Tell of a database."""
    return SqliteInfo(*_reader(work, path).ask(work, ["info"]))


def sqlite_tables(work: Work, path: bytes) -> Iterator[Any]:
    """List tables."""
    yield from _reader(work, path).ask(work, ["tables"])


def sqlite_rows(work: Work, path: bytes, table: str, offset: int, count: int, value_max: int) -> Iterator[Any]:
    """List rows."""
    if min(offset, count, value_max) < 0:
        raise OSError(errno.EINVAL, "no number is negative", path)
    limits = [min(offset, (1 << 62)), min(count, COUNT_MAX), min(value_max, VALUE_MAX)]
    yield from _reader(work, path).ask(work, ["rows", table, *limits])


def _reader(work: Work, path: bytes) -> Servant:
    """Return what reads a database; the reader of the last question, if the files are the same and as they were."""
    kept, files = work.guest.database, _opened(work, path)
    try:
        mark = (path, *(_mark(descriptor) for descriptor in files.all))
        if not kept.fits(mark):
            folder = kept.new_folder()
            kept.keep(Servant(lambda: sqlite_reading.answerer(files, folder), files.all), mark)
    finally:
        for descriptor in files.all:
            os.close(descriptor)
    return kept.servant


def _opened(work: Work, path: bytes) -> Files:
    main = work.sysroot.open(path, _READABLE)
    if not stat.S_ISREG(os.fstat(main).st_mode) or os.pread(main, len(MAGIC), 0) != MAGIC:
        os.close(main)
        raise OSError(errno.EINVAL, "this is no database of SQLite", path)
    return Files(main, _beside(work, path + b"-wal"), _beside(work, path + b"-journal"))


def _beside(work: Work, path: bytes) -> int:
    """Open a file that may be there and hold something; -1 if not."""
    try:
        descriptor = work.sysroot.open(path, _READABLE)
    except OSError:
        return -1
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return descriptor
    os.close(descriptor)
    return -1


def _mark(descriptor: int) -> tuple[int, ...]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
