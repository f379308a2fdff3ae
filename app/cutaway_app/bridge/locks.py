"""Encrypted volumes in appliances that work beside the one that shows the image. GUI thread.

What the person has unlocked is unlocked there too, with the keys that the image's own handle keeps in memory.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from cutaway.aio import AsyncHandle
from cutaway.errors import Encrypted, NotFound
from cutaway.unlocking import Unlocked, locked

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
