"""The D-Bus side of a drag, as KDE's Ark does it: Dolphin calls us with the folder of the drop. X11 and Wayland.

GUI thread. The object has a path that nobody can guess and lives from the start of the drag until shortly after it;
the caller waits for the reply, so it returns at once.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import ClassInfo, QObject, Slot
from PySide6.QtDBus import QDBusConnection

SERVICE_TYPE = "application/x-kde-ark-dndextract-service"
PATH_TYPE = "application/x-kde-ark-dndextract-path"
#: Qt's stub says wrongly that it takes no values.
_class_info: Any = ClassInfo


@_class_info({"D-Bus Interface": "org.kde.ark.DndExtract"})
class ArkPort(QObject):
    """One drag's object on the session bus."""

    def __init__(self, parent: QObject, dropped: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._dropped = dropped
        self._path = f"/DndExtract/{secrets.token_hex(16)}"
        self._bus = QDBusConnection.sessionBus()
        option = QDBusConnection.RegisterOption.ExportAllSlots
        self.is_ready = self._bus.isConnected() and self._bus.registerObject(self._path, self, option)

    def answer(self, mime_type: str) -> bytes:
        """Return what a target asks for: our name on the bus, or the object's path."""
        return (self._bus.baseService() if mime_type == SERVICE_TYPE else self._path).encode()

    @Slot(str)
    def extractSelectedFilesTo(self, folder: str) -> None:  # the name is Ark's
        """Be told by the target where the files shall go."""
        if os.path.isabs(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            self._dropped(folder)

    def end(self) -> None:
        """Leave the bus."""
        if self.is_ready:
            self._bus.unregisterObject(self._path)
            self.is_ready = False
        self.deleteLater()
