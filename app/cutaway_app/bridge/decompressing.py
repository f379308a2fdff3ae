"""A compressed image made into a file, in a thread beside the GUI's. GUI thread, one coroutine per image."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from cutaway.decompression import Decompression

Told = Callable[[int, int], None]
#: Between two reports.
TOLD_S = 0.1


async def decompress(source: str, target: str, told: Told) -> None:
    """Decompress an image into a new file, telling bytes read and bytes to read; cancelling leaves nothing behind.

    Raises:
        EngineError: it failed; nothing partial is left.
    """
    work = await asyncio.to_thread(_prepare, source, target, asyncio.get_running_loop(), told)
    running = asyncio.ensure_future(asyncio.to_thread(work.run))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait([running])
        running.exception()
        raise


def _prepare(source: str, target: str, loop: asyncio.AbstractEventLoop, told: Told) -> Decompression:
    last_s = 0.0

    def on_progress(done: int, total: int) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= TOLD_S or done == total:
            last_s = time.monotonic()
            loop.call_soon_threadsafe(told, done, total)

    return Decompression(source, target, conflict="replace", on_progress=on_progress)
