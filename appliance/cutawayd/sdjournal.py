"""systemd's own library for journals (sd-journal(3)), as much of it as is needed. Runs in a copy of the daemon only.

Errors are OSErrors. What C gives is copied before the next call.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

LIBRARY = "libsystemd.so.0"
_POINTER, _SIZE, _NUMBER = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64
#: What libsystemd says where a file is of a newer format, or of none.
_SAID = {
    errno.EBADMSG: "it is damaged", errno.ENODATA: "its end is missing", errno.EPROTONOSUPPORT: "its format is newer",
    errno.EADDRNOTAVAIL: "no entry is there", errno.EIO: "it is damaged", errno.E2BIG: "a field is too long",
}  # fmt: skip
_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "open_files_fd": (_POINTER, _POINTER, ctypes.c_uint, ctypes.c_int), "close": (_POINTER,),
    "next": (_POINTER,), "previous": (_POINTER,),
    "next_skip": (_POINTER, _NUMBER), "previous_skip": (_POINTER, _NUMBER),
    "seek_head": (_POINTER,), "seek_tail": (_POINTER,), "seek_realtime_usec": (_POINTER, _NUMBER),
    "seek_cursor": (_POINTER, ctypes.c_char_p), "test_cursor": (_POINTER, ctypes.c_char_p),
    "get_cursor": (_POINTER, _POINTER), "get_realtime_usec": (_POINTER, _POINTER),
    "get_monotonic_usec": (_POINTER, _POINTER, _POINTER), "get_data": (_POINTER, ctypes.c_char_p, _POINTER, _POINTER),
    "enumerate_data": (_POINTER, _POINTER, _POINTER), "restart_data": (_POINTER,),
    "add_match": (_POINTER, ctypes.c_char_p, _SIZE), "add_disjunction": (_POINTER,), "add_conjunction": (_POINTER,),
    "flush_matches": (_POINTER,), "query_unique": (_POINTER, ctypes.c_char_p),
    "enumerate_unique": (_POINTER, _POINTER, _POINTER), "restart_unique": (_POINTER,),
    "get_usage": (_POINTER, _POINTER),
    "get_data_threshold": (_POINTER, _POINTER), "set_data_threshold": (_POINTER, _SIZE),
}  # fmt: skip
_NO_RESULT = frozenset({"close", "restart_data", "flush_matches", "restart_unique"})


@cache
def _functions() -> dict[str, Callable[..., int]]:
    library, found = ctypes.CDLL(LIBRARY), {}
    for name, arguments in _ARGUMENTS.items():
        function = getattr(library, f"sd_journal_{name}")
        function.argtypes, function.restype = arguments, None if name in _NO_RESULT else ctypes.c_int
        found[name] = function
    return found


def load() -> None:
    """Load the library, for all copies to come."""
    _functions()


class SdJournal:
    """Some files, read as one journal.

    Args:
        descriptors: Of the files; the caller keeps them open, and closes them.

    Raises:
        OSError: one of them cannot be used.
    """

    def __init__(self, descriptors: Sequence[int]) -> None:
        self._pointer, self._call = ctypes.c_void_p(), _functions()
        self._data, self._length, self._number = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_uint64()
        self._place = (ctypes.byref(self._data), ctypes.byref(self._length))
        self._boot = ctypes.create_string_buffer(16)
        copies = [os.dup(descriptor) for descriptor in descriptors]  # the library closes what it gets
        numbers = (ctypes.c_int * len(copies))(*copies)
        result = self._call["open_files_fd"](ctypes.byref(self._pointer), numbers, len(copies), 0)
        for copy in copies if result < 0 else ():
            with suppress(OSError):
                os.close(copy)
        _checked(result)

    def close(self) -> None:
        """Forget the files."""
        self._call["close"](self._pointer)
        self._pointer = ctypes.c_void_p()

    def run(self, name: str, *arguments: Any) -> int:
        """Call a function of the library by its name without sd_journal_, and return what it returns."""
        return _checked(self._call[name](self._pointer, *arguments) or 0)

    def number(self, name: str) -> int:
        """Return the number that a function gives."""
        self.run(name, ctypes.byref(self._number))
        return self._number.value

    def get(self, field: bytes, length_max: int) -> bytes | None:
        """Return a field of the entry; None if it has none that can be read."""
        if self._call["get_data"](self._pointer, field, *self._place) < 0:
            return None
        skipped = len(field) + 1
        length = min(max(self._length.value - skipped, 0), length_max)
        return ctypes.string_at((self._data.value or 0) + skipped, length)

    def fields(self, length_max: int) -> Iterator[tuple[bytes, int]]:
        """Give all fields of the entry as NAME=VALUE, and how long each is as a whole."""
        self._call["restart_data"](self._pointer)
        while self.run("enumerate_data", *self._place):
            yield ctypes.string_at(self._data, min(self._length.value, length_max)), self._length.value

    def values(self, field: bytes, length_max: int) -> Iterator[bytes]:
        """Give all values that a field has anywhere."""
        self.run("query_unique", field)
        self._call["restart_unique"](self._pointer)
        while self.run("enumerate_unique", *self._place):
            yield ctypes.string_at(self._data, min(self._length.value, length_max))[len(field) + 1 :]

    def boot_id(self) -> str:
        """Return the boot of the entry."""
        self.run("get_monotonic_usec", ctypes.byref(self._number), self._boot)
        return self._boot.raw.hex()

    def cursor(self) -> str:
        """Return what names the entry."""
        pointer = ctypes.c_void_p()
        self.run("get_cursor", ctypes.byref(pointer))
        try:
            return ctypes.string_at(pointer.value or 0).decode("ascii", "replace")
        finally:
            _free()(pointer)

    def match(self, field: str, value: str) -> None:
        """Wish entries with a value of a field: several of one field are alternatives."""
        data = os.fsencode(f"{field}={value}")
        self.run("add_match", data, len(data))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(-result, _SAID.get(-result) or os.strerror(-result))
    return result


@cache
def _free() -> Callable[[ctypes.c_void_p], None]:
    free = ctypes.CDLL(None).free
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    return free
