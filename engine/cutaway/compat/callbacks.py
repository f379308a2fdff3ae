"""The events of the compatible handle: callbacks by bitmask, traces, and what is printed where nobody listens.

Callbacks for what the appliance tells run in the engine handle's worker thread, those for ENTER, TRACE and CLOSE in the
caller's; none may call the handle, but for user_cancel.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from cutaway.compat import event_bits as bits
from cutaway.compat.properties import Properties

#: What a callback gets: the event's bit, its own handle, a text or None, numbers.
Callback = Callable[[int, int, str | None, list[int]], object]
_LEADS = {bits.EVENT_WARNING: "cutaway: warning: ", bits.EVENT_TRACE: "cutaway: trace: "}


class ClosedHandle(ValueError):
    """A method was called on a closed handle."""


class Callbacks(Properties):
    """What tells a program of events."""

    def __init__(self) -> None:
        super().__init__()
        self._is_closed = False
        self._callbacks: dict[int, tuple[int, Callback]] = {}
        self._next_callback = 0

    def _check_not_closed(self) -> None:
        if self._is_closed:
            raise ClosedHandle("GuestFS: method called on closed handle")

    def set_event_callback(self, cb: Callback, event_bitmask: int) -> int:
        """Call `cb(event, event_handle, text, numbers)` for the events of a bitmask; return its handle."""
        self._check_not_closed()
        handle, self._next_callback = self._next_callback, self._next_callback + 1
        self._callbacks = self._callbacks | {handle: (event_bitmask, cb)}
        return handle

    def delete_event_callback(self, event_handle: int) -> None:
        """Forget a callback; an unknown handle is ignored."""
        self._check_not_closed()
        self._callbacks = {key: value for key, value in self._callbacks.items() if key != event_handle}

    def _tell(self, bit: int, text: str | None, numbers: list[int]) -> None:
        wanted = [(handle, cb) for handle, (mask, cb) in self._callbacks.items() if mask & bit]
        for handle, callback in wanted:
            callback(bit, handle, text, numbers)
        if not wanted and text is not None and self._is_shown(bit):
            print(f"{_LEADS.get(bit, '')}{text.rstrip()}", file=sys.stderr)  # noqa: T201 as libguestfs does

    def _is_shown(self, bit: int) -> bool:
        if bit == bits.EVENT_APPLIANCE:
            return bool(self._flags["verbose"])
        return bit in {bits.EVENT_WARNING, bits.EVENT_TRACE}

    def _entered(self, name: str) -> None:
        self._tell(bits.EVENT_ENTER, name, [])

    def _is_tracing(self) -> bool:
        return bool(self._flags["trace"])

    def _traced(self, text: str) -> None:
        self._tell(bits.EVENT_TRACE, text, [])
