"""Hex: the bytes of anything, however large; a jump to an offset, a search, what the bytes at the cursor mean.

GUI thread. Painting is in `hex_view`, bytes come from `hex_source`.
"""

from __future__ import annotations

import asyncio

from cutaway.errors import EngineError
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.labels import ElidedLabel
from cutaway_app.figures import count_text
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.find_line import FindLine
from cutaway_app.viewers.hex_copy import HexCopy
from cutaway_app.viewers.hex_layout import parse_offset
from cutaway_app.viewers.hex_search import find, needle_text, parse_needle
from cutaway_app.viewers.hex_source import HexSource
from cutaway_app.viewers.hex_view import HexView
from cutaway_app.viewers.text_guess import looks_binary


def suits(content: PreviewContent) -> int:
    """Return how well hex suits: for bytes that are nothing else."""
    if content.total_size == 0 or content.stat.is_dir or content.stat.is_symlink:
        return 0
    return 50 if looks_binary(content.head) or not content.head else 5


class HexViewer(QWidget):
    """A file as bytes.

    Signals:
        searched(object): a search is over; the offset of what was found (int), or None.
    """

    searched = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Hex")
        self._source: HexSource | None = None
        self._content: PreviewContent | None = None
        self._search: asyncio.Task[None] | None = None
        self.view = HexView(self)
        self.find_line = FindLine("Text, or bytes such as 0x7f 45", self)
        self.view.search_requested.connect(self.find_line.begin)
        self.find_line.find_requested.connect(self._on_find_requested)
        self.find_line.dismissed.connect(self._on_find_dismissed)
        self.view.cursor_moved.connect(self._on_cursor_moved)
        self.copying = HexCopy(self)
        self.copying.told.connect(self._tell)
        self.view.copy_requested.connect(self._on_copy_requested)
        self._is_telling = False
        self._meaning = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._meaning.setProperty("role", "muted")
        self._meaning.setContentsMargins(8, 0, 8, 0)
        self._meaning.setFont(theme.tabular(self._meaning.font()))
        self.offset_edit = QLineEdit(self)
        self.offset_edit.setAccessibleName("Go to offset")
        self.offset_edit.setPlaceholderText("Offset")
        self.offset_edit.setToolTip("Go to an offset, such as 4096 or 0x1000 (Ctrl+G)")
        self.offset_edit.setFixedWidth(120)
        self.offset_edit.returnPressed.connect(self._on_offset_entered)
        self._go = tool_button("goto", "Go to offset", self)
        self._go.clicked.connect(self._on_offset_entered)
        shortcut = QShortcut(QKeySequence("Ctrl+G"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.offset_edit.setFocus)
        self.setFocusProxy(self.view)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.offset_edit)
        row.addWidget(self._go)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.find_line)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._meaning)
        layout.addLayout(row)

    def show_content(self, content: PreviewContent) -> None:
        """Show a file; bytes beyond its beginning are read when they come into view."""
        self.clear()
        self._content = content
        self._source = HexSource(content, self)
        self._source.arrived.connect(self._on_bytes_arrived)
        self._source.failed.connect(lambda error: self._tell(f"A part cannot be read: {error}"))
        self.view.set_source(self._source)
        self._on_cursor_moved(0)
        self._mark_hit(content)

    def _mark_hit(self, content: PreviewContent) -> None:
        """Show the place that was found in the file."""
        self.find_line.withdraw()
        if content.hit is None:
            return
        self.view.select(content.hit.offset, content.hit.length)
        if content.found:
            self.find_line.offer(needle_text(content.found))

    def clear(self) -> None:
        """Show nothing."""
        self._stop_search()
        self.copying.stop()
        self._content = None
        self.view.set_source(None)
        if self._source is not None:
            self._source.close()
            self._source = None
        self._tell("")
        self._is_telling = False

    @property
    def meaning(self) -> str:
        """What is said about the bytes at the cursor."""
        return self._meaning.text()

    def _on_find_requested(self, text: str, backwards: bool) -> None:  # noqa: FBT001 Qt's slot
        self._stop_search()
        if self._content is not None:
            work = self._find(self._content, parse_needle(text), backwards=backwards)
            self._search = spawn(work, name="search bytes")

    async def _find(self, content: PreviewContent, needle: bytes, *, backwards: bool) -> None:
        try:
            found = await find(
                content, needle, self.view.selection[0], backwards=backwards,
                tell=lambda part: self.find_line.say(f"{part:.0%}"),
            )  # fmt: skip
        except EngineError as error:
            self.find_line.say("A part cannot be read")
            self._tell(f"A part cannot be read: {error}")
            return
        self.find_line.say("" if found is not None else "Not found")
        if found is not None:
            self.view.select(found, len(needle))
        self.searched.emit(found)

    def _stop_search(self) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None
        self.find_line.say("")

    def _on_find_dismissed(self) -> None:
        self._stop_search()
        self.view.setFocus()

    def _on_offset_entered(self) -> None:
        offset = parse_offset(self.offset_edit.text())
        if offset is None or self._source is None or offset >= self._source.size:
            self.offset_edit.selectAll()
            self._tell("There is no such offset")
            return
        self.view.go_to(offset)
        self.view.setFocus()

    def _on_copy_requested(self) -> None:
        if self._content is not None:
            self.copying.start(self._content, *self.view.selection)

    def _tell(self, text: str) -> None:
        """Say something until the cursor moves."""
        self._is_telling = True
        self._meaning.setText(text)
        self.view.setAccessibleDescription(text)

    def _on_bytes_arrived(self) -> None:
        if not self._is_telling:
            self._on_cursor_moved(self.view.cursor_offset)

    def _on_cursor_moved(self, offset: int) -> None:
        self._is_telling = False
        first, length = self.view.selection
        if self._source is None or self._source.size == 0:
            return
        if length > 1:
            said = f"{count_text(length)} bytes from 0x{first:x}"
        else:
            said = f"0x{offset:x} · {meaning(self._source.get(offset, 8)[0])}"
        self._meaning.setText(said)
        self.view.setAccessibleDescription(said)


def meaning(data: bytes) -> str:
    """Return what bytes mean as numbers, least significant first."""
    widths = [width for width in (1, 2, 4, 8) if len(data) >= width]
    return " · ".join(f"u{8 * width} {count_text(int.from_bytes(data[:width], 'little'))}" for width in widths)
