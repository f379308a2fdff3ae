"""The XDS side of a drag on X11: a file manager writes where it wants the file, and so tells us the folder.

GUI thread. Offers a name nobody has; only the folder of what comes back counts, so several files and whole folders
work too. Answers at once and never extracts: targets ask while the pointer merely hovers.
"""

from __future__ import annotations

import os
import secrets
import urllib.parse
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from cutaway_app.drag.x11_property import DirectSaveProperty

MIME_TYPE = "XdndDirectSave0"
_ATTACH_TRIES = 40
_ATTACH_INTERVAL_MS = 5
#: Success and error in XDS. The third answer, "F", is never given: libfm then blanks the property.
SAVED, REFUSED = b"S", b"E"


class Property(Protocol):
    """Where the name is put and the target's wish is read."""

    def attach(self, name: bytes) -> bool:
        """Put the name there; False while it is too early."""

    def read(self) -> bytes:
        """Return what stands there."""

    def detach(self) -> None:
        """Remove it."""


class XdsPort(QObject):
    """One drag's side of XDS.

    Args:
        dropped: Is called with the folder, as soon as the target has said it.
        prop: Replaces the X server in tests.
    """

    def __init__(self, parent: QObject, dropped: Callable[[str], None], prop: Property | None = None) -> None:
        super().__init__(parent)
        self._dropped = dropped
        self._property: Property = prop or DirectSaveProperty()
        self._name = f".cutaway-drop-{secrets.token_hex(8)}".encode()
        self._tries = 0

    def begin(self) -> None:
        """Put the name on the drag's window as soon as it exists: after the drag's own loop has begun."""
        QTimer.singleShot(0, self._attach)

    def _attach(self) -> None:
        if not self._property.attach(self._name) and self._tries < _ATTACH_TRIES:
            self._tries += 1
            QTimer.singleShot(_ATTACH_INTERVAL_MS, self, self._attach)

    def answer(self) -> bytes | None:
        """Answer a target that asks for the file; None while it only looks."""
        # NB: libfm 1.3.2 appends a NUL.
        address = self._property.read().split(b"\0")[0]
        if not address.startswith(b"file:"):
            return None
        folder = folder_of_address(address)
        if folder is None or not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
            return REFUSED
        self._dropped(folder)
        return SAVED

    def end(self) -> None:
        """Clean up after the drag."""
        self._tries = _ATTACH_TRIES
        self._property.detach()
        if isinstance(self._property, DirectSaveProperty):
            self._property.close()
        self.deleteLater()


def folder_of_address(address: bytes) -> str | None:
    """Return the local folder of a file's address; None if it is no absolute path on this host."""
    try:
        parts = urllib.parse.urlsplit(address.decode("ascii"))
    except ValueError:
        return None
    path = urllib.parse.unquote_to_bytes(parts.path)
    if parts.netloc not in {"", "localhost", os.uname().nodename} or not path.startswith(b"/") or b"\0" in path:
        return None
    return os.fsdecode(os.path.dirname(path))
