"""Wiring of the dialog that asks where and how to extract: the folder is looked for, the choices are remembered.

GUI thread; the disk is asked in another, since a folder may lie on a share that does not answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from cutaway.transfer.policy import next_name
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.bridge.disk_questions import answer_to
from cutaway_app.bridge.tasks import spawn
from cutaway_app.operations.extract import title_of
from cutaway_app.operations.preview_extraction import ExtractionPreviews
from cutaway_app.settings import ExtractChoices, WindowSettings
from cutaway_app.widgets.extract_dialog import ExtractDialog
from cutaway_app.windows.main_window import MainWindow

MISSING = "There is no such folder. It can be made, or choose another."
OPTIONS_SHOWN = "extract/options_shown"
#: Takes the work, with folder and rules, to extract it.
Extract = Callable[[Extraction], object]


class ExtractDialogs(QObject):
    """Opens them, one at a time.

    Attributes:
        dialog: The one that is open.

    Signals:
        complained(): the folder that was chosen cannot be used, and the dialog says so.
    """

    complained = Signal()

    def __init__(
        self, window: MainWindow, previews: ExtractionPreviews, settings: WindowSettings, extract: Extract
    ) -> None:
        super().__init__()
        self._window, self._previews, self._settings, self._extract = window, previews, settings, extract
        self.dialog: ExtractDialog | None = None

    def open(self, work: Extraction) -> ExtractDialog:
        """Ask where and how to extract something."""
        if self.dialog is not None:
            self.dialog.reject()
        settings = self._settings
        folder = settings.last_folder or os.path.expanduser("~")
        dialog = self.dialog = ExtractDialog(
            title_of(work), folder, settings.extraction, self._window,
            shows_options=settings.flag(OPTIONS_SHOWN, default=False),
        )  # fmt: skip
        dialog.options_button.toggled.connect(lambda on: settings.set_flag(OPTIONS_SHOWN, on))
        dialog.extract_requested.connect(
            lambda folder, choices: spawn(self._begin(dialog, work, folder, choices), name="look for the folder")
        )
        self._connect_preview(dialog, work)
        dialog.finished.connect(lambda _: self._on_finished(dialog))
        dialog.open()
        return dialog

    def _connect_preview(self, dialog: ExtractDialog, work: Extraction) -> None:
        previews = self._previews
        dialog.preview_requested.connect(
            lambda folder, choices: previews.look(replace(work, folder=_whole(folder), policy=choices.policy))
        )
        dialog.preview_closed.connect(previews.stop)
        previews.found.connect(dialog.preview.looking)
        previews.ready.connect(dialog.show_preview)
        previews.failed.connect(dialog.preview.show_failure)

    def _on_finished(self, dialog: ExtractDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    async def _begin(self, dialog: ExtractDialog, work: Extraction, folder: str, choices: ExtractChoices) -> None:
        """Begin to extract, if the folder is there; else say so."""
        folder = _whole(folder)
        makes_folder = dialog.makes_folder
        complaint = await answer_to(lambda: _complaint(folder, makes_folder=makes_folder))
        if self.dialog is not dialog:
            return  # it was closed meanwhile
        if complaint:
            dialog.offer_new_folder(complaint) if complaint == MISSING else dialog.show_error(complaint)
            self.complained.emit()
            return
        title = title_of(work)
        manifest = await answer_to(lambda: _free_manifest(folder, title)) if choices.manifest else ""
        self.remember(choices)
        dialog.accept()
        self._extract(replace(work, folder=folder, policy=choices.policy, verify=choices.verify, manifest=manifest))

    def remember(self, choices: ExtractChoices) -> None:
        """Take these for the next time, and for drags."""
        self._settings.extraction = choices
        self._window.actions_[f"conflict_{choices.policy.conflict}"].setChecked(True)


def _whole(folder: str) -> str:
    """Return a folder as it was written, from the root on; asks no disk."""
    return os.path.abspath(os.path.expanduser(folder)) if folder else ""


def _complaint(folder: str, *, makes_folder: bool) -> str:
    """Return what is wrong with a folder, once it has been made if that is wished; blocking."""
    if not folder:
        return "Choose a folder."
    if not os.path.lexists(folder):
        if not makes_folder:
            return MISSING
        try:
            os.makedirs(folder)
        except OSError as error:
            return f"The folder cannot be made: {error.strerror}. Choose another."
    if not os.path.isdir(folder):
        return "This is no folder. Choose another."
    return "" if os.access(folder, os.W_OK | os.X_OK) else "You may not write to this folder. Choose another."


def _free_manifest(folder: str, title: str) -> str:
    """Return a path for a manifest that nothing has; blocking."""
    stem = title.replace("/", "_")[:80]
    name, number = os.fsencode(f"{stem}.manifest.jsonl"), 2
    while os.path.lexists(os.path.join(os.fsencode(folder), name)):
        name = next_name(os.fsencode(f"{stem}.manifest.jsonl"), number, is_folder=False)
        number += 1
    return os.path.join(folder, os.fsdecode(name))
