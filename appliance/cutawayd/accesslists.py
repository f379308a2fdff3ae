"""Access control lists and capabilities as texts, by libacl and libcap, which are loaded when first asked for.

The libraries get paths in /proc that mean a descriptor: they know no other way, and no link leads astray there.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cutawayd.attributes import followed
from cutawayd.fileflags import opened_kept
from cutawayd.work import Work

_TYPES = {"access": 0x8000, "default": 0x4000}


@cache
def _acl() -> Any:
    """Load libacl (acl(5))."""
    library = ctypes.CDLL("libacl.so.1", use_errno=True)
    for function in (library.acl_get_file, library.acl_from_text, library.acl_to_text):
        function.restype = ctypes.c_void_p
    library.acl_get_file.argtypes = [ctypes.c_char_p, ctypes.c_int]
    library.acl_from_text.argtypes = [ctypes.c_char_p]
    library.acl_to_text.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.acl_valid.argtypes = library.acl_free.argtypes = [ctypes.c_void_p]
    library.acl_set_file.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.acl_delete_def_file.argtypes = [ctypes.c_char_p]
    return library


@cache
def _cap() -> Any:
    """Load libcap (cap_get_file(3), cap_from_text(3))."""
    library = ctypes.CDLL("libcap.so.2", use_errno=True)
    for function in (library.cap_get_fd, library.cap_from_text, library.cap_to_text):
        function.restype = ctypes.c_void_p
    library.cap_get_fd.argtypes = [ctypes.c_int]
    library.cap_from_text.argtypes = [ctypes.c_char_p]
    library.cap_to_text.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.cap_set_fd.argtypes = [ctypes.c_int, ctypes.c_void_p]
    library.cap_free.argtypes = [ctypes.c_void_p]
    return library


def _checked(result: Any, *, wrong: Any = None) -> Any:
    """Return what a function gave unless it says that it failed: None of a pointer, -1 of a number."""
    if result == wrong:
        code = ctypes.get_errno() or errno.EINVAL
        raise OSError(code, os.strerror(code))
    return result


@contextmanager
def _held(pointer: Any, free: Any) -> Iterator[Any]:
    """Give what a library has made, and let it free that at the end."""
    _checked(pointer)
    try:
        yield pointer
    finally:
        free(pointer)


def _type(acltype: str) -> int:
    if acltype not in _TYPES:
        raise OSError(errno.EINVAL, f'the kind of access control list is "access" or "default", not {acltype!r}')
    return _TYPES[acltype]


def _text(pointer: Any) -> str:
    return (ctypes.string_at(pointer)).decode("utf-8", "backslashreplace")


def acl_get_file(work: Work, path: bytes, acltype: str) -> str:
    """Return a list as text."""
    library = _acl()
    kind, free = _type(acltype), library.acl_free
    with (
        followed(work, path) as place,
        _held(library.acl_get_file(place.encode(), kind), free) as acl,
        _held(library.acl_to_text(acl, None), free) as text,
    ):
        return _text(text)


def acl_set_file(work: Work, path: bytes, acltype: str, acl: str) -> None:
    """Set a list from text."""
    library, kind = _acl(), _type(acltype)
    with followed(work, path) as place, _held(library.acl_from_text(acl.encode()), library.acl_free) as made:
        _checked(library.acl_valid(made), wrong=-1)
        _checked(library.acl_set_file(place.encode(), kind, made), wrong=-1)


def acl_delete_def_file(work: Work, path: bytes) -> None:
    """Remove a directory's default list."""
    with followed(work, path) as place:
        _checked(_acl().acl_delete_def_file(place.encode()), wrong=-1)


def cap_get_file(work: Work, path: bytes) -> str:
    """Return capabilities as text."""
    library = _cap()
    free = library.cap_free
    try:
        with (
            opened_kept(work, path) as file,
            _held(library.cap_get_fd(file), free) as found,
            _held(library.cap_to_text(found, None), free) as text,
        ):
            return _text(text)
    except OSError as error:
        if error.errno == errno.ENODATA:
            return ""
        raise


def cap_set_file(work: Work, path: bytes, cap: str) -> None:
    """Set capabilities from text."""
    library = _cap()
    with opened_kept(work, path) as file, _held(library.cap_from_text(cap.encode()), library.cap_free) as made:
        _checked(library.cap_set_fd(file, made), wrong=-1)
