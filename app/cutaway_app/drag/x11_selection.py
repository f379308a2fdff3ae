"""Answers for the X11 drag selection in Qt's place, during a drag of files that are there. GUI thread.

NB: GTK 4 asks for the data at no particular time and from a window of its own. Qt knows a drag by either of both, and
refuses; so nothing dragged out of a Qt program could be dropped in Nautilus.
"""

from __future__ import annotations

import ctypes
import functools
from ctypes import Structure, c_int, c_ulong, c_void_p

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from cutaway_app.drag.x11 import XConnection

#: What fits into one request of every X server; more would have to be sent in pieces.
MAX_ANSWER = 200_000
_SELECTION_REQUEST, _SELECTION_NOTIFY = 30, 31
_ATOM_TYPE, _EVENT_WORDS = 4, 24


class _Request(Structure):
    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("owner", c_ulong),
        ("requestor", c_ulong), ("selection", c_ulong), ("target", c_ulong), ("property", c_ulong), ("time", c_ulong),
    ]  # fmt: skip


class _Notify(Structure):
    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("requestor", c_ulong),
        ("selection", c_ulong), ("target", c_ulong), ("property", c_ulong), ("time", c_ulong),
    ]  # fmt: skip


class SelectionAnswers(QObject):
    """Owns the drag selection from `begin` to `end`.

    Args:
        answers: The data by type; at most MAX_ANSWER each.

    Raises:
        OSError: There is no libX11, or no X server.
    """

    def __init__(self, parent: QObject, answers: dict[str, bytes]) -> None:
        super().__init__(parent)
        self._connection = XConnection()
        self._x, self._display = self._connection.library, self._connection.display
        self._selection = self._connection.atom(b"XdndSelection")
        self._targets = self._connection.atom(b"TARGETS")
        self._answers = {self._connection.atom(kind.encode()): data for kind, data in answers.items()}
        root = self._x.XDefaultRootWindow(self._display)
        self._window: int = self._x.XCreateSimpleWindow(self._display, root, 0, 0, 1, 1, 0, 0, 0)
        number = self._x.XConnectionNumber(self._display)
        self._notifier = QSocketNotifier(number, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._answer_all)

    def begin(self) -> None:
        """Take the selection from Qt: as soon as the drag's own loop runs, for then Qt has taken it."""
        QTimer.singleShot(0, self, self._take)

    def _take(self) -> None:
        arguments = (self._display, self._selection, self._window, 0)
        self._connection.guarded(lambda: self._x.XSetSelectionOwner(*arguments))
        self._answer_all()

    def _answer_all(self) -> None:
        event = (ctypes.c_long * _EVENT_WORDS)()
        while self._display and self._x.XPending(self._display):
            self._x.XNextEvent(self._display, event)
            request = _Request.from_buffer(event)
            if request.type == _SELECTION_REQUEST:
                self._connection.guarded(functools.partial(self._answer, request))

    def _answer(self, request: _Request) -> int:
        place = request.property or request.target
        if not self._put(request.requestor, place, request.target):
            place = 0
        told = _Notify(
            _SELECTION_NOTIFY, 0, 1, self._display, request.requestor, request.selection, request.target, place,
            request.time,
        )  # fmt: skip
        sent: int = self._x.XSendEvent(self._display, request.requestor, 0, 0, ctypes.byref(_padded(told)))
        return sent

    def _put(self, window: int, place: int, target: int) -> bool:
        """Write an answer onto a window; False if there is none."""
        if target == self._targets:
            data = bytes((c_ulong * (len(self._answers) + 1))(target, *self._answers))
            kind, width, count = _ATOM_TYPE, 32, len(self._answers) + 1
        elif target in self._answers:
            data = self._answers[target]
            kind, width, count = target, 8, len(data)
        else:
            return False
        self._x.XChangeProperty(self._display, window, place, kind, width, 0, data, count)
        return True

    def end(self) -> None:
        """Answer no more."""
        self._notifier.setEnabled(False)
        self._connection.close()
        self._display = None
        self.deleteLater()


def _padded(told: _Notify) -> ctypes.Array[ctypes.c_long]:
    """Return an event in a buffer as large as Xlib's union of all events, which it reads to its end."""
    buffer = (ctypes.c_long * _EVENT_WORDS)()
    ctypes.memmove(buffer, ctypes.byref(told), ctypes.sizeof(told))
    return buffer
