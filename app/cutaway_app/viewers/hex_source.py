"""The bytes behind a hex view: pages of a file of any size, read when somebody wants to see them. GUI thread.

Keeps a bounded number of pages, asks for each once, never blocks. A page that cannot be read stays unknown.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.tasks import spawn
from cutaway_app.viewers.content import PreviewContent

log = logging.getLogger(__name__)
PAGE_BYTES = 64 << 10
_MAX_PAGES = 64


class HexSource(QObject):
    """Bytes by offset.

    Signals:
        arrived(): bytes that were unknown are known now.
        failed(object): a page cannot be read (the exception).
    """

    arrived = Signal()
    failed = Signal(object)

    def __init__(self, content: PreviewContent, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._pages: OrderedDict[int, bytes] = OrderedDict()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._broken: set[int] = set()
        self.size = content.total_size if content.read is not None else len(content.head)

    def get(self, offset: int, count: int) -> tuple[bytes, bool]:
        """Return bytes and whether all that were asked for are known; asks for the rest in the background."""
        count = max(0, min(count, self.size - offset))
        head = self._content.head
        if offset + count <= len(head):
            return head[offset : offset + count], True
        parts: list[bytes] = []
        for page in range(offset // PAGE_BYTES, (offset + count - 1) // PAGE_BYTES + 1 if count else 0):
            known = self._page(page)
            if known is None:
                return b"".join(parts), False
            first, last = max(offset, page * PAGE_BYTES), min(offset + count, (page + 1) * PAGE_BYTES)
            parts.append(known[first - page * PAGE_BYTES : last - page * PAGE_BYTES])
        data = b"".join(parts)
        return data, len(data) == count

    def _page(self, page: int) -> bytes | None:
        start = page * PAGE_BYTES
        wanted = min(PAGE_BYTES, self.size - start)
        if start + wanted <= len(self._content.head):
            return self._content.head[start : start + wanted]
        if page in self._pages:
            self._pages.move_to_end(page)
            return self._pages[page]
        if page not in self._tasks and page not in self._broken:
            self._tasks[page] = spawn(self._read(page, wanted), name="hex page")
        return None

    async def _read(self, page: int, wanted: int) -> None:
        try:
            data = b"" if self._content.read is None else await self._content.read(page * PAGE_BYTES, wanted)
        except Exception as error:  # noqa: BLE001 the boundary to whatever reads; shown to the person
            log.warning("page %d of %r cannot be read: %s", page, self._content.name, error)
            self._broken.add(page)
            self.failed.emit(error)
        else:
            self._pages[page] = data
            while len(self._pages) > _MAX_PAGES:
                self._pages.popitem(last=False)
            self.arrived.emit()
        finally:
            self._tasks.pop(page, None)

    def close(self) -> None:
        """Stop reading."""
        for task in self._tasks.values():
            task.cancel()
        self.deleteLater()
