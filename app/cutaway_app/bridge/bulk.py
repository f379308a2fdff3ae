"""Bulk work in an appliance of its own, so that the person goes on browsing meanwhile.

GUI thread, one coroutine per kind of work. The appliance lives exactly as long as the coroutine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from cutaway.aio import AsyncHandle
from cutaway.events import Event
from cutaway.mount_plan import MountTree
from cutaway.transfer.job import ExtractReport, TransferProgress
from cutaway.transfer.policy import ExtractPolicy

MakeHandle = Callable[[str], AsyncHandle]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What to copy out of which image: paths in a mounted tree, and the folder of the host."""

    image: str
    tree: MountTree
    paths: tuple[bytes, ...]
    folder: str


async def extract(
    work: Extraction,
    make: MakeHandle,
    *,
    policy: ExtractPolicy,
    listen: Callable[[Event], None],
    progress: Callable[[TransferProgress], None],
) -> ExtractReport:
    """Copy files and folders out of an image; cancelling leaves nothing behind.

    Raises:
        EngineError: it failed; nothing partial is left.
    """
    handle = make(work.image)
    handle.listen(listen)
    try:
        await handle.add_drive(work.image)
        await handle.launch()
        await handle.mount_tree(work.tree.arguments)
        return await handle.copy_out(list(work.paths), work.folder, policy=policy, on_progress=progress)
    finally:
        await asyncio.shield(handle.close())
