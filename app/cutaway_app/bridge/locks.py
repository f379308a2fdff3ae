"""Encrypted volumes in appliances that work beside the one that shows the image. GUI thread.

What the person has unlocked is unlocked there too, with the keys that the image's own handle keeps in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cutaway.aio import AsyncHandle
from cutaway.errors import Encrypted, NotFound
from cutaway.mount_plan import MountTree
from cutaway.unlocking import Unlocked, locked

from cutaway_app.names import image_name

#: Gives what is unlocked of the image of a path.
FindUnlocked = Callable[[str], Sequence[Unlocked]]


async def mount_unlocked(handle: AsyncHandle, tree: MountTree, image: str) -> None:
    """Mount a tree of an image.

    Raises:
        Encrypted: it is in a volume that is locked.
        EngineError: it cannot be mounted.
    """
    try:
        await handle.mount_tree(tree.arguments)
    except NotFound as error:
        if not locked(await handle.filesystems(), handle.unlocked):
            raise
        raise locked_error(image) from error


def locked_error(image: str) -> Encrypted:
    """Return the error of an image of which nobody has unlocked what is wanted."""
    error = Encrypted(f"{image_name(image)} is encrypted, and locked", procedure="mount_tree", errno_name="ENCRYPTED")
    error.remedy = "Open the image, unlock it, and try again."
    return error
