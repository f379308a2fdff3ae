"""Wiring of images that are shown as folders: the actions, the file manager, the notices. GUI thread."""

from __future__ import annotations

import functools

from cutaway.errors import EngineError
from PySide6.QtCore import QObject

from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import ImageSession
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.mount_image import FolderMount, FolderMounts
from cutaway_app.operations.open_image import Images
from cutaway_app.windows.actions import TABLE
from cutaway_app.windows.host_folder import open_folder
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices

MOUNT_TEXT = TABLE["mount"][0]


class MountWiring(QObject):
    """Connects the window with its mounts."""

    def __init__(
        self, window: MainWindow, navigator: Navigator, images: Images, shown: ImageWiring, mounts: FolderMounts,
        notices: Notices,
    ) -> None:  # fmt: skip
        super().__init__()
        self._window, self._navigator, self._shown = window, navigator, shown
        self._mounts, self._notices = mounts, notices
        window.actions_["mount"].triggered.connect(self._mount)
        window.actions_["unmount"].triggered.connect(self._unmount)
        mounts.mounted.connect(self._on_mounted)
        mounts.troubled.connect(self._on_troubled)
        mounts.failed.connect(self._on_failed)
        mounts.changed.connect(self.refresh)
        images.opened.connect(self.refresh)
        images.closed.connect(self._on_closed)
        shown.current_changed.connect(self.refresh)
        window.models.sidebar.dataChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Enable what can be done with the image that is shown."""
        session, actions = self._shown.current, self._window.actions_
        mount = self._mounts.of(session) if session is not None else None
        is_ready = mount is not None and mount.is_ready
        # A folder would show the image as it is, without what was put in.
        can_mount = session is not None and bool(session.trees) and not session.is_edited
        actions["mount"].setEnabled(is_ready or (can_mount and mount is None))
        actions["mount"].setText("Open Mounted Folder" if is_ready else MOUNT_TEXT)
        actions["unmount"].setEnabled(mount is not None)

    def _mount(self) -> None:
        session = self._shown.current
        if session is None or not session.trees:
            return
        mount = self._mounts.of(session)
        if mount is not None and mount.is_ready:
            self._open(mount)
            return
        place = self._navigator.place
        self._mounts.mount(session, place.tree if place is not None and place.session is session else 0)
        mount = self._mounts.of(session)
        if mount is not None and not mount.is_ready:
            stop = Answer("Stop", functools.partial(self._mounts.unmount, session))
            self._notices.show(f"{session.name} is being mounted as a folder", "", "info", [stop], about=mount)

    def _unmount(self) -> None:
        if self._shown.current is not None:
            self._end(self._shown.current)

    def _end(self, session: ImageSession) -> None:
        mount = self._mounts.of(session)
        if mount is not None:
            self._notices.hide(about=mount)
            self._mounts.unmount(session)

    def _on_mounted(self, mount: FolderMount) -> None:
        answers = [
            Answer("Unmount", functools.partial(self._end, mount.session)),
            Answer("Open folder", functools.partial(self._open, mount)),
        ]
        text = (
            f"{mount.folder} can be read by your programs, and not be written, until you unmount it or close the image."
        )
        self._notices.show(f"{mount.session.name} is mounted as a folder", text, "info", answers, about=mount)
        self._open(mount)

    def _open(self, mount: FolderMount) -> None:
        open_folder(mount.folder, self._notices)

    def _on_troubled(self, mount: FolderMount, error: EngineError) -> None:
        answers = [Answer("Unmount", functools.partial(self._end, mount.session))]
        text = explain(error, doing=f"The folder of {mount.session.name} cannot be read any more")
        self._notices.show_error(text, answers, about=mount)

    def _on_failed(self, session: ImageSession, error: BaseException) -> None:
        answers = [Answer("Try again", self._mount)] if session is self._shown.current else []
        doing = f"{session.name} is not mounted as a folder"
        self._notices.show_error(explain(error, doing=doing), answers, about=session)

    def _on_closed(self, session: ImageSession) -> None:
        self._end(session)
