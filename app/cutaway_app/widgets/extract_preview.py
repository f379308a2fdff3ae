"""What an extraction would do, before it does it: sentences, with examples to unfold. GUI thread; shows only."""

from __future__ import annotations

from cutaway.transfer.preview import ExtractPreview
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QVBoxLayout, QWidget

from cutaway_app.figures import counted, size_text
from cutaway_app.models.extract_preview import ExtractPreviewModel, Sentence, sentences
from cutaway_app.widgets.folder_tree_view import FolderTreeView


class ExtractPreviewView(QFrame):
    """The preview of an extraction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "field")
        self.model = ExtractPreviewModel(self)
        self._view = FolderTreeView(self)
        self._view.setAccessibleName("What will happen")
        self._view.setModel(self.model)
        self._view.setIconSize(QSize(16, 16))
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._view.setTextElideMode(Qt.TextElideMode.ElideRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 4, 1, 4)
        layout.addWidget(self._view)
        self.setFocusProxy(self._view)
        self.setMinimumHeight(140)

    def looking(self, files: int = 0, size_bytes: int = 0) -> None:
        """Say that the image is being looked through, and how far."""
        found = f" {counted(files, 'file')}, {size_text(size_bytes)} so far" if files else ""
        self._say(Sentence(f"Looking…{found}", "search"))

    def show_preview(self, preview: ExtractPreview) -> None:
        """Show what was found."""
        self._say(*sentences(preview))

    def show_failure(self, text: str) -> None:
        """Say why nothing was found."""
        self._say(Sentence(text, "error"))

    @property
    def said(self) -> list[str]:
        """The sentences that are shown."""
        return [self.model.item(row).text() for row in range(self.model.rowCount())]

    def _say(self, *shown: Sentence) -> None:
        self.model.show(list(shown))
        self.setAccessibleDescription(". ".join(sentence.text for sentence in shown))
