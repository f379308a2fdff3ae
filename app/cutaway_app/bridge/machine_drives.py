"""The disks of a machine as the drives of a handle. Awaited in the GUI thread."""

from __future__ import annotations

from cutaway import Drive
from cutaway.aio import AsyncHandle

from cutaway_app.models.machine import Machine


async def attach(handle: AsyncHandle, machine: Machine) -> list[Drive]:
    """Add all disks of a machine to a handle, always in the same order: devices are called the same everywhere.

    Raises:
        DriveError: one of them cannot be used.
    """
    drives = await handle.add_images(machine.image, allowed=machine.allowed, snapshot=machine.snapshot)
    for path in machine.further:
        drives += await handle.add_images(path, allowed=machine.allowed)
    return drives
