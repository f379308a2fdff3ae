"""What is wrong with files of systemd's journal, and how all the same as much as possible of them is read.

libsystemd refuses a file that lacks its end, and drops one whose lists of entries are broken. Such a one is copied into
memory, its end made of zeros, and gets a new list of all entries that are found: then it can be read. Source of the
format: systemd's JOURNAL_FILE_FORMAT. Runs in a copy of the daemon.
"""

from __future__ import annotations

import errno
import mmap
import os
import struct
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from cutawayd.journal_files import MAGIC, Found
from cutawayd.sdjournal import SdJournal

#: So much of one file is mended, and of all; so much is looked at entry by entry; so long are entries searched for.
MEND_MAX, MEND_ALL_MAX, CLOSELY_MAX, SEARCH_S = 128 << 20, 256 << 20, 64 << 20, 8.0
#: The header: its flags and state, sizes of itself and of all objects, the last of them, entries, their first list.
_HEAD_BYTES, _COMPACT, _OPEN = 208, 1 << 4, 1
_FLAGS_AT, _SIZES_AT, _TAIL_AT, _ENTRIES_AT, _LIST_AT = 12, 88, 136, 152, 176
#: Objects: kinds, and the head of a list of entries, which ends with the place of the next.
_ENTRY, _LIST, _KINDS, _OBJECT_HEAD, _LIST_HEAD, _LISTS_MAX = 3, 6, range(1, 8), 16, 24, 100_000


@dataclass(frozen=True, slots=True)
class Head:
    """What the header of a file says.

    Attributes:
        letter: Of what kind places of entries in lists are, see `array`.
        end: Where the file should end.
    """

    letter: str
    is_open: bool
    end: int
    entries: int
    list_at: int


def examine(files: list[Found], folder: str) -> list[Found]:
    """Find out what is wrong with files, mend copies of those that can be, in a folder; return what can be read."""
    for file in files:
        try:
            head = _head_of(file)
            file.entries, file.was_closed = head.entries, not head.is_open
            _judge(file, head)
            if file.problem:
                mend([file], folder)
            SdJournal([file.descriptor]).close()
            file.is_read = True
        except OSError as error:
            file.problem = file.problem or f"it cannot be read: {error.strerror or error}"
    return [file for file in files if file.is_read]


def _head_of(file: Found) -> Head:
    head = os.pread(file.descriptor, _HEAD_BYTES, 0)
    if len(head) < _HEAD_BYTES or head[: len(MAGIC)] != MAGIC:
        file.problem = "its beginning is destroyed" if file.size else "it is empty"
        raise OSError(errno.EBADMSG, file.problem)
    flags, state = struct.unpack_from("<IB", head, _FLAGS_AT)
    (entries,), (list_at,) = struct.unpack_from("<Q", head, _ENTRIES_AT), struct.unpack_from("<Q", head, _LIST_AT)
    end = sum(struct.unpack_from("<QQ", head, _SIZES_AT))
    return Head("I" if flags & _COMPACT else "Q", state == _OPEN, end, entries, list_at)


def _judge(file: Found, head: Head) -> None:
    """Tell what is wrong as far as it is seen at a glance."""
    reached = lost = 0
    for offsets in _lists(file, head):
        reached += len(offsets)
        lost += offsets.count(0)
        if max(offsets) >= file.size:
            lost += sum(offset >= file.size for offset in offsets)
    if head.end > file.size:
        file.problem = "its end is missing"
    elif reached < head.entries or lost:
        file.problem = "it is damaged"


def look_closely(files: list[Found], folder: str) -> bool:
    """Look at the beginning of each entry in files that seem well, if all that is not too much; mend what is not.

    Return whether something was mended.
    """
    room, damaged = CLOSELY_MAX, []
    for file in files:
        if file.is_read and not file.problem and 0 < file.size <= room:
            room -= file.size
            head, last = _head_of(file), 0
            with mmap.mmap(file.descriptor, file.size, prot=mmap.PROT_READ) as data:
                for offsets in _lists(file, head):
                    if any(data[offset] != _ENTRY for offset in offsets) or last >= offsets[0] or not _rises(offsets):
                        damaged.append(file)
                        break
                    last = offsets[-1]
    mend(damaged, folder)
    return bool(damaged)


def _rises(offsets: array[int]) -> bool:
    return sorted(offsets) == offsets.tolist()


def _lists(file: Found, head: Head) -> Iterator[array[int]]:
    """Give the lists of places of entries in a file, as far as they are whole."""
    width, place, left = (4 if head.letter == "I" else 8), head.list_at, head.entries
    for _ in range(_LISTS_MAX):
        start = os.pread(file.descriptor, _LIST_HEAD, place) if 0 < place < file.size else b""
        if left <= 0 or len(start) < _LIST_HEAD or start[0] != _LIST:
            return
        size, following = struct.unpack_from("<QQ", start, 8)
        count = min((size - _LIST_HEAD) // width, left) if size >= _LIST_HEAD else 0
        data = os.pread(file.descriptor, count * width, place + _LIST_HEAD) if count <= file.size // width else b""
        offsets = array(head.letter, data[: len(data) // width * width])
        if offsets:
            yield offsets
        if len(offsets) < count or following <= place:  # they are written one after another
            return
        left -= count
        place = following


def mend(files: list[Found], folder: str) -> None:
    """Have copies of files read in their place, in which all entries are listed that can be found."""
    room = MEND_ALL_MAX - sum(os.stat(one).st_size for one in os.scandir(folder))
    for file in files:
        head = _head_of(file)
        file.problem = file.problem or "it is damaged"
        size = max(file.size, head.end) if head.end <= MEND_MAX else file.size
        if file.is_mended or size > min(MEND_MAX, room):
            continue
        places = _entries_in(file, head)
        missing = max(head.entries - len(places), 0)
        file.problem += f": {missing} of {head.entries} entries cannot be read" if missing else ""
        room -= _copy(file, size, f"{folder}/{file.descriptor}")
        _list_anew(file, places, size, head)
        file.is_mended = True


def _copy(file: Found, size: int, place: str) -> int:
    copy, done = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC), 0  # libsystemd wants a name
    while done < file.size and (count := os.sendfile(copy, file.descriptor, done, file.size - done)):
        done += count
    os.ftruncate(copy, size)
    os.dup2(copy, file.descriptor)
    os.close(copy)
    return size


def _entries_in(file: Found, head: Head) -> list[int]:
    """Return the places of all entries: those listed, and what is found by going from object to object.

    Where there is none, it goes on to the next.
    """
    places, place, deadline = set[int](), int.from_bytes(os.pread(file.descriptor, 8, _SIZES_AT), "little"), None
    with mmap.mmap(file.descriptor, file.size, prot=mmap.PROT_READ) as data:
        for offsets in _lists(file, head):
            places.update(offset for offset in offsets if offset < file.size and data[offset] == _ENTRY)
        while place + _OBJECT_HEAD <= file.size:
            size = int.from_bytes(data[place + 8 : place + 16], "little")
            if data[place] in _KINDS and _OBJECT_HEAD <= size <= file.size - place:
                if data[place] == _ENTRY:
                    places.add(place)
                place += (size + 7) & ~7
                continue
            deadline = deadline or time.monotonic() + SEARCH_S
            if time.monotonic() > deadline:
                break
            place = _next_object(data, place + 8)
    return sorted(places)


def _next_object(data: mmap.mmap, place: int) -> int:
    """Return a place from which on there is something; what is empty is passed over quickly."""
    step = 1 << 16
    while not data[place] and place + step < len(data) and not data[place : place + step].strip(b"\0"):
        place += step
    return place


def _list_anew(file: Found, places: list[int], size: int, head: Head) -> None:
    offsets = array(head.letter, places).tobytes()
    begin = (size + 7) & ~7
    whole = (_LIST_HEAD + len(offsets) + 7) & ~7
    header = int.from_bytes(os.pread(file.descriptor, 8, _SIZES_AT), "little")
    os.pwrite(file.descriptor, struct.pack("<B7xQQ", _LIST, _LIST_HEAD + len(offsets), 0) + offsets, begin)
    os.ftruncate(file.descriptor, begin + whole)
    for at, number in (
        (_SIZES_AT + 8, begin + whole - header), (_TAIL_AT, begin), (_ENTRIES_AT, len(places)), (_LIST_AT, begin),
    ):  # fmt: skip
        os.pwrite(file.descriptor, struct.pack("<Q", number), at)
