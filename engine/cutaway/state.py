"""The states of a handle and the table of their transitions.

    CONFIG ──launch──▶ LAUNCHING ──▶ READY ⇄ BUSY
      ▲  ▲                │            │      │
      │  └── launch fails ┘            │      │
      └────── shutdown / kill / qemu died ────┘          close from any state ▶ CLOSED

Pure values; the worker owns the machine and calls `StateMachine.move`.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class State(enum.Enum):
    """What a handle can do now."""

    #: No appliance runs; drives and settings can be changed.
    CONFIG = "CONFIG"
    #: The appliance is starting; nothing but cancel and close is possible.
    LAUNCHING = "LAUNCHING"
    #: The appliance waits for a call; drives can be hot-plugged.
    READY = "READY"
    #: A call is running; further calls queue.
    BUSY = "BUSY"
    #: The handle is finished for good.
    CLOSED = "CLOSED"


ALLOWED: dict[State, frozenset[State]] = {
    State.CONFIG: frozenset({State.LAUNCHING, State.CLOSED}),
    State.LAUNCHING: frozenset({State.READY, State.CONFIG, State.CLOSED}),
    State.READY: frozenset({State.BUSY, State.CONFIG, State.CLOSED}),
    State.BUSY: frozenset({State.READY, State.CONFIG, State.CLOSED}),
    State.CLOSED: frozenset(),
}


class StateMachine:
    """The state of one handle; every change goes through `move`.

    Args:
        changed: Called after each transition with the old and the new state.
    """

    def __init__(self, changed: Callable[[State, State], None]) -> None:
        self._state = State.CONFIG
        self._changed = changed

    @property
    def current(self) -> State:
        """The state now."""
        return self._state

    def move(self, new: State) -> None:
        """Go to another state.

        Raises:
            RuntimeError: the table does not allow it, which is a fault of the engine.
        """
        old = self._state
        if new not in ALLOWED[old]:
            raise RuntimeError(f"handle cannot go from {old.value} to {new.value}")
        self._state = new
        log.debug("handle: %s -> %s", old.value, new.value)
        self._changed(old, new)
