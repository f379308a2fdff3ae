"""How much a folder holds, counted when asked for. GUI thread.

The image can show nothing else meanwhile, so whoever goes elsewhere stops it.
"""

from __future__ import annotations

import asyncio

from cutaway.errors import EngineError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.figures import count_text, exact_size_text, size_text
from cutaway_app.viewers.content import FolderSize, Measure
from cutaway_app.viewers.fact_lines import value_label, word_label


class FolderSizePanel(QWidget):
    """A button, then the figures.

    Args:
        measure: Counts.

    Signals:
        finished(): the figures, or the reason why there are none, are in view.
    """

    finished = Signal()

    def __init__(self, measure: Measure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measure = measure
        self._task: asyncio.Task[None] | None = None
        self.button = text_button("Compute", self)
        self.button.clicked.connect(self._on_button_clicked)
        self._note = plain_label("", self, role="muted")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addLayout(self._form)
        layout.addWidget(self._note)
        self._show_idle("")

    @property
    def said(self) -> str:
        """What is said about progress or an error."""
        return self._note.text()

    def close_work(self) -> None:
        """Stop counting."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _on_button_clicked(self) -> None:
        if self._task is not None:
            self.close_work()
            self._show_idle("Stopped")
        else:
            self.button.setText("Stop")
            self.button.setAccessibleName("Stop computing the folder's size")
            self._task = spawn(self._count(), name="folder size")

    async def _count(self) -> None:
        try:
            size = await self._measure(lambda files, count: self._say(f"{_files(files)}, {size_text(count)} so far"))
        except EngineError as error:
            self._task = None
            self._show_idle(f"It cannot be read: {error}")
        else:
            self._task = None
            self._show(size)
        self.finished.emit()

    def _show_idle(self, said: str) -> None:
        self.button.setText("Compute")
        self.button.setAccessibleName("Compute the folder's size")
        self._say(said)

    def _show(self, size: FolderSize) -> None:
        self.button.hide()
        self._say("")
        for word, value in facts(size):
            self._form.addRow(word_label(word, self), value_label(word, value, self))

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))


def facts(size: FolderSize) -> list[tuple[str, str]]:
    """Return what is known, in words and values."""
    exact = f" ({exact_size_text(size.bytes)})" if size.bytes >= 1000 else ""
    counts = (("Files", size.files), ("Folders", size.folders), ("Links", size.links), ("Others", size.others))
    known = [("All files", f"{size_text(size.bytes)}{exact}"), ("On disk", size_text(size.on_disk))]
    return known + [(word, count_text(count)) for word, count in counts if count or word == "Files"]


def _files(count: int) -> str:
    return f"{count_text(count)} file{'' if count == 1 else 's'}"
