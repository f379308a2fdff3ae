"""The events of libguestfs as bits, and what Cutaway's own events are in them. Pure."""

from __future__ import annotations

from cutaway.calls import CALLS
from cutaway.events import BootPhase, DaemonLog, Event, KernelLog, LaunchDone, Progress, Warning

EVENT_CLOSE = 0x001
EVENT_SUBPROCESS_QUIT = 0x002
EVENT_LAUNCH_DONE = 0x004
EVENT_PROGRESS = 0x008
EVENT_APPLIANCE = 0x010
EVENT_LIBRARY = 0x020
EVENT_TRACE = 0x040
EVENT_ENTER = 0x080
EVENT_LIBVIRT_AUTH = 0x100
EVENT_WARNING = 0x200
EVENT_ALL = 0x3FF

#: Names in the order of the alphabet, as event_to_string gives them.
NAMES = {
    "appliance": EVENT_APPLIANCE, "close": EVENT_CLOSE, "enter": EVENT_ENTER, "launch_done": EVENT_LAUNCH_DONE,
    "library": EVENT_LIBRARY, "libvirt_auth": EVENT_LIBVIRT_AUTH, "progress": EVENT_PROGRESS,
    "subprocess_quit": EVENT_SUBPROCESS_QUIT, "trace": EVENT_TRACE, "warning": EVENT_WARNING,
}  # fmt: skip
#: A launch is told in so many steps.
LAUNCH_STEPS = 12

#: The bit, the text or None, and the numbers: what a callback gets beside its own handle.
Told = tuple[int, str | None, list[int]]


def event_to_string(events: int) -> str:
    """Return the names of the events in a bitmask, separated by commas."""
    return ",".join(name for name, bit in NAMES.items() if events & bit)


def told(event: Event) -> Told | None:
    """Return what libguestfs would tell of an event; None for what it knows nothing of, or tells otherwise."""
    match event:
        case LaunchDone():
            return (EVENT_LAUNCH_DONE, None, [])
        case Progress(procedure=name, serial=serial, position=position, total=total):
            number = CALLS[name].number if name in CALLS else 0
            return (EVENT_PROGRESS, None, [number, serial, position, total])
        case BootPhase(fraction=fraction):
            return (EVENT_PROGRESS, None, [0, 0, round(fraction * LAUNCH_STEPS), LAUNCH_STEPS])
        case KernelLog(text=text) | DaemonLog(text=text):
            return (EVENT_APPLIANCE, text + "\n", [])
        case Warning(text=text):
            return (EVENT_WARNING, text, [])
        case _:
            return None
