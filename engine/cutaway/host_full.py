"""A disk of the host that is full below a drive: the guest knows of an I/O error only, and takes its file system for
damaged. In the worker's event loop.
"""

from __future__ import annotations

from typing import Any

from cutaway.calls import AllCalls
from cutaway.errors import GuestError, HostFull
from cutaway.events import Warning
from cutaway.hypervisor import Report, RunningAppliance
from cutaway.protocol.declaration import Call

#: What a write that failed may be told as: by the file system, by its driver when it mounts, by a program.
_TOLD_AS = frozenset({"EIO", "ENOSPC", "EROFS", "EUCLEAN", "EINVAL", ""})
#: Calls that go on without the journal if it cannot be replayed.
_MOUNTING = frozenset({AllCalls.mount_ro.name, AllCalls.mount_options.name, AllCalls.mount_tree.name})


async def explained(appliance: RunningAppliance, call: Call[..., Any], outcome: object, report: Report) -> object:
    """Return the outcome of a call, or the error that it comes from; warn if the call went on all the same.

    Raises:
        CallInterrupted: the appliance has ended.
    """
    if isinstance(outcome, GuestError) and outcome.errno_name in _TOLD_AS:
        place = await appliance.full_place()
        return _full(place, outcome) if place else outcome
    if call.name in _MOUNTING and not isinstance(outcome, BaseException) and (place := await appliance.full_place()):
        report(
            Warning(f"{place} is full: journals could not be replayed, and what is shown may be older than it could be")
        )
    return outcome


def _full(place: str, error: GuestError) -> HostFull:
    full = HostFull(
        f"{place} is full, which takes what the appliance writes to a drive: {error}",
        procedure=error.procedure, errno_name="ENOSPC", tool=error.tool,
    )  # fmt: skip
    full.__cause__ = error
    return full
