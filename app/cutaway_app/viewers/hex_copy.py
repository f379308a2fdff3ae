"""Copies bytes of a file of any size to the clipboard: reads what is not known yet, and says what was left out.

GUI thread; reads piece by piece.
"""

from __future__ import annotations

import asyncio

from cutaway.errors import EngineError
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from cutaway_app.bridge.tasks import spawn
from cutaway_app.figures import size_text
from cutaway_app.viewers.content import PreviewContent

#: Three characters a byte: more would be a text that hardly any program takes.
MAX_COPY_BYTES = 8 << 20
PIECE_BYTES = 1 << 20


class HexCopy(QObject):
    """Copies, one selection at a time.

    Signals:
        told(str): how far it is, that it is done, or why not.
        copied(): the clipboard has the bytes.
    """

    told = Signal(str)
    copied = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: asyncio.Task[None] | None = None

    def start(self, content: PreviewContent, offset: int, length: int) -> None:
        """Copy bytes as digits, instead of what was to be copied before."""
        self.stop()
        self._task = spawn(self._copy(content, offset, length), name="copy bytes")

    def stop(self) -> None:
        """Stop reading; the clipboard stays as it is."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _copy(self, content: PreviewContent, offset: int, length: int) -> None:
        count = min(length, MAX_COPY_BYTES)
        try:
            data = await self._read(content, offset, count)
        except EngineError as error:
            self.told.emit(f"Nothing was copied: {error}")
            return
        QGuiApplication.clipboard().setText(data.hex(" "))
        done = size_text(len(data))
        self.told.emit(f"Copied the first {done} of {size_text(length)}" if len(data) < length else f"Copied {done}")
        self.copied.emit()

    async def _read(self, content: PreviewContent, offset: int, count: int) -> bytes:
        data = bytearray(content.head[offset : offset + count])
        while len(data) < count and content.read is not None:
            piece = await content.read(offset + len(data), min(PIECE_BYTES, count - len(data)))
            if not piece:
                break
            data += piece
            self.told.emit(f"Copying, {len(data) / count:.0%}")
        return bytes(data)
