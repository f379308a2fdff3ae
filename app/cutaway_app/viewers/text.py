"""Text: any encoding, coloured where the language is known, wrapped or not, searched. GUI thread.

Decoding and lexing run in one worker thread of its own; the text is inserted in pieces, so that a megabyte does not
stall the window. A large file is shown part by part, and searched as a whole.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from cutaway.errors import EngineError
from cutaway.records import ContentHit
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor, QTextOption
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
from cutaway_app.viewers.part_buttons import PartButtons
from cutaway_app.viewers.text_finder import TextFinder
from cutaway_app.viewers.text_guess import encoding_of_rest, looks_binary, wide_text
from cutaway_app.viewers.text_parts import TextPart, first_part, last_part, part_after, part_around, part_before
from cutaway_app.viewers.text_search import Found
from cutaway_app.viewers.text_view import TextView
from cutaway_app.viewers.text_work import PreparedText, prepare, span_of

_CHUNK = 16 << 10
#: Gives the part to show.
Coming = Callable[[], Awaitable[TextPart]]
#: The end of a text, however long it is.
_END = 1 << 30
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
        self._part = TextPart(0, b"")
        self._marked: tuple[int, int] | None = None
        self._rest = ""
        self._spans: Spans = []
        self.view = TextView(self)
        self.find_line = FindLine("Find in this text", self)
        self._finder = TextFinder(self.view, self.find_line, _executor)
        self._finder.found_elsewhere.connect(self._on_found_elsewhere)
        self._highlighter = SlicedHighlighter(self.view.document())
        self._note = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._note.setProperty("role", "muted")
        self._note.setContentsMargins(8, 0, 8, 0)
        self.encoding = EncodingBox(self)
        self.encoding.currentIndexChanged.connect(self._show_again)
        self.parts = PartButtons(self)
        for steps in (self.parts.step_requested, self.view.step_requested):
            steps.connect(self._on_step_requested)
        self.parts.end_toggled.connect(self._show_edge)
        self.view.edge_requested.connect(self._show_edge)
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
        row.addWidget(self.parts)
        row.addWidget(self._wrap)
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
        self.view.is_part = not content.is_complete and content.read is not None
        self.parts.setVisible(self.view.is_part)
        if content.hit is not None:
            self._begin(functools.partial(part_around, content, content.hit.offset, content.hit.length))
        else:
            self._show_edge(is_end=self.parts.end.isChecked())

    def _show_again(self) -> None:
        """Show the same in another encoding."""
        if self._content is not None:
            self._begin(functools.partial(_known, self._part))

    def _show_edge(self, is_end: bool) -> None:  # noqa: FBT001 Qt's slot
        """Show the beginning of the file, or its end."""
        if self._content is None:
            return
        if is_end and self.view.is_part:
            self._begin(functools.partial(last_part, self._content), to_end=True)
        else:
            self._begin(functools.partial(_known, first_part(self._content)))

    def _on_step_requested(self, is_later: bool) -> None:  # noqa: FBT001 Qt's slot
        if self._content is None:
            return
        if is_later and self._part.end < self._content.total_size:
            self._begin(functools.partial(part_after, self._content, self._part.end))
        elif not is_later and self._part.offset > 0:
            self._begin(functools.partial(part_before, self._content, self._part.offset), to_end=True)

    def _begin(self, part: Coming, *, to_end: bool = False) -> None:
        """Show a part as soon as it is there, at its end if that is what one comes from."""
        if self._content is not None:
            content = self._content
            self._empty()
            self._marked = (_END, _END) if to_end else None
            self._task = spawn(self._show(content, part), name="text preview")

    def clear(self) -> None:
        """Show nothing."""
        self._empty()
        self._content = None

    def _empty(self) -> None:
        self._finder.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._timer.stop()
        self._rest, self._spans, self._marked = "", [], None
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

    async def _show(self, content: PreviewContent, coming: Coming) -> None:
        try:
            part = await coming()
        except EngineError as error:
            self._note.setText(f"This part cannot be read: {error}")
        else:
            await self._show_part(content, part)

    async def _show_part(self, content: PreviewContent, part: TextPart) -> None:
        loop = asyncio.get_running_loop()
        wanted = self.encoding.chosen or (encoding_of_rest(content.head) if part.offset else "")
        prepared = await loop.run_in_executor(_executor, _prepared, part, content.total_size, wanted)
        self._part = part
        self._finder.look_in(content, part, prepared.encoding)
        if self._marked is None and content.hit is not None:
            await self._find_hit(content.hit, part, prepared.encoding)
        self._note.setText(_note(content, prepared, part))
        self.parts.show_place(is_first=not part.offset, is_last=part.end == content.total_size)
        self._rest = prepared.text
        self._insert_chunk()
        self._timer.start()
        name = display_name(content.name)
        self._spans = await loop.run_in_executor(_executor, find_spans, name, prepared.text)
        self._colour_if_complete()

    async def _find_hit(self, hit: ContentHit, part: TextPart, encoding: str) -> None:
        """Have the place marked that was found in the file, if it is in this part."""
        begin = hit.offset - part.offset
        if 0 <= begin <= len(part.data) - hit.length:
            work = functools.partial(span_of, part.data, begin, hit.length, encoding)
            self._marked = await asyncio.get_running_loop().run_in_executor(_executor, work)
            self.find_line.offer(wide_text(part.data[begin : begin + hit.length]))

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
            self._mark()
            self.shown.emit()

    def _on_found_elsewhere(self, found: Found) -> None:
        self._begin(functools.partial(_known, found.part))
        self._marked = found.span

    def _mark(self) -> None:
        """Show the place that was found, or the end, now that all of the text is there."""
        if self._marked is None:
            return
        cursor = QTextCursor(self.view.document())
        last = self.view.document().characterCount() - 1
        begin, end = (min(place, last) for place in self._marked)
        cursor.setPosition(begin)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.view.setTextCursor(cursor)

    def _on_wrap_toggled(self, wraps: bool) -> None:  # noqa: FBT001 Qt's slot
        mode = QTextOption.WrapMode
        self.view.setWordWrapMode(mode.WrapAtWordBoundaryOrAnywhere if wraps else mode.NoWrap)


async def _known(part: TextPart) -> TextPart:
    """Return a part that need not be read."""
    return part


def _prepared(part: TextPart, total_size: int, encoding: str) -> PreparedText:
    return prepare(part.data, is_complete=part.end == total_size, encoding=encoding)


def _note(content: PreviewContent, prepared: PreparedText, part: TextPart) -> str:
    facts = [prepared.encoding.upper()]
    if len(part.data) < content.total_size:
        facts.append(f"{_which(content, part)} of {size_text(content.total_size)}")
    if prepared.has_broken_lines:
        facts.append("very long lines are broken")
    return " · ".join(facts)


def _which(content: PreviewContent, part: TextPart) -> str:
    if not part.offset:
        return f"first {size_text(len(part.data))}"
    if part.end == content.total_size:
        return f"last {size_text(len(part.data))}"
    return f"{size_text(part.offset)} to {size_text(part.end)}"
