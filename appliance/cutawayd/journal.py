"""Journals as they are browsed: what was looked into last stays open for the next question, in a copy of the daemon."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Any

from cutaway.records import JournalBoot, JournalFile

from cutawayd import sdjournal
from cutawayd.forked import Servant
from cutawayd.inspection import system_at
from cutawayd.journal_files import Found, close, found
from cutawayd.journal_reading import answerer
from cutawayd.system_tree import tree_of
from cutawayd.work import Work

#: Of how many entries a page is, where all are wished for.
STEP = 500
PRIORITY_MAX = 7
_UNTOLD = "A file of the journal is damaged: not all that is in it is shown"


def journal_entries(  # noqa: PLR0913, PLR0917 its arguments are the declaration's
    work: Work, path: bytes, root: str, cursor: str, backward: bool, count: int, priority: int, unit: str, boot: str,
    text: str, since_us: int, until_us: int,
) -> list[Any]:  # fmt: skip
    """List entries; what a while of searching has found is sent at once."""
    if not 0 <= priority <= PRIORITY_MAX or min(count, since_us, until_us) < 0 or "\0" in unit + cursor:
        raise OSError(errno.EINVAL, "a priority is from 0 to 7, and no number is negative")
    wishes = [priority, unit, boot, text, since_us, until_us]
    reader, left, looked, ended = _reader(work, path, root), count, 0, False
    while not ended and (left or not count):
        page, cursor, ended, seen, broke = reader.ask(work, ["page", wishes, cursor, backward, left or STEP])
        if page:
            work.send_pages(page)
        left, looked = max(left - len(page), 0), looked + seen
        if broke:
            work.log(_UNTOLD)
        work.progress(looked, 0)
    return []


def journal_boots(work: Work, path: bytes, root: str) -> list[JournalBoot]:
    """List boots."""
    return [JournalBoot(*boot) for boot in _reader(work, path, root).ask(work, ["boots"])]


def journal_fields(work: Work, path: bytes, cursor: str, root: str) -> Iterator[Any]:
    """List the fields of an entry."""
    yield from _reader(work, path, root).ask(work, ["fields", cursor])


def journal_files(work: Work, path: bytes, root: str) -> list[JournalFile]:
    """List files."""
    return [JournalFile(*file) for file in _reader(work, path, root).ask(work, ["files"])]


def _reader(work: Work, path: bytes, root: str) -> Servant:
    """Return what reads the journals; the reader of the last question, if they are the same and as they were."""
    guest = work.guest
    is_aside = bool(root)
    if is_aside and guest.journals.fits((root, path)):
        return guest.journals.servant
    files = _found_in(work, path, root)
    try:
        mark = (root, path) if is_aside else (path, *(_mark(file) for file in files))
        if not guest.journals.fits(mark):
            guest.journals.close()
            sdjournal.load()
            folder = guest.journals.new_folder()
            servant = Servant(lambda: answerer(files, folder), [file.descriptor for file in files])
            guest.journals.keep(servant, mark, is_aside=is_aside)
    finally:
        close(files)
    return guest.journals.servant


def _found_in(work: Work, path: bytes, root: str) -> list[Found]:
    if not root:
        return found(work.sysroot, path)
    with tree_of(work, system_at(work, root)) as tree:
        return found(tree, path)


def _mark(file: Found) -> tuple[int, ...]:
    status = os.fstat(file.descriptor)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
