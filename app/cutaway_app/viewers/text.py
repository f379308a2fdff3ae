"""Text: any encoding, coloured where the language is known, wrapped or not. GUI thread.

Decoding and lexing run in one worker thread of its own; the text is inserted in pieces, so that a megabyte does not
stall the window. Shows the beginning of a large file only, and says so.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QTextCursor, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import tool_button
from cutaway_app.figures import size_text
from cutaway_app.names import display_name
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.highlighting import SlicedHighlighter, Spans, find_spans
from cutaway_app.viewers.text_guess import looks_binary
from cutaway_app.viewers.text_work import PreparedText, prepare

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
        self._rest = ""
        self._spans: Spans = []
        self.view = QPlainTextEdit(self)
        self.view.setReadOnly(True)
        self.view.setAccessibleName("Content as text")
        self.view.setFont(theme.monospace())
        self.view.setTabChangesFocus(True)
        self.view.setTabStopDistance(8.0 * self.view.fontMetrics().horizontalAdvance(" "))
        self.view.setUndoRedoEnabled(False)
        self.view.document().setDocumentMargin(8)
        self._highlighter = SlicedHighlighter(self.view.document())
        self._note = QLabel(self)
        self._note.setProperty("role", "muted")
        self._wrap = tool_button("wrap", "Wrap long lines", self)
        self._wrap.setCheckable(True)
        self._wrap.setChecked(True)
        self._wrap.toggled.connect(self._on_wrap_toggled)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._insert_chunk)
        self._on_wrap_toggled(wraps=True)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self._note, 1)
        row.addWidget(self._wrap)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)

    def show_content(self, content: PreviewContent) -> None:
        """Show a file; the text comes a moment later."""
        self.clear()
        self._task = spawn(self._show(content), name="text preview")

    def clear(self) -> None:
        """Show nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._timer.stop()
        self._rest, self._spans = "", []
        self._highlighter.set_spans([])
        self.view.clear()
        self._note.clear()

    @property
    def note(self) -> str:
        """What is said about the text."""
        return self._note.text()

    async def _show(self, content: PreviewContent) -> None:
        loop = asyncio.get_running_loop()
        head, whole = content.head, content.is_complete
        prepared = await loop.run_in_executor(_executor, lambda: prepare(head, is_complete=whole))
        self._note.setText(_note(content, prepared))
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
            self.shown.emit()

    def _on_wrap_toggled(self, wraps: bool) -> None:  # noqa: FBT001 Qt's slot
        mode = QTextOption.WrapMode
        self.view.setWordWrapMode(mode.WrapAtWordBoundaryOrAnywhere if wraps else mode.NoWrap)


def _note(content: PreviewContent, prepared: PreparedText) -> str:
    facts = [prepared.encoding.upper()]
    if not content.is_complete:
        facts.append(f"first {size_text(len(content.head))} of {size_text(content.total_size)}")
    if prepared.has_broken_lines:
        facts.append("very long lines are broken")
    return " · ".join(facts)
