"""Where and how to extract: a folder, options to unfold, and what will happen, to unfold too. GUI thread.

Shows and emits; knows neither the image nor the disk. Opened with `open()`: the window behind it goes on.
"""

from __future__ import annotations

from cutaway.transfer.preview import ExtractPreview
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from cutaway_app import resources
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.tab_order import OrderedDialog
from cutaway_app.settings import ExtractChoices
from cutaway_app.widgets.extract_options import ExtractOptions
from cutaway_app.widgets.extract_preview import ExtractPreviewView

WIDTH = 560
EXTRACT_TEXT = "&Extract"


class ExtractDialog(OrderedDialog):
    """Asks where and how.

    Args:
        title: What is extracted.
        folder: The folder of the host that is offered.
        choices: How, to begin with.
        shows_options: Whether the options are unfolded.

    Attributes:
        makes_folder: Whether the person wants the folder to be made, which is not there.

    Signals:
        extract_requested(str, object): into a folder, with `ExtractChoices`.
        preview_requested(str, object): the same, only to look.
        preview_closed(): nobody wants to look any more.
    """

    extract_requested = Signal(str, object)
    preview_requested = Signal(str, object)
    preview_closed = Signal()

    def __init__(
        self, title: str, folder: str, choices: ExtractChoices, parent: QWidget | None = None, *, shows_options: bool
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Extract")
        self._title = plain_label(f"Extract {title}", self, scale=1.15, bold=True)
        self._folder = QLineEdit(folder, self)
        self._folder.setAccessibleName("Folder to extract into")
        self._error = plain_label("", self, role="error")
        self._error.hide()
        self.options = ExtractOptions(choices, self)
        self.preview = ExtractPreviewView(self)
        self.options_button = _disclosure("&Options", self)
        self.preview_button = _disclosure("Show &what will happen", self)
        self.extract_button = text_button(EXTRACT_TEXT, self, role="primary")
        self.makes_folder = False
        self.extract_button.setDefault(True)
        self._layout = QVBoxLayout(self)
        self._build()
        self._connect()
        self.options_button.setChecked(shows_options)
        self._folder.selectAll()
        self._folder.setFocus()

    def _build(self) -> None:
        choose = text_button("C&hoose…", self)
        choose.setAccessibleName("Choose the folder")
        choose.clicked.connect(self._choose)
        cancel = text_button("Cancel", self)
        cancel.clicked.connect(self.reject)
        caption = QLabel("&Into", self)
        caption.setBuddy(self._folder)
        where, buttons = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((where, (caption, self._folder, choose)), (buttons, (cancel, self.extract_button))):
            row.setSpacing(8)
            if row is buttons:
                row.addStretch()
            for part in parts:
                row.addWidget(part)
        layout = self._layout
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addLayout(where)
        for widget in (self._error, self.options_button, self.options, self.preview_button):
            layout.addWidget(widget)
        layout.addWidget(self.preview, 1)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        self.options.hide()
        self.preview.hide()
        self.resize(WIDTH, self.sizeHint().height())

    def _connect(self) -> None:
        self.options_button.toggled.connect(self._unfold_options)
        self.preview_button.toggled.connect(self._unfold_preview)
        self.options.changed.connect(self._look_again)
        self._folder.textChanged.connect(self._on_folder_changed)
        self.extract_button.clicked.connect(self._extract)
        self.finished.connect(lambda _: self.preview_closed.emit())

    @property
    def folder(self) -> str:
        """The folder that is chosen."""
        return self._folder.text().strip()

    @property
    def error(self) -> str:
        """What it complains of."""
        return self._error.text() if not self._error.isHidden() else ""

    def show_error(self, text: str) -> None:
        """Say what is wrong with the folder, and let the person choose another."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self._folder.setAccessibleDescription(text)
        self.extract_button.setEnabled(True)
        if text:
            self._folder.setFocus()

    def offer_new_folder(self, text: str) -> None:
        """Say that the folder is not there; the next press makes it."""
        self.show_error(text)
        self.makes_folder = True
        self.extract_button.setText("Make Folder and Extract")

    def show_preview(self, preview: ExtractPreview) -> None:
        """Show what will happen."""
        self.preview.show_preview(preview)

    def _unfold_options(self, is_on: bool) -> None:  # noqa: FBT001 connected to toggled(bool)
        self.options.setVisible(is_on)
        self._fit()

    def _unfold_preview(self, is_on: bool) -> None:  # noqa: FBT001 connected to toggled(bool)
        self.preview.setVisible(is_on)
        self._fit()
        if is_on:
            self._look_again()
        else:
            self.preview_closed.emit()

    def _look_again(self) -> None:
        if self.preview_button.isChecked():
            self.preview.looking()
            self.preview_requested.emit(self.folder, self.options.choices)

    def _on_folder_changed(self) -> None:
        self.show_error("")
        self.makes_folder = False
        self.extract_button.setText(EXTRACT_TEXT)
        self._look_again()

    def _extract(self) -> None:
        self.extract_button.setEnabled(False)
        self.extract_requested.emit(self.folder, self.options.choices)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Extract to", self.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Choose")
        dialog.fileSelected.connect(self._folder.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _fit(self) -> None:
        """Become as high as what is shown, as wide as before."""
        self._layout.activate()
        self.resize(self.width(), self.sizeHint().height())


def _disclosure(text: str, parent: QWidget) -> QToolButton:
    """Return a button that unfolds what is below it."""
    button = QToolButton(parent)
    button.setText(text)
    button.setAccessibleName(text.replace("&", ""))
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setProperty("role", "disclosure")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    resources.set_icon(button, "chevron-right")
    button.toggled.connect(lambda on: resources.set_icon(button, "chevron-down" if on else "chevron-right"))
    return button
