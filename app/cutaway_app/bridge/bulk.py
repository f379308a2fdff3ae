"""Bulk work in an appliance of its own, so that the person goes on browsing meanwhile.

GUI thread, one coroutine per piece of work. The appliance lives exactly as long as the coroutine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.aio import AsyncHandle
from cutaway.events import Event
from cutaway.mount_plan import MountTree
from cutaway.transfer.job import ExtractReport, TransferProgress
from cutaway.transfer.policy import ExtractPolicy

MakeHandle = Callable[[str], AsyncHandle]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What to copy out of which image: paths in a mounted tree, the folder of the host, and the rules.

    Attributes:
        allowed: Backing files outside the image's folder that the person has allowed.
    """

    image: str
    tree: MountTree
    paths: tuple[bytes, ...]
    folder: str
    policy: ExtractPolicy = field(default_factory=ExtractPolicy)
    allowed: frozenset[str] = frozenset()


class Extractor:
    """Carries out extractions.

    Args:
        make: Makes a handle for an image.
        listen: Called with every event of every handle.
    """

    def __init__(self, make: MakeHandle, listen: Callable[[Event], None]) -> None:
        self._make = make
        self._listen = listen
        self._handles: set[AsyncHandle] = set()

    async def run(self, work: Extraction, progress: Callable[[TransferProgress], None]) -> ExtractReport:
        """Copy files and folders out of an image; cancelling leaves nothing behind.

        Raises:
            EngineError: it failed; nothing partial is left.
        """
        handle = self._make(work.image)
        self._handles.add(handle)
        handle.listen(self._listen)
        try:
            await handle.add_drive(work.image, allowed_backing=work.allowed)
            await handle.launch()
            await handle.mount_tree(work.tree.arguments)
            return await handle.copy_out(list(work.paths), work.folder, policy=work.policy, on_progress=progress)
        finally:
            await asyncio.shield(handle.close())
            self._handles.discard(handle)

    def kill_all(self) -> None:
        """End all appliances at once: what they do fails now, instead of when the guest has heard of its end."""
        for handle in self._handles:
            handle.kill_subprocess()
