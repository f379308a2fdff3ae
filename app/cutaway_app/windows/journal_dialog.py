"""The journal of a system: its entries, to be filtered, copied, and written to a file. GUI thread; not modal."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing

from cutaway.errors import EngineError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.error_messages import explain
from cutaway_app.models.log_table import entries_text, entry_text
from cutaway_app.viewers.content import Log, LogWishes
from cutaway_app.viewers.log_view import LogView
from cutaway_app.whole_file import write_whole

#: More is not written to one file.
EXPORT_MAX = 512 << 20
EXPORT, STOP = "Export…", "Stop"


class JournalDialog(QDialog):
    """The journal of a system.

    Args:
        title: What the system is called.
        log: Reads it.
    """

    def __init__(self, title: str, log: Log, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Journal — {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._log = log
        self._task: asyncio.Task[None] | None = None
        self.view = LogView(self)
        self.note = plain_label("", self, role="muted")
        self.export_button = text_button(EXPORT, self)
        self.export_button.setAutoDefault(False)
        self.export_button.clicked.connect(self._on_export_clicked)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 4, 12, 12)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.export_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.resize(960, 640)
        self.finished.connect(self.stop)
        self.view.show_log(log)
        self.view.list.setFocus()

    def stop(self) -> None:
        """End all reading."""
        self.view.clear()
        self._stop_export()

    def _stop_export(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _on_export_clicked(self) -> None:
        if self._task is not None:
            self._stop_export()
            self.note.setText("Not written")
            self.export_button.setText(EXPORT)
            return
        dialog = QFileDialog(self, "Export the entries that match", os.path.expanduser("~"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Text (*.log)")
        dialog.setDefaultSuffix("log")
        dialog.selectFile("journal.log")
        dialog.fileSelected.connect(self.export)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: str) -> None:
        """Write all entries that match to a file, the oldest first."""
        self._stop_export()
        self.export_button.setText(STOP)
        self._task = spawn(self._export(path, self.view.filters.wishes), name="export journal")

    async def _export(self, path: str, wishes: LogWishes) -> None:
        try:
            text = await self._gathered(wishes)
            await asyncio.to_thread(write_whole, path, text)
        except EngineError as error:
            self.note.setText(f"Nothing was written: {explain(error).title}")
        except OSError as error:
            self.note.setText(f"{path} cannot be written: {error.strerror}")
        else:
            self.note.setText(f"Written to {path}")
        self.export_button.setText(EXPORT)
        self._task = None

    async def _gathered(self, wishes: LogWishes) -> bytes:
        gathered, count = bytearray(), 0
        async with aclosing(self._log.pages(wishes, backward=False)) as pages:
            async for page in pages:
                gathered += "".join(f"{entry_text(entry)}\n" for entry in page).encode("utf-8", "replace")
                count += len(page)
                self.note.setText(f"Exporting… {entries_text(count)}")
                if len(gathered) > EXPORT_MAX:
                    raise OSError(27, "it would be too long; filter the entries")
        return bytes(gathered)
