"""Text: any encoding, coloured where the language is known, wrapped or not, searched. GUI thread.

Decoding and lexing run in one worker thread of its own; the text is inserted in pieces, so that a megabyte does not
stall the window. Shows the beginning of a large file only, or its end, and says so.
"""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor

from cutaway.errors import EngineError
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.labels import ElidedLabel
from cutaway_app.figures import size_text
from cutaway_app.names import display_name
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.encoding_box import EncodingBox
from cutaway_app.viewers.find_line import FindLine
from cutaway_app.viewers.highlighting import SlicedHighlighter, Spans, find_spans
from cutaway_app.viewers.text_guess import looks_binary, wide_text
from cutaway_app.viewers.text_view import TextView
from cutaway_app.viewers.text_work import MAX_LINE, PreparedText, prepare

_CHUNK = 16 << 10
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="text-preview")


def suits(content: PreviewContent) -> int:
    """Return how well text suits: well for what looks like it, hardly for bytes."""
    if not content.head:
        return 0
    return 10 if looks_binary(content.head) else 60


class TextViewer(QWidget):
    """A file as text.

    Signals:
        shown(): all of the text is in the view.
    """

    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Text")
        self._task: asyncio.Task[None] | None = None
        self._content: PreviewContent | None = None
        self._rest = ""
        self._spans: Spans = []
        self.view = TextView(self)
        self.find_line = FindLine("Find in this text", self)
        self.view.search_requested.connect(self.find_line.begin)
        self.find_line.find_requested.connect(self._on_find_requested)
        self.find_line.dismissed.connect(self.view.setFocus)
        self._highlighter = SlicedHighlighter(self.view.document())
        self._note = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._note.setProperty("role", "muted")
        self._note.setContentsMargins(8, 0, 8, 0)
        self.encoding = EncodingBox(self)
        self.encoding.currentIndexChanged.connect(self._show_again)
        self.end_button = tool_button("goto", "Show the end of the file", self)
        self.end_button.setCheckable(True)
        self.end_button.toggled.connect(self._show_again)
        self._wrap = tool_button("wrap", "Wrap long lines", self)
        self._wrap.setCheckable(True)
        self._wrap.setChecked(True)
        self._wrap.toggled.connect(self._on_wrap_toggled)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._insert_chunk)
        self._on_wrap_toggled(wraps=True)
        self.setFocusProxy(self.view)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.encoding)
        row.addStretch(1)
        for button in (self.end_button, self._wrap):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.find_line)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._note)
        layout.addLayout(row)

    def show_content(self, content: PreviewContent) -> None:
        """Show a file; the text comes a moment later."""
        self.clear()
        self._content = content
        self.find_line.withdraw()
        self.end_button.setVisible(not content.is_complete and content.read is not None)
        self._task = spawn(self._show(content), name="text preview")

    def _show_again(self) -> None:
        """Show the same file in another encoding, or another part of it."""
        if self._content is not None:
            self.show_content(self._content)

    def clear(self) -> None:
        """Show nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._timer.stop()
        self._content = None
        self._rest, self._spans = "", []
        self._highlighter.set_spans([])
        self.view.clear()
        self._note.clear()

    @property
    def is_coloured(self) -> bool:
        """Whether all of the text is there, and its words have their colours."""
        return bool(self._spans) and not self._rest and not self._highlighter.is_busy

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlighter.colour()

    @property
    def note(self) -> str:
        """What is said about the text."""
        return self._note.text()

    async def _show(self, content: PreviewContent) -> None:
        loop = asyncio.get_running_loop()
        is_end = self.end_button.isChecked() and not content.is_complete
        try:
            part = await _end_of(content) if is_end else content.head
        except EngineError as error:
            self._note.setText(f"The end cannot be read: {error}")
            return
        whole, wanted = content.is_complete, self.encoding.chosen
        work = functools.partial(prepare, part, is_complete=whole, encoding=wanted)
        prepared = await loop.run_in_executor(_executor, work)
        self._note.setText(_note(content, prepared, "last" if is_end else "first", len(part)))
        self._rest = prepared.text
        self._insert_chunk()
        self._timer.start()
        name = display_name(content.name)
        self._spans = await loop.run_in_executor(_executor, find_spans, name, prepared.text)
        self._colour_if_complete()

    def _colour_if_complete(self) -> None:
        if self._spans and not self._rest:
            self._highlighter.set_spans(self._spans)

    def _insert_chunk(self) -> None:
        chunk, self._rest = self._rest[:_CHUNK], self._rest[_CHUNK:]
        cursor = QTextCursor(self.view.document())
        is_first = self.view.document().isEmpty()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(chunk)
        if is_first:
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
        if not self._rest:
            self._timer.stop()
            self._colour_if_complete()
            self._mark_hit()
            self.shown.emit()

    def _on_find_requested(self, text: str, backwards: bool) -> None:  # noqa: FBT001 Qt's slot
        flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
        found = self.view.find(text, flags)
        if not found:
            kept, move = self.view.textCursor(), QTextCursor.MoveOperation
            self.view.moveCursor(move.End if backwards else move.Start)
            found = self.view.find(text, flags)
            if not found:
                self.view.setTextCursor(kept)
        self.find_line.say(*(("", "") if found else self._not_found()))

    def _mark_hit(self) -> None:
        """Show the place that was found in the file, and make ready to go on from there."""
        if self._content is None or self._content.hit is None or not (text := wide_text(self._content.found)):
            return
        cursor = QTextCursor(self.view.document().findBlockByNumber(max(0, self._content.hit.line - 1)))
        self.view.setTextCursor(cursor)
        exact = QTextDocument.FindFlag.FindCaseSensitively
        if not self.view.find(text, exact):  # very long lines are broken, which moves all that follow
            self.view.moveCursor(QTextCursor.MoveOperation.Start)
            self.view.find(text, exact)
        self.find_line.offer(text)

    def _not_found(self) -> tuple[str, str]:
        """Return what is said of a text that is not here, and what helps."""
        if self._content is None or self._content.is_complete:
            return "Not found", ""
        return "Not in this part", "Only a part of the file is shown here. Hex searches all of it."

    def _on_wrap_toggled(self, wraps: bool) -> None:  # noqa: FBT001 Qt's slot
        mode = QTextOption.WrapMode
        self.view.setWordWrapMode(mode.WrapAtWordBoundaryOrAnywhere if wraps else mode.NoWrap)


async def _end_of(content: PreviewContent) -> bytes:
    """Return the last part of a file, from the beginning of a line if there is one."""
    if content.read is None:
        return content.head
    count = max(1, min(len(content.head), content.total_size))
    part = await content.read(content.total_size - count, count)
    line = part.find(b"\n", 0, MAX_LINE)
    # Two bytes a letter: an odd beginning would make all of it unreadable.
    return part if b"\0" in part[:MAX_LINE] else part[line + 1 :]


def _note(content: PreviewContent, prepared: PreparedText, which: str, count: int) -> str:
    facts = [prepared.encoding.upper()]
    if not content.is_complete:
        facts.append(f"{which} {size_text(count)} of {size_text(content.total_size)}")
    if prepared.has_broken_lines:
        facts.append("very long lines are broken")
    return " · ".join(facts)
