"""The alternate data streams of a file, as a part of its details: shown in the preview, or extracted. GUI thread."""

from __future__ import annotations

import functools
import os
from dataclasses import replace

from cutaway.errors import EngineError
from cutaway.records import DataStream
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.error_messages import explain
from cutaway_app.figures import size_text
from cutaway_app.names import display_name
from cutaway_app.viewers.content import PreviewContent, Streams
from cutaway_app.viewers.readings import Readings

#: So much of a stream comes with it, so many are listed.
HEAD_BYTES, SHOWN_MAX = 500_000, 50


class StreamsPanel(QWidget):
    """A line for each stream.

    Args:
        content: The file, of which there are streams perhaps.
        streams: Reads them.

    Signals:
        content_requested(object): a stream, as a `PreviewContent`, shall be shown.
        listed(): what there is stands in view.
    """

    content_requested = Signal(object)
    listed = Signal()

    def __init__(self, content: PreviewContent, streams: Streams, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content, self._streams = content, streams
        self._readings = Readings(self._tell)
        self._note = plain_label("Looking…", self, role="muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self._note)
        self._readings.start("list", self._list)

    @property
    def said(self) -> str:
        """What is said of the streams."""
        return self._note.text()

    def close_work(self) -> None:
        """Stop reading."""
        self._readings.stop()

    def _tell(self, error: EngineError) -> None:
        text = explain(error)
        self._say(f"{text.title}. {text.text}" if text.text else text.title)

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    async def _list(self) -> None:
        found = await self._streams.list()
        for one in found[:SHOWN_MAX]:
            self._column.insertLayout(self._column.count() - 1, self._row(one))
        more = len(found) - SHOWN_MAX
        self._say(f"{more} more" if more > 0 else "" if found else "None")
        self.listed.emit()

    def _row(self, one: DataStream) -> QVBoxLayout:
        name = display_name(one.name)
        size = size_text(one.size_bytes) if one.size_bytes >= 0 else "cannot be read"
        label = plain_label(f"{name} ({size})", self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        for word, act in (("Show", self.show_stream), ("Extract…", self._choose_target)):
            button = text_button(word, self, role="link")
            button.setAccessibleName(f"{word.rstrip('…')} {name}")
            button.clicked.connect(functools.partial(act, one))
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QVBoxLayout()
        row.setSpacing(0)
        row.addWidget(label)
        row.addLayout(buttons)
        return row

    def show_stream(self, one: DataStream) -> None:
        """Show a stream in the preview, as if it were a file."""
        self._readings.start("stream", functools.partial(self._show, one))

    async def _show(self, one: DataStream) -> None:
        read = functools.partial(self._streams.read, one.name)
        size = max(one.size_bytes, 0)
        head = await read(0, min(size, HEAD_BYTES)) if size else b""
        shown = replace(
            self._content, name=self._content.name + b":" + one.name, head=head, total_size=size, read=read, xattrs=[],
            stat=replace(self._content.stat, size=size), hit=None, registry=None, log=None, database=None, streams=None,
            measure=None,
        )  # fmt: skip
        self.content_requested.emit(shown)

    def _choose_target(self, one: DataStream) -> None:
        name = f"{display_name(self._content.name)}_{display_name(one.name)}".replace("/", "_")
        dialog = QFileDialog(self.window(), "Extract a stream", os.path.expanduser("~"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(functools.partial(self.extract, one))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def extract(self, one: DataStream, target: str) -> None:
        """Copy a stream to a file of this computer."""
        self._readings.start(target, functools.partial(self._extract, one, target))

    async def _extract(self, one: DataStream, target: str) -> None:
        self._say("Extracting…")
        await self._streams.save(one.name, target)
        self._say(f"Written to {target}")
