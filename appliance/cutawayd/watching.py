"""Files watched by inotify(7), one queue for the whole appliance, as libguestfs has it."""

from __future__ import annotations

import errno
import os
import struct
from contextlib import suppress

from cutaway.records import InotifyEvent

from cutawayd.attributes import followed
from cutawayd.syscalls import inotify_add, inotify_open, inotify_remove
from cutawayd.work import Work

_HEAD = struct.Struct("=iIII")
_PIECE = 1 << 16
#: What fits into one answer, whatever the names.
EVENTS_MAX = 4096
_QUEUE = "/proc/sys/fs/inotify/max_queued_events"


def inotify_init(work: Work, maxevents: int) -> None:
    """Begin to watch."""
    if maxevents < 0:
        raise OSError(errno.EINVAL, "the number of events cannot be negative")
    inotify_close_quietly(work)
    if maxevents:
        with open(_QUEUE, "w", encoding="ascii") as file:
            file.write(str(maxevents))
    work.guest.inotify = inotify_open()


def inotify_close_quietly(work: Work) -> None:
    """Stop watching, if anything is watched."""
    if work.guest.inotify >= 0:
        os.close(work.guest.inotify)
    work.guest.inotify = -1


def inotify_close(work: Work) -> None:
    """Stop watching."""
    _queue(work)
    inotify_close_quietly(work)


def _queue(work: Work) -> int:
    if work.guest.inotify < 0:
        raise OSError(errno.EINVAL, "nothing is watched; inotify_init begins that")
    return work.guest.inotify


def inotify_add_watch(work: Work, path: bytes, mask: int) -> int:
    """Watch something."""
    with followed(work, path) as place:
        return inotify_add(_queue(work), place, mask & 0xFFFFFFFF)


def inotify_rm_watch(work: Work, wd: int) -> None:
    """Stop a watch."""
    inotify_remove(_queue(work), wd)


def inotify_read(work: Work) -> list[InotifyEvent]:
    """Return what has happened."""
    queue = _queue(work)
    events: list[InotifyEvent] = []
    with suppress(BlockingIOError):
        while len(events) < EVENTS_MAX:
            events += _events(os.read(queue, _PIECE))
    return events


def _events(data: bytes) -> list[InotifyEvent]:
    events: list[InotifyEvent] = []
    position = 0
    while position < len(data):
        wd, mask, cookie, length = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        events.append(InotifyEvent(wd, mask, cookie, data[position : position + length].rstrip(b"\0")))
        position += length
    return events


def inotify_files(work: Work) -> list[bytes]:
    """Return the names of what has happened."""
    names: set[bytes] = set()
    while events := inotify_read(work):
        names.update(event.in_name for event in events if event.in_name)
    return sorted(names)
