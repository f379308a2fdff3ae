"""A log in an image, read page by page. GUI thread; the appliance does the work."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from cutaway.aio import AsyncHandle
from cutaway.calls import AllCalls
from cutaway.records import JournalBoot, JournalEntry, JournalField, JournalFile

from cutaway_app.viewers.content import LogWishes


class LogReader:
    """Journals of systemd: at a path of what is mounted, or of a system that was found.

    Args:
        handle: The appliance.
        path: A file or a folder; "/" for all of a system.
        root: The system's root; "" for what is mounted.
    """

    def __init__(self, handle: AsyncHandle, path: bytes, root: str = "") -> None:
        self._handle, self._path, self._root = handle, path, root

    async def pages(
        self, wishes: LogWishes, cursor: str = "", count: int = 0, *, backward: bool = True
    ) -> AsyncGenerator[list[JournalEntry], None]:
        """Give entries as they are found, from behind one on; closing the generator, as one must, ends the search."""
        await self._know()
        call = self._handle.pages(
            AllCalls.journal_entries, self._path, root=self._root, cursor=cursor, backward=backward, count=count,
            priority=wishes.priority, unit=wishes.unit, boot=wishes.boot, text=wishes.text,
        )  # fmt: skip
        try:
            async for page in call:
                yield page
        finally:
            await call.aclose()

    async def boots(self) -> list[JournalBoot]:
        """Return the boots."""
        await self._know()
        return await self._handle.journal_boots(self._path, root=self._root)

    async def fields(self, cursor: str) -> list[JournalField]:
        """Return the fields of an entry."""
        await self._know()
        return await self._handle.journal_fields(self._path, cursor, root=self._root)

    async def files(self) -> list[JournalFile]:
        """Return the files with what is wrong with them."""
        await self._know()
        return await self._handle.journal_files(self._path, root=self._root)

    async def _know(self) -> None:
        """Have the appliance look for systems, if it was started again."""
        if self._root and self._root not in await self._handle.inspect_get_roots():
            await self._handle.inspect_os()
