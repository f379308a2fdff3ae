"""The disks of a machine as the drives of a handle. Awaited in the GUI thread.

An image that lies in another is read through an appliance of its own that shows that one: what the person does with the
outer image, or closes, does not matter to it.
"""

from __future__ import annotations

import asyncio

from cutaway import Drive
from cutaway.aio import AsyncHandle

from cutaway_app.models.machine import Inside, Machine


async def attach(handle: AsyncHandle, machine: Machine) -> list[Drive]:
    """Add all disks of a machine to a handle, always in the same order: devices are called the same everywhere.

    Raises:
        DriveError: one of them cannot be used.
    """
    if machine.inside is not None:
        return [await _attach_inside(handle, machine, machine.inside)]
    drives = await handle.add_images(machine.image, allowed=machine.allowed, snapshot=machine.snapshot)
    for path in machine.further:
        drives += await handle.add_images(path, allowed=machine.allowed)
    return drives


async def _attach_inside(handle: AsyncHandle, machine: Machine, inside: Inside) -> Drive:
    """Add an image that lies in another; what shows that one is closed with the handle."""
    outer = handle.sibling()
    try:
        await attach(outer, inside.machine)
        await outer.unlock_at_launch(inside.unlocked)
        await outer.launch()
        await outer.mount_tree(inside.tree.arguments)
        drive = await handle.add_drive_inside(outer, inside.path, allowed=machine.allowed, snapshot=machine.snapshot)
    except BaseException:
        await asyncio.shield(outer.close())
        raise
    handle.take_over(outer)
    return drive
