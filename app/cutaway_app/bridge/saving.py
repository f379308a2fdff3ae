"""Devices saved as image files, each in an appliance of its own, so that the person goes on browsing meanwhile.

GUI thread, one coroutine per device. The appliance lives exactly as long as the coroutine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cutaway.aio import AsyncHandle

from cutaway_app.bridge.locks import FindUnlocked, locks_explained
from cutaway_app.bridge.log_feed import MakeListener
from cutaway_app.bridge.machine_drives import attach
from cutaway_app.models.machine import Machine

MakeHandle = Callable[[str], AsyncHandle]
SaveFormat = Literal["raw", "qcow2"]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Saving:
    """What to save of which image: a device as the appliance calls it, the new file, its format."""

    machine: Machine
    device: str
    target: str
    format: SaveFormat


class Saver:
    """Saves devices.

    Args:
        make: Makes a handle for an image.
        listener: Gives what is called with every event of an image's handle.
        find_unlocked: Gives what is unlocked of a machine, by its key.
    """

    def __init__(
        self, make: MakeHandle, listener: MakeListener, find_unlocked: FindUnlocked = lambda _path: ()
    ) -> None:
        self._make = make
        self._listener = listener
        self._find_unlocked = find_unlocked
        self._handles: set[AsyncHandle] = set()

    async def run(self, work: Saving, told: Told) -> None:
        """Save a device, telling bytes done and bytes in all; cancelling leaves nothing behind.

        Raises:
            EngineError: it failed; nothing partial is left.
        """
        image = work.machine.image
        handle = self._make(image)
        self._handles.add(handle)
        handle.listen(self._listener(image))
        try:
            await attach(handle, work.machine)
            await handle.unlock_at_launch(self._find_unlocked(work.machine.key))
            await handle.launch()
            await handle.vg_activate_all(activate=True)
            async with locks_explained(handle, image):
                await handle.save_device(work.device, work.target, format=work.format, on_progress=told)
        finally:
            await asyncio.shield(handle.close())
            self._handles.discard(handle)

    def kill_all(self) -> None:
        """End all appliances at once: what they do fails now."""
        for handle in self._handles:
            handle.kill_subprocess()
