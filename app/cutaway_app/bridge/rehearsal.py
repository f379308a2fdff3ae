"""A rehearsal of what opening an image asks of an appliance, on an image of our own.

An emulator translates the guest's code when it runs first, and that is most of what opening an image costs: a rehearsed
appliance opens the next one in a third of the time. GUI thread; everything is awaited.
"""

from __future__ import annotations

from cutaway.aio import AsyncHandle
from cutaway.calls import AllCalls
from cutaway.mount_plan import plan


async def rehearse(handle: AsyncHandle, image: str) -> None:
    """Attach the image, look through it, mount and list each of its trees, and take it out again.

    A cancellation is followed at the next call; the appliance is then as it was before, too.

    Raises:
        EngineError: something failed; the appliance may not be as it was.
    """
    try:
        await handle.add_drive(image)
        for tree in plan(await handle.survey()):
            await handle.mount_tree(tree.arguments)
            pages = handle.pages(AllCalls.scandir, b"/")
            async for _page in pages:
                continue
            for mount in tree.mounts:
                await handle.statvfs(mount.mountpoint)
    finally:
        await handle.umount_all()
        await handle.vg_activate_all(activate=False)
        for drive in handle.drives:  # a cancellation while it was added has let it be there all the same
            await handle.remove_drive(drive)
