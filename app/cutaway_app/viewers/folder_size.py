"""How much a folder holds, counted when asked for. GUI thread.

The image can show nothing else meanwhile, so whoever goes elsewhere stops it.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from cutaway_app.figures import count_text, exact_size_text, size_text
from cutaway_app.viewers.content import FolderSize, Measure
from cutaway_app.viewers.fact_lines import value_label, word_label
from cutaway_app.viewers.on_demand import OnDemandPanel


class FolderSizePanel(OnDemandPanel):
    """A button, then the figures.

    Args:
        measure: Counts.
    """

    def __init__(self, measure: Measure, parent: QWidget | None = None) -> None:
        super().__init__("the folder's size", parent)
        self._measure = measure

    def _ask(self) -> None:
        self._begin(self._count, self._show)

    async def _count(self) -> FolderSize:
        return await self._measure(lambda files, count: self._tell(f"{_files(files)}, {size_text(count)} so far"))

    def _show(self, size: FolderSize) -> None:
        self.button.hide()
        self._say("")
        for word, value in facts(size):
            self._form.addRow(word_label(word, self), value_label(word, value, self))


def facts(size: FolderSize) -> list[tuple[str, str]]:
    """Return what is known, in words and values."""
    exact = f" ({exact_size_text(size.bytes)})" if size.bytes >= 1000 else ""
    counts = (("Files", size.files), ("Folders", size.folders), ("Links", size.links), ("Others", size.others))
    known = [("All files", f"{size_text(size.bytes)}{exact}"), ("On disk", size_text(size.on_disk))]
    return known + [(word, count_text(count)) for word, count in counts if count or word == "Files"]


def _files(count: int) -> str:
    return f"{count_text(count)} file{'' if count == 1 else 's'}"
