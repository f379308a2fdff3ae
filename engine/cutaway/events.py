"""What a handle tells its listeners: one frozen class per kind of event.

Callbacks run in the handle's worker thread, in order, also while no call is running. They must be short; an
exception in one is logged and harms neither the handle nor the other callbacks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cutaway.state import State

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """The handle went from one state to another."""

    old: State
    new: State


@dataclass(frozen=True, slots=True)
class BootPhase(Event):
    """A step of the launch has begun.

    Attributes:
        name: What is being done, for a person: "Starting qemu", "Loading modules" …
        fraction: How far the launch is, 0.0 to 1.0.
    """

    name: str
    fraction: float


@dataclass(frozen=True, slots=True)
class LaunchDone(Event):
    """The appliance is ready.

    Attributes:
        seconds: How long the launch took.
        warm: Whether it started from the template.
        accelerator: "tcg" or "kvm".
    """

    seconds: float
    warm: bool
    accelerator: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far a call is: 0 <= position <= total; a final position == total unless it fails.

    Attributes:
        procedure: Name of the call.
        serial: Serial number of the call.
        position: Done so far, in the call's unit (mostly bytes).
        total: All there is to do; 0 while that is unknown.
    """

    procedure: str
    serial: int
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class KernelLog(Event):
    """One line of the appliance's kernel log, untrusted text.

    Attributes:
        text: The line without its time stamp and line end.
        seconds: The kernel's own time stamp, None where the line has none.
        level: "error", "warning" or "info", judged from the text.
    """

    text: str
    seconds: float | None
    level: str


@dataclass(frozen=True, slots=True)
class DaemonLog(Event):
    """A message of the daemon."""

    text: str
    level: str


@dataclass(frozen=True, slots=True)
class Warning(Event):  # noqa: A001 the field's own term: an event named warning
    """Something is not as it should be, but the handle goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Trace(Event):
    """A call begins or ends, as text: `ls b"/etc"` and `ls = 3 items, 0.004 s`."""

    text: str


@dataclass(frozen=True, slots=True)
class Quit(Event):
    """The appliance is gone.

    Attributes:
        expected: True after shutdown or kill, False where it died by itself.
        reason: What is known of it, for a person.
    """

    expected: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """The handle has been closed; no further event follows."""


E = TypeVar("E", bound=Event)
Listener = Callable[[Any], None]


class EventHub:
    """The callbacks of one handle; may be changed from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[int, tuple[type[Event], Listener]] = {}
        self._next = 0
        self._lock = threading.Lock()

    def on(self, kind: type[E], callback: Callable[[E], None]) -> int:
        """Call `callback` with each event of `kind` (or of its subclasses); return a token."""
        with self._lock:
            self._next += 1
            self._listeners[self._next] = (kind, callback)
            return self._next

    def off(self, token: int) -> None:
        """Forget a callback; an unknown token is ignored."""
        with self._lock:
            self._listeners.pop(token, None)

    def emit(self, event: Event) -> None:
        """Hand an event to all who listen for it."""
        with self._lock:
            listeners = list(self._listeners.values())
        for kind, callback in listeners:
            if isinstance(event, kind):
                try:
                    callback(event)
                except Exception:
                    log.exception("a callback for %s failed", type(event).__name__)
