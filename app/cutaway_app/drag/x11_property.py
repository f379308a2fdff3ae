"""A property on the window that owns the X11 drag selection: what XDS needs and Qt has no interface for.

GUI thread. Any client may set a property on any window. Asks and answers in one round trip each. Knows nothing about
drags.
"""

from __future__ import annotations

import ctypes
from ctypes import byref, c_int, c_ulong, c_void_p

from cutaway_app.drag.x11 import XConnection

_MAX_WORDS = 65536
_SUCCESS = 0


class DirectSaveProperty:
    """The property "XdndDirectSave0" of whoever owns the drag selection.

    Raises:
        OSError: There is no libX11, or no X server.
    """

    def __init__(self) -> None:
        self._connection = XConnection()
        self._x, self._display = self._connection.library, self._connection.display
        self._selection = self._connection.atom(b"XdndSelection")
        self._property = self._connection.atom(b"XdndDirectSave0")
        self._text = self._connection.atom(b"text/plain")
        self._window = 0

    def attach(self, name: bytes) -> bool:
        """Put a file name on the window that owns the selection; False while nobody owns it."""
        window = self._connection.owner(self._selection)
        if window:
            arguments = (self._display, window, self._property, self._text, 8, 0, name, len(name))
            self._connection.guarded(lambda: self._x.XChangeProperty(*arguments))
            self._window = window
        return bool(window)

    def read(self) -> bytes:
        """Return what stands in the property now; empty if nothing does."""
        if not self._window:
            return b""
        kind, width, count, rest, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        arguments = (self._display, self._window, self._property, 0, _MAX_WORDS, 0, 0)
        results = (byref(kind), byref(width), byref(count), byref(rest), byref(data))
        status = self._connection.guarded(lambda: self._x.XGetWindowProperty(*arguments, *results))
        if status != _SUCCESS or not data.value:
            return b""
        value = ctypes.string_at(data.value, count.value) if width.value == 8 else b""
        self._x.XFree(data)
        return value

    def detach(self) -> None:
        """Take the property off again."""
        if self._window:
            self._connection.guarded(lambda: self._x.XDeleteProperty(self._display, self._window, self._property))
            self._window = 0

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
