"""Hex: the bytes of anything, however large, with a jump to an offset and what the bytes at the cursor mean.

GUI thread. Painting is in `hex_view`, bytes come from `hex_source`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.labels import ElidedLabel
from cutaway_app.figures import count_text
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.hex_layout import parse_offset
from cutaway_app.viewers.hex_source import HexSource
from cutaway_app.viewers.hex_view import HexView
from cutaway_app.viewers.text_guess import looks_binary


def suits(content: PreviewContent) -> int:
    """Return how well hex suits: for bytes that are nothing else."""
    if content.total_size == 0 or content.stat.is_dir or content.stat.is_symlink:
        return 0
    return 50 if looks_binary(content.head) or not content.head else 5


class HexViewer(QWidget):
    """A file as bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Hex")
        self._source: HexSource | None = None
        self.view = HexView(self)
        self.view.cursor_moved.connect(self._on_cursor_moved)
        self._meaning = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self._meaning.setProperty("role", "muted")
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
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self._meaning, 1)
        row.addWidget(self.offset_edit)
        row.addWidget(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)

    def show_content(self, content: PreviewContent) -> None:
        """Show a file; bytes beyond its beginning are read when they come into view."""
        self.clear()
        self._source = HexSource(content, self)
        self._source.arrived.connect(lambda: self._on_cursor_moved(self.view.cursor_offset))
        self._source.failed.connect(lambda error: self._meaning.setText(f"A part cannot be read: {error}"))
        self.view.set_source(self._source)
        self._on_cursor_moved(0)

    def clear(self) -> None:
        """Show nothing."""
        self.view.set_source(None)
        if self._source is not None:
            self._source.close()
            self._source = None
        self._meaning.setText("")

    @property
    def meaning(self) -> str:
        """What is said about the bytes at the cursor."""
        return self._meaning.text()

    def _on_offset_entered(self) -> None:
        offset = parse_offset(self.offset_edit.text())
        if offset is None or self._source is None or offset >= self._source.size:
            self.offset_edit.selectAll()
            self._meaning.setText("There is no such offset")
            return
        self.view.go_to(offset)
        self.view.setFocus()

    def _on_cursor_moved(self, offset: int) -> None:
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
