"""Encrypted volumes, unlocked and locked again, where the image is shown and in appliances beside that. GUI thread.

What the person has unlocked is unlocked there too, with the keys that the image's own handle keeps in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from cutaway.aio import AsyncHandle
from cutaway.errors import Encrypted, NotFound, WrongKey
from cutaway.unlocking import Unlocked, locked, mapname_of

from cutaway_app.names import image_name

#: Gives what is unlocked of a machine, by its key.
FindUnlocked = Callable[[str], Sequence[Unlocked]]


@contextlib.asynccontextmanager
async def locks_explained(handle: AsyncHandle, image: str) -> AsyncIterator[None]:
    """Tell of a device that is not there that it may be in what is locked.

    Raises:
        Encrypted: it was not found, and there is a volume that is locked.
    """
    try:
        yield
    except NotFound as error:
        if not locked(await handle.filesystems(), handle.unlocked):
            raise
        hidden = Encrypted(f"{image_name(image)} is encrypted, and locked", procedure="launch", errno_name="ENCRYPTED")
        hidden.remedy = "Open the image, unlock it, and try again."
        raise hidden from error


async def unlock_by(handle: AsyncHandle, device: str, keys: Sequence[bytes]) -> None:
    """Unlock a volume by the first of these keys that is its own; cancelled, it stays locked.

    Raises:
        WrongKey: none is.
        EngineError: it cannot be unlocked.
    """
    left = list(keys)
    while not _is_unlocked(handle, device):
        try:
            await handle.cryptsetup_open(device, left.pop(0), mapname_of(device))
        except WrongKey:
            if not left:
                raise
        except asyncio.CancelledError:
            if _is_unlocked(handle, device):  # that came too late
                await handle.cryptsetup_close(f"/dev/mapper/{mapname_of(device)}")
            raise


async def lock_again(handle: AsyncHandle, device: str) -> None:
    """Unmount everything, and lock a volume that was unlocked; its key is forgotten.

    Raises:
        EngineError: it stays unlocked.
    """
    await handle.umount_all()
    await handle.vg_activate_all(activate=False)
    for one in handle.unlocked:
        if one.device == device:
            await handle.cryptsetup_close(f"/dev/mapper/{one.mapname}")


def _is_unlocked(handle: AsyncHandle, device: str) -> bool:
    return any(one.device == device for one in handle.unlocked)
