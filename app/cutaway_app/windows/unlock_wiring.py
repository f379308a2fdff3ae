"""Wiring of encrypted volumes: their page, the dialog for key files, where one goes afterwards. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from cutaway.errors import EngineError, WrongKey
from cutaway.key_file import read_key_file
from cutaway.unlocking import ENCRYPTED, keys_in
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu

from cutaway_app import resources
from cutaway_app.bridge.disk_questions import answer_to
from cutaway_app.bridge.tasks import async_slot
from cutaway_app.controls.facts import DOT
from cutaway_app.error_messages import explain
from cutaway_app.figures import size_text
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.open_image import Images
from cutaway_app.operations.save_image import short_name
from cutaway_app.operations.unlock_image import Unlocks
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices

#: What unlocks a volume of a type, if it is more than a passphrase.
PROMPTS = {"BitLocker": "Passphrase or recovery password"}
#: What helps most people whose passphrase is wrong.
LOOK = "Check the keyboard layout and caps lock."


class UnlockWiring(QObject):
    """Connects the window with the unlocking of volumes.

    Attributes:
        has_key: Tells whether something else than its own appliance may have keys of an image.

    Signals:
        refused(): the page says why a volume is still locked.
    """

    refused = Signal()

    def __init__(
        self, window: MainWindow, navigator: Navigator, images: Images, shown: ImageWiring, unlocks: Unlocks,
        notices: Notices,
    ) -> None:  # fmt: skip
        super().__init__()
        self._window, self._navigator, self._shown = window, navigator, shown
        self._unlocks, self._notices, self._page = unlocks, notices, window.unlock
        self._session: ImageSession | None = None
        self._device = ""
        self.has_key: Callable[[ImageSession], bool] = lambda _: False
        shown.show_locked, shown.unlock = self.show_first, self.show
        self._page.passphrase_given.connect(self._on_passphrase_given)
        self._page.key_file_requested.connect(self._choose_file)
        self._page.stop_requested.connect(unlocks.stop)
        self._page.left.connect(self._leave)
        unlocks.busy_changed.connect(self._on_busy_changed)
        unlocks.unlocking.connect(navigator.forget)
        unlocks.unlocked.connect(self._on_unlocked)
        unlocks.failed.connect(self._on_failed)
        unlocks.locked.connect(self._on_locked)
        unlocks.not_locked.connect(self._on_not_locked)
        window.pages.currentChanged.connect(self._on_page_changed)
        navigator.busy_changed.connect(self._on_going_elsewhere)
        images.opened.connect(self._on_opened)
        images.closed.connect(self._on_closed)

    def show_first(self, session: ImageSession) -> bool:
        """Show the page of an image's first volume that is locked; return whether there is one."""
        volumes = session.locked
        if volumes and not session.death:
            self.show(session, volumes[0].mountable)
        return bool(volumes) and not session.death

    def show(self, session: ImageSession, device: str) -> None:
        """Show the page of a volume."""
        volume = next((item for item in session.locked if item.mountable == device), None)
        if volume is None:
            return
        if (session, device) != (self._session, self._device):
            self._unlocks.stop()
            facts = (ENCRYPTED[volume.vfs_type], size_text(volume.size_bytes), session.name)
            self._page.set_volume(device, DOT.join(facts), PROMPTS.get(volume.vfs_type, ""))
        self._shown.show_page_of(session, self._page)
        self._session, self._device = session, device
        self._page.take_focus()

    def _on_passphrase_given(self, passphrase: str) -> None:
        self._begin([passphrase.encode("utf-8", "surrogateescape")])

    def _begin(self, keys: Sequence[bytes]) -> None:
        if self._session is not None:
            self._unlocks.begin(self._session, self._device, keys)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self._window, f"Key file of {short_name(self._device)}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Unlock")
        dialog.fileSelected.connect(self.use_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @async_slot
    async def use_file(self, path: str) -> None:
        """Unlock the volume whose page is shown by a key file, which may lie on a share that is slow."""
        wanted = (self._session, self._device)
        try:
            content = await answer_to(functools.partial(read_key_file, path))
        except EngineError as error:
            self._say(explain(error).text)
            return
        if wanted == (self._session, self._device):
            self._begin(keys_in(content))

    def _on_busy_changed(self, is_busy: bool) -> None:  # noqa: FBT001 a signal's argument
        if is_busy != self._page.is_busy:
            self._page.show_busy(is_busy=is_busy)
            if self._window.pages.currentWidget() is self._page:
                self._page.take_focus()

    def _on_failed(self, error: EngineError) -> None:
        text = explain(error)
        is_wrong = isinstance(error, WrongKey)
        self._say(f"{text.explanation} {LOOK}" if is_wrong else text.text)

    def _say(self, text: str) -> None:
        self._page.show_trouble(text)
        self.refused.emit()

    def _on_unlocked(self, session: ImageSession, place: Place | None) -> None:
        """Show what is in a volume, unless the person is somewhere else by now: at another volume, say."""
        self._notices.hide(about=self)
        if self._asks:
            return
        is_waited_for = self._window.pages.currentWidget() is self._page and session is self._session
        self._forget()
        if not is_waited_for:
            if session is self._shown.current:
                self._shown.show_session(session)
        elif place is not None:
            self._navigator.go(place)
        elif not self.show_first(session):
            self._shown.show_overview_of(session)

    def add_lock(self, menu: QMenu, session: ImageSession) -> None:
        """Offer in a menu to lock what was unlocked."""
        for device in self._unlocks.lockable(session):
            action = menu.addAction(f"Lock {short_name(device)} Again")
            action.setToolTip("Let go what is in it, and forget its key")
            resources.set_icon(action, "lock")
            action.triggered.connect(functools.partial(self._unlocks.lock, session, device))

    def _on_locked(self, session: ImageSession, device: str) -> None:
        """Show what is left, and say who has the key still."""
        if session is self._shown.current:
            self._shown.show_overview_of(session)
        if self.has_key(session):
            text = "Jobs that run, and the folder as which the image is mounted, have its key until they end."
            self._notices.show(f"{short_name(device)} is locked", text, "info", about=session, is_local=True)

    def _on_not_locked(self, session: ImageSession, device: str, error: EngineError) -> None:
        if session is self._shown.current:
            self._shown.show_overview_of(session)
        text = explain(error, doing=f"{short_name(device)} stays unlocked")
        self._notices.show_error(text, about=session, is_local=True)

    @property
    def _asks(self) -> bool:
        """Whether the page is shown of a volume that is locked."""
        if self._session is None or self._window.pages.currentWidget() is not self._page:
            return False
        return any(volume.mountable == self._device for volume in self._session.locked)

    def _leave(self) -> None:
        if self._page.is_busy:
            self._unlocks.stop()
        elif self._session is not None:
            self._shown.show_overview_of(self._session)

    def _on_going_elsewhere(self, is_busy: bool) -> None:  # noqa: FBT001 a signal's argument
        """Try no longer, when another folder of the image is waited for: its appliance does one thing at a time."""
        if is_busy and self._session is not None:
            self._unlocks.stop()

    def _on_page_changed(self) -> None:
        """Forget what was typed, and try no longer, when something else is shown."""
        if self._window.pages.currentWidget() is not self._page and self._session is not None:
            self._unlocks.stop()
            self._forget()

    def _forget(self) -> None:
        self._session, self._device = None, ""
        self._page.line.forget()

    def _on_opened(self, session: ImageSession) -> None:
        """Say that there is more in an image than what is shown."""
        volumes = session.locked
        is_said = self._window.pages.currentWidget() in {self._page, self._window.overview}
        if not volumes or is_said or session is not self._shown.current:
            return
        names = ", ".join(short_name(volume.mountable) for volume in volumes)
        unlock = Answer("Unlock…", functools.partial(self.show, session, volumes[0].mountable))
        self._notices.show(
            session.name, f"{names}: encrypted, and locked.", "info", [unlock], about=self, is_local=True
        )

    def _on_closed(self, session: ImageSession) -> None:
        if session is self._session:
            self._unlocks.stop()
            self._forget()
