"""Wiring of how images are chosen: the dialog, the recent and pinned ones, files that are dropped. GUI thread."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from cutaway_app.bridge.disk_questions import ask
from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.machine import Machine
from cutaway_app.names import display_name, machine_name, plain_tip
from cutaway_app.settings import WindowSettings
from cutaway_app.windows.main_window import MainWindow

#: Compressed ones are offered to be decompressed.
FILTERS = (
    "Disk images (*.qcow2 *.qcow *.img *.raw *.vmdk *.vdi *.vhd *.vhdx *.iso *.dd *.bin *.ova *.e01 *.E01 *.s01"
    " *.xz *.gz *.zst *.bz2 *.lz4);;All files (*)"
)


class ImageChoice(QObject):
    """Connects what offers images with what opens them.

    Args:
        open_paths: Opens images of these paths.
        reopen: Opens one that was open before, with all disks that belong to it.

    Signals:
        offered(): the dialog is open.
    """

    offered = Signal()

    def __init__(
        self,
        window: MainWindow,
        settings: WindowSettings,
        open_paths: Callable[[list[str]], None],
        reopen: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._window, self._settings, self._open, self._reopen = window, settings, open_paths, reopen
        self._dialog: QFileDialog | None = None
        self._task: asyncio.Task[None] | None = None
        for wish in (
            window.actions_["open"].triggered,
            window.start.open_requested,
            window.open_button.clicked,
            window.failed.open_requested,
        ):
            wish.connect(self.choose)
        window.start.recent_requested.connect(reopen)
        window.start.pin_requested.connect(self._pin)
        window.start.forget_requested.connect(self._forget)
        window.top_bar.recent_menu.aboutToShow.connect(self._fill_menu)
        window.paths_dropped.connect(open_paths)

    def choose(self) -> None:
        """Let the person choose images, in a moment."""
        if self._task is None or self._task.done():
            self._task = spawn(self._choose(), name="choose images")

    async def _choose(self) -> None:
        home = QDir.homePath()
        folder = await ask(functools.partial(_first_folder, list(self._settings.recent), home), otherwise=home)
        dialog = QFileDialog(self._window, "Open disk images", folder, FILTERS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._open)
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()
        self.offered.emit()

    def opened(self, machine: Machine) -> None:
        """An image was opened, with these disks or without: offer it so from now on."""
        self._settings.add_recent(machine.image)
        self._settings.keep_disks(machine.image, machine.further)
        self.refresh()

    def refresh(self) -> None:
        """Show what is offered."""
        self._window.start.set_recent(self._settings.recent, self._settings.pinned, self._settings.disks)
        self._window.top_bar.recent_menu.setEnabled(bool(self._settings.recent or self._settings.pinned))

    def _pin(self, path: str, pinned: bool) -> None:  # noqa: FBT001 Qt's slot
        self._settings.set_pinned(path, pinned=pinned)
        self.refresh()

    def _forget(self, path: str) -> None:
        self._settings.forget_recent(path)
        self.refresh()

    def _fill_menu(self) -> None:
        menu = self._window.top_bar.recent_menu
        menu.clear()
        for path in dict.fromkeys([*self._settings.pinned, *self._settings.recent]):
            action = menu.addAction(machine_name(path, self._settings.disks(path)).replace("&", "&&"))
            action.setToolTip(plain_tip(display_name(os.fsencode(path))))
            action.triggered.connect(functools.partial(self._open_recent, path))

    def _open_recent(self, path: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        self._reopen(path)


def _first_folder(recent: Sequence[str], home: str) -> str:
    """Return where the person looks for images: beside the last one. Blocking."""
    folders = (os.path.dirname(path) for path in recent)
    return next((folder for folder in folders if os.path.isdir(folder)), home)
