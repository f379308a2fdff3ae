"""A property on the window that owns the X11 drag selection: what XDS needs and Qt has no interface for.

GUI thread. A second, private connection to the X server, by ctypes; any client may set a property on any window.
Asks and answers in one round trip each. Knows nothing about drags.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_ulong, c_void_p
from ctypes.util import find_library

_MAX_WORDS = 65536
_SUCCESS = 0

_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "XOpenDisplay": (c_void_p, [c_char_p]),
    "XInternAtom": (c_ulong, [c_void_p, c_char_p, c_int]),
    "XGetSelectionOwner": (c_ulong, [c_void_p, c_ulong]),
    "XChangeProperty": (c_int, [c_void_p, c_ulong, c_ulong, c_ulong, c_int, c_int, c_char_p, c_int]),
    "XDeleteProperty": (c_int, [c_void_p, c_ulong, c_ulong]),
    "XFree": (c_int, [c_void_p]),
    "XSync": (c_int, [c_void_p, c_int]),
    "XCloseDisplay": (c_int, [c_void_p]),
    "XSetErrorHandler": (c_void_p, [c_void_p]),
    "XGetWindowProperty": (c_int, [
        c_void_p, c_ulong, c_ulong, c_long, c_long, c_int, c_ulong, POINTER(c_ulong), POINTER(c_int),
        POINTER(c_ulong), POINTER(c_ulong), POINTER(c_void_p),
    ]),
}  # fmt: skip


def _ignore_error(_display: int, _event: int) -> int:
    """The drag's window may vanish at any moment; Xlib's own handler would end the program for that."""
    return 0


_error_handler = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(_ignore_error)


class DirectSaveProperty:
    """The property "XdndDirectSave0" of whoever owns the drag selection.

    Raises:
        OSError: There is no libX11, or no X server.
    """

    def __init__(self) -> None:
        self._x = _load_xlib()
        self._display = self._x.XOpenDisplay(None)
        if not self._display:
            raise OSError("no X display")
        self._selection = self._x.XInternAtom(self._display, b"XdndSelection", 0)
        self._property = self._x.XInternAtom(self._display, b"XdndDirectSave0", 0)
        self._text = self._x.XInternAtom(self._display, b"text/plain", 0)
        self._window = 0

    def attach(self, name: bytes) -> bool:
        """Put a file name on the window that owns the selection; False while nobody owns it."""
        window: int = self._x.XGetSelectionOwner(self._display, self._selection)
        if window:
            arguments = (self._display, window, self._property, self._text, 8, 0, name, len(name))
            self._guarded(lambda: self._x.XChangeProperty(*arguments))
            self._window = window
        return bool(window)

    def read(self) -> bytes:
        """Return what stands in the property now; empty if nothing does."""
        if not self._window:
            return b""
        kind, width, count, rest, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        arguments = (self._display, self._window, self._property, 0, _MAX_WORDS, 0, 0)
        results = (byref(kind), byref(width), byref(count), byref(rest), byref(data))
        status = self._guarded(lambda: self._x.XGetWindowProperty(*arguments, *results))
        if status != _SUCCESS or not data.value:
            return b""
        value = ctypes.string_at(data.value, count.value) if width.value == 8 else b""
        self._x.XFree(data)
        return value

    def detach(self) -> None:
        """Take the property off again."""
        if self._window:
            self._guarded(lambda: self._x.XDeleteProperty(self._display, self._window, self._property))
            self._window = 0

    def close(self) -> None:
        """End the connection."""
        if self._display:
            self._x.XCloseDisplay(self._display)
            self._display = None

    def _guarded(self, request: Callable[[], int]) -> int:
        """Make a request during which an X error is no end of the world."""
        before = self._x.XSetErrorHandler(ctypes.cast(_error_handler, c_void_p))
        try:
            status = request()
            self._x.XSync(self._display, 0)
        finally:
            self._x.XSetErrorHandler(before)
        return status


def _load_xlib() -> ctypes.CDLL:
    library = ctypes.CDLL(find_library("X11") or "libX11.so.6")
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
