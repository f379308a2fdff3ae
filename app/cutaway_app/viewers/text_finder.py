"""Searching in a text that is shown, and on through the parts of its file that are not. GUI thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor

from cutaway.errors import EngineError
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument

from cutaway_app.bridge.tasks import spawn
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.find_line import FindLine
from cutaway_app.viewers.text_parts import TextPart
from cutaway_app.viewers.text_search import find_elsewhere
from cutaway_app.viewers.text_view import TextView


class TextFinder(QObject):
    """Does what the line for searching asks for.

    Args:
        view: Where the text is.
        line: Where the person says what to look for.
        executor: Where other parts are looked through.

    Signals:
        found_elsewhere(object): a `Found` in another part, which is to be shown.
    """

    found_elsewhere = Signal(object)

    def __init__(self, view: TextView, line: FindLine, executor: Executor) -> None:
        super().__init__(view)
        self._view, self._line, self._executor = view, line, executor
        self._content: PreviewContent | None = None
        self._part, self._encoding = TextPart(0, b""), ""
        self._search: asyncio.Task[None] | None = None
        view.search_requested.connect(line.begin)
        line.find_requested.connect(self._on_find_requested)
        line.dismissed.connect(self._on_dismissed)

    def look_in(self, content: PreviewContent, part: TextPart, encoding: str) -> None:
        """Take note of what is shown."""
        self._content, self._part, self._encoding = content, part, encoding

    def stop(self) -> None:
        """Look no more."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
            self._line.say("")

    def _on_find_requested(self, text: str, backwards: bool) -> None:  # noqa: FBT001 Qt's slot
        flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
        self.stop()
        if self._view.find(text, flags):
            self._line.say("")
        elif self._view.is_part and self._content is not None:
            self._search = spawn(self._find_elsewhere(self._content, text, flags), name="search text")
        else:
            self._find_round(text, flags)

    def _find_round(self, text: str, flags: QTextDocument.FindFlag) -> None:
        """Look from the other edge of the part on; without success nothing has moved."""
        kept, move = self._view.textCursor(), QTextCursor.MoveOperation
        self._view.moveCursor(move.End if flags else move.Start)
        is_found = self._view.find(text, flags)
        if not is_found:
            self._view.setTextCursor(kept)
        self._line.say("" if is_found else "Not found")

    async def _find_elsewhere(self, content: PreviewContent, text: str, flags: QTextDocument.FindFlag) -> None:
        try:
            found = await find_elsewhere(
                content, self._part, text, encoding=self._encoding, backwards=bool(flags), executor=self._executor,
                tell=lambda done: self._line.say(f"{done:.0%}"),
            )  # fmt: skip
        except EngineError as error:
            self._line.say("A part cannot be read", str(error))
            return
        self._search = None
        if found is None:
            self._find_round(text, flags)
        else:
            self._line.say("")
            self.found_elsewhere.emit(found)

    def _on_dismissed(self) -> None:
        self.stop()
        self._view.setFocus()
