"""Asks whether things shall be removed, and says meanwhile how many and how large they are. GUI thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cutaway.errors import EngineError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.figures import counted, size_text
from cutaway_app.models.image_session import Place
from cutaway_app.operations.change_image import Changes, title_of

GONE = "They are removed from the copy at once, and do not come back. The image itself is never written."
GONE_ONE = "It is removed from the copy at once, and does not come back. The image itself is never written."


class DeleteQuestion(QMessageBox):
    """The question.

    Args:
        changes: Counts.
        place: Where the things are.
        paths: What they are.
        act: Called if the person wishes so.
    """

    def __init__(
        self, changes: Changes, place: Place, paths: Sequence[bytes], act: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._warning = GONE_ONE if len(paths) == 1 else GONE
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names stand in it
        self.setWindowTitle("Cutaway")
        self.setText(f"Delete {title_of(paths)}?")
        self._say("Counting what it holds…" if len(paths) == 1 else "Counting what they hold…")
        self._delete = self.addButton("&Delete", QMessageBox.ButtonRole.DestructiveRole)
        self.setStandardButtons(self.standardButtons() | QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(QMessageBox.StandardButton.Cancel)
        self.setEscapeButton(QMessageBox.StandardButton.Cancel)
        self._act = act
        self._counting = spawn(self._count(changes, place, paths), name="count")
        self.finished.connect(self._on_finished)

    def _say(self, amount: str) -> None:
        self.setInformativeText(f"{amount}\n\n{self._warning}")

    async def _count(self, changes: Changes, place: Place, paths: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()

        def told(files: int, size: int) -> None:  # in the worker's thread
            loop.call_soon_threadsafe(self._tell, files, size)

        try:
            found = await changes.count(place, paths, told)
        except EngineError as error:
            self._say(f"How much that is could not be counted: {error}.")
            return
        rest = found.links + found.specials
        groups = ((found.files, "file"), (found.folders, "folder"), (rest, "other item"))
        self._say(f"{', '.join(counted(count, word) for count, word in groups if count)}, {_unbroken(found.bytes)}.")

    def _tell(self, files: int, size: int) -> None:
        if not self._counting.done():
            self._say(f"{counted(files, 'file')}, {_unbroken(size)} so far…")

    def _on_finished(self) -> None:
        self._counting.cancel()
        if self.clickedButton() is self._delete:
            self._act()
        self.deleteLater()


def _unbroken(size_bytes: int) -> str:
    """Return a size that no line end tears apart."""
    return size_text(size_bytes).replace(" ", "\N{NO-BREAK SPACE}")
