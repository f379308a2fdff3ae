"""A drop-in for `import guestfs`, libguestfs' Python module: `from cutaway.compat import guestfs`.

Programs that use the calls which libguestfs and Cutaway share go on working: same names, arguments, defaults and
results, RuntimeError for every failure, the same events. Calls that Cutaway has not are not there (AttributeError).
What differs: texts that are no UTF-8 come with surrogates instead of raising UnicodeDecodeError, and drives may be
added after launch. Callbacks run in the handle's own thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutaway.compat.callbacks import ClosedHandle
from cutaway.compat.composed import Composed
from cutaway.compat.event_bits import (
    EVENT_ALL,
    EVENT_APPLIANCE,
    EVENT_CLOSE,
    EVENT_ENTER,
    EVENT_LAUNCH_DONE,
    EVENT_LIBRARY,
    EVENT_LIBVIRT_AUTH,
    EVENT_PROGRESS,
    EVENT_SUBPROCESS_QUIT,
    EVENT_TRACE,
    EVENT_WARNING,
    event_to_string,
)

__all__ = [
    "EVENT_ALL",
    "EVENT_APPLIANCE",
    "EVENT_CLOSE",
    "EVENT_ENTER",
    "EVENT_LAUNCH_DONE",
    "EVENT_LIBRARY",
    "EVENT_LIBVIRT_AUTH",
    "EVENT_PROGRESS",
    "EVENT_SUBPROCESS_QUIT",
    "EVENT_TRACE",
    "EVENT_WARNING",
    "ClosedHandle",
    "GuestFS",
    "event_to_string",
]


class GuestFS(Composed):
    """A handle as libguestfs' Python module has it.

    Args:
        python_return_dict: Whether hash tables are dicts; otherwise they are lists of pairs.
        environment: Whether the variables LIBGUESTFS_… count.
        close_on_exit: Whether the handle is closed when the program ends.
    """

    def __init__(
        self,
        python_return_dict: bool = False,
        environment: bool = True,
        close_on_exit: bool = True,
    ) -> None:
        super().__init__(python_return_dict=python_return_dict, close_on_exit=close_on_exit)
        if environment:
            self._take_environment()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The shared calls are made from their declarations, which type checkers cannot follow."""
