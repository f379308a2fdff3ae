"""What is installed in a system of an image, page by page. GUI thread; the appliance does the work."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from cutaway.aio import AsyncHandle
from cutaway.calls import AllCalls
from cutaway.records import Application


async def installed(handle: AsyncHandle, root: str) -> AsyncGenerator[list[Application], None]:
    """Give what is installed; an appliance that was started again looks for systems first."""
    if root not in await handle.inspect_get_roots():
        await handle.inspect_os()
    async for page in handle.pages(AllCalls.inspect_list_applications2, root):
        yield page
