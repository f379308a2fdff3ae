"""Wiring of the program's own entry in the desktop's applications menu: put there and taken away. GUI thread.

The files are written in another thread: the home folder may be on a share.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from cutaway_app import desktop_entry
from cutaway_app.bridge.tasks import async_slot
from cutaway_app.error_messages import ErrorText
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Notices

TRY = "Make room or rights there, or set XDG_DATA_HOME to a folder that can be written."
ADDED = ("Cutaway is in the applications menu", "File managers offer it for disk images, too.")
REMOVED = ("Cutaway is no longer in the applications menu", "")


class MenuEntryWiring(QObject):
    """Connects the action, which shows whether there is an entry as soon as that is known."""

    def __init__(self, window: MainWindow, notices: Notices) -> None:
        super().__init__()
        self._action, self._notices = window.actions_["in_menu"], notices
        self._action.triggered.connect(self._on_triggered)
        self._look()

    @async_slot
    async def _look(self) -> None:
        self._action.setChecked(await asyncio.to_thread(desktop_entry.is_installed))

    def _on_triggered(self, is_wanted: bool) -> None:  # noqa: FBT001 connected to triggered(bool)
        self._change(is_wanted=is_wanted)

    @async_slot
    async def _change(self, *, is_wanted: bool) -> None:
        self._action.setEnabled(False)
        try:
            await asyncio.to_thread(desktop_entry.install if is_wanted else desktop_entry.remove)
        except OSError as error:
            what = f"{error.filename or 'The entry'} cannot be {'written' if is_wanted else 'removed'}"
            self._notices.show_error(ErrorText(what, f"{error.strerror}.", TRY, repr(error)), about=self)
        else:
            self._notices.show(*(ADDED if is_wanted else REMOVED), about=self)
        finally:
            self._action.setChecked(await asyncio.to_thread(desktop_entry.is_installed))
            self._action.setEnabled(True)
