"""Ask for the dragged data as GTK 4 does: at no particular time and from a window of its own; print what comes.

Run on a desktop while something is dragged there: `selection_asker.py TYPE`. Prints "refused" if there is no answer,
and of numbers only how many.
"""

from __future__ import annotations

import ctypes
import select
import sys
from ctypes import byref, c_int, c_ulong, c_void_p

from cutaway_app.drag.x11 import XConnection

SELECTION_NOTIFY = 31
TIMEOUT_S = 30


class Notify(ctypes.Structure):
    """An event that tells that the data is there."""

    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("requestor", c_ulong),
        ("selection", c_ulong), ("target", c_ulong), ("property", c_ulong), ("time", c_ulong), ("rest", c_ulong * 15),
    ]  # fmt: skip


def ask(kind: bytes) -> bytes | None:
    """Return the data of a type; None if it is refused."""
    connection = XConnection()
    x, display = connection.library, connection.display
    window = x.XCreateSimpleWindow(display, x.XDefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)
    x.XConvertSelection.argtypes = [c_void_p, c_ulong, c_ulong, c_ulong, c_ulong, c_ulong]
    place = connection.atom(b"CUTAWAY_TEST")
    x.XConvertSelection(display, connection.atom(b"XdndSelection"), connection.atom(kind), place, window, 0)
    event = Notify()
    while event.type != SELECTION_NOTIFY:
        if not x.XPending(display) and not select.select([x.XConnectionNumber(display)], [], [], TIMEOUT_S)[0]:
            return None
        if x.XPending(display):
            x.XNextEvent(display, byref(event))
    if not event.property:
        return None
    found, width, count, rest, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
    results = (byref(found), byref(width), byref(count), byref(rest), byref(data))
    x.XGetWindowProperty(display, window, place, 0, 65536, 0, 0, *results)
    if width.value == 32:
        return b"%d numbers" % count.value
    return ctypes.string_at(data.value or 0, count.value)


if __name__ == "__main__":
    answer = ask(sys.argv[1].encode())
    sys.stdout.buffer.write(b"refused" if answer is None else answer)
