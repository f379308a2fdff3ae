"""What a search below a folder finds, as entries that a table shows: by names, or by what stands in files.

GUI thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from cutaway.records import ContentHit, FolderEntry

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.progress import Told

#: A search ends when it has found so many.
MAX_FOUND = 50_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for below a folder; nothing if the text is empty.

    Attributes:
        in_contents: Whether in files, not in names.
    """

    text: str = ""
    in_contents: bool = False

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.text)


class Findings:
    """What was found last.

    Attributes:
        hits: Where the text stands, by the names of the entries; empty if names were looked through.
        count: How many entries there are.
        told: Called with the bytes that were looked at, and all of them; 0 while nobody knows that.
    """

    def __init__(self) -> None:
        self.hits: dict[bytes, ContentHit] = {}
        self.count = 0
        self.told: Told = lambda *_: None

    @property
    def are_too_many(self) -> bool:
        """Whether that is more than anybody looks through."""
        return self.count >= MAX_FOUND

    def begin(self) -> None:
        """Forget what was found."""
        self.hits, self.count = {}, 0

    async def pages(self, engine: ImageEngine, path: bytes, sought: Sought) -> AsyncGenerator[list[FolderEntry], None]:
        """Give what is found as it is, until it is too much."""
        found = self._in_contents(engine, path, sought) if sought.in_contents else engine.found(path, sought.text)
        async with aclosing(found) as pages:
            async for page in pages:
                self.count += len(page)
                yield page
                if self.are_too_many:
                    return

    async def _in_contents(
        self, engine: ImageEngine, path: bytes, sought: Sought
    ) -> AsyncGenerator[list[FolderEntry], None]:
        async with aclosing(engine.content_found(path, sought.text, self.told)) as pages:
            async for page in pages:
                self.hits.update((hit.path, hit) for hit in page)
                yield [FolderEntry(hit.path, hit.stat) for hit in page]
