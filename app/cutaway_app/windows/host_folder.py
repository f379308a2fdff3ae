"""Shows a folder of this computer in the desktop's file manager, if there is one. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from cutaway_app.windows.notices import Answer, Notices


def open_folder(folder: str, notices: Notices) -> None:
    """Open a folder; where no file manager takes it, say where it is."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
        copy = Answer("Copy Path", lambda: QGuiApplication.clipboard().setText(folder))
        notices.show("No file manager could be started", f"The folder is {folder}.", "warning", [copy], about=folder)
