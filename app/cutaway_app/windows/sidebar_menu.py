"""The menu of a row of the sidebar: what a click does, then what else can be done with it. GUI thread."""

from __future__ import annotations

import functools

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint
from PySide6.QtWidgets import QMenu

from cutaway_app import resources
from cutaway_app.models.image_session import ImageSession
from cutaway_app.models.sidebar_entries import SidebarEntry
from cutaway_app.operations.save_image import whole_drive
from cutaway_app.windows.disks_wiring import DisksWiring
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.save_wiring import SaveWiring
from cutaway_app.windows.unlock_wiring import UnlockWiring


class SidebarMenu(QObject):
    """Makes the menu when it is asked for."""

    def __init__(
        self, window: MainWindow, shown: ImageWiring, saving: SaveWiring, disks: DisksWiring, unlocking: UnlockWiring
    ) -> None:
        super().__init__()
        self._window, self._shown = window, shown
        self._saving, self._disks, self._unlocking = saving, disks, unlocking
        self._model = window.models.sidebar
        window.sidebar.context_menu_requested.connect(self._show)

    def _show(self, place: QPoint, index: QModelIndex) -> None:
        session, entry = self._model.session_at(index), self._model.entry_at(index)
        if session is None or entry is None:
            return
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        is_image = self._model.is_image(index)
        if entry.is_enabled:
            self._add_open(menu, entry, index)
        if device := entry.device or (whole_drive(session) if is_image else ""):
            self._saving.add_save(menu, session, device)
        if is_image or entry.icon == "unlock":
            self._unlocking.add_lock(menu, session)
        if is_image:
            self._add_for_image(menu, session)
        if menu.actions():
            menu.popup(place)

    def _add_open(self, menu: QMenu, entry: SidebarEntry, index: QModelIndex) -> None:
        """Offer what a click on the row does."""
        text, icon = ("Unlock…", "lock") if entry.is_locked else ("Open", "folder")
        if self._model.is_image(index):
            text, icon = "Overview", "info"
        action = menu.addAction(text)
        resources.set_icon(action, icon)
        row, chosen = QPersistentModelIndex(index), self._window.sidebar.activated
        action.triggered.connect(lambda: chosen.emit(self._model.index(row.row(), row.column(), row.parent())))

    def _add_for_image(self, menu: QMenu, session: ImageSession) -> None:
        if self._disks.can_add(session):
            add = menu.addAction("Add a Disk…")
            resources.set_icon(add, "image")
            add.triggered.connect(functools.partial(self._disks.choose, session))
        close = menu.addAction(f"Close {session.name.replace('&', '&&')}")
        resources.set_icon(close, "eject")
        close.triggered.connect(functools.partial(self._shown.ask_and_close, session))
