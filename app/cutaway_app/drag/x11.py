"""A second, private connection to the X server, by ctypes: for what drags need and Qt has no interface for.

GUI thread. Each request is a round trip at most; an X error ends nothing. Knows nothing about drags.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from ctypes.util import find_library

_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "XOpenDisplay": (c_void_p, [c_char_p]),
    "XConnectionNumber": (c_int, [c_void_p]),
    "XDefaultRootWindow": (c_ulong, [c_void_p]),
    "XInternAtom": (c_ulong, [c_void_p, c_char_p, c_int]),
    "XGetSelectionOwner": (c_ulong, [c_void_p, c_ulong]),
    "XSetSelectionOwner": (c_int, [c_void_p, c_ulong, c_ulong, c_ulong]),
    "XCreateSimpleWindow": (c_ulong, [
        c_void_p, c_ulong, c_int, c_int, c_uint, c_uint, c_uint, c_ulong, c_ulong,
    ]),
    "XDestroyWindow": (c_int, [c_void_p, c_ulong]),
    "XChangeProperty": (c_int, [c_void_p, c_ulong, c_ulong, c_ulong, c_int, c_int, c_char_p, c_int]),
    "XDeleteProperty": (c_int, [c_void_p, c_ulong, c_ulong]),
    "XPending": (c_int, [c_void_p]),
    "XNextEvent": (c_int, [c_void_p, c_void_p]),
    "XSendEvent": (c_int, [c_void_p, c_ulong, c_int, c_long, c_void_p]),
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
    """A window may vanish at any moment; Xlib's own handler would end the program for that."""
    return 0


_error_handler = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(_ignore_error)


class XConnection:
    """A connection.

    Attributes:
        library: Xlib's functions; the first argument of most is `display`.
        display: Xlib's own handle of the connection.

    Raises:
        OSError: There is no libX11, or no X server.
    """

    def __init__(self) -> None:
        self.library = _load_xlib()
        self.display = self.library.XOpenDisplay(None)
        if not self.display:
            raise OSError("no X display")

    def atom(self, name: bytes) -> int:
        """Return the server's number of a name."""
        number: int = self.library.XInternAtom(self.display, name, 0)
        return number

    def owner(self, selection: int) -> int:
        """Return the window that owns a selection; 0 if none does."""
        window: int = self.library.XGetSelectionOwner(self.display, selection)
        return window

    def guarded(self, request: Callable[[], int]) -> int:
        """Make a request during which an X error is no end of the world."""
        before = self.library.XSetErrorHandler(ctypes.cast(_error_handler, c_void_p))
        try:
            status = request()
            self.library.XSync(self.display, 0)
        finally:
            self.library.XSetErrorHandler(before)
        return status

    def close(self) -> None:
        """End the connection; the server destroys what was made through it."""
        if self.display:
            self.library.XCloseDisplay(self.display)
            self.display = None


def _load_xlib() -> ctypes.CDLL:
    library = ctypes.CDLL(find_library("X11") or "libX11.so.6")
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
