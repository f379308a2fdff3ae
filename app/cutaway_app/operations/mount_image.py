"""Show images as folders to other programs, each by a process of its own, until they are closed. GUI thread."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.errors import EngineError
from cutaway.unlocking import packed
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.locks import FindUnlocked
from cutaway_app.bridge.mount_folder import make_folder, remove_folder
from cutaway_app.bridge.mount_process import Ended, MountProcess, News, Ready, Said
from cutaway_app.models.image_session import ImageSession


@dataclass(eq=False, slots=True)
class FolderMount:
    """An image that is a folder, or is about to be.

    Attributes:
        folder: Where.
        is_ready: Whether it can be used.
    """

    session: ImageSession
    folder: str
    process: MountProcess
    ended: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    is_ready: bool = False
    is_stopping: bool = False


class FolderMounts(QObject):
    """The mounts of the window, at most one for each image.

    Args:
        find_unlocked: Gives what is unlocked of a machine, by its key.

    Attributes:
        command: Makes the command that mounts a tree of an image on a folder.

    Signals:
        changed(): something was mounted or unmounted, or begins to be.
        mounted(object): a FolderMount can be used.
        troubled(object, object): a FolderMount cannot be read any more, and the error that says why.
        failed(object, object): an image cannot be mounted, or is not any more without a wish; and why.
    """

    changed = Signal()
    mounted = Signal(object)
    troubled = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, find_unlocked: FindUnlocked = lambda _path: ()) -> None:
        super().__init__()
        self._find_unlocked = find_unlocked
        self.command: Callable[[ImageSession, int, str], list[str]] = mount_command
        self._mounts: dict[ImageSession, FolderMount] = {}

    def of(self, session: ImageSession) -> FolderMount | None:
        """Return the mount of an image."""
        return self._mounts.get(session)

    def mount(self, session: ImageSession, tree: int) -> None:
        """Mount a tree of an image, unless one is."""
        if session in self._mounts:
            return
        try:
            folder = make_folder(session.name)
        except OSError as error:
            self.failed.emit(session, error)
            return
        outside = [volume for place in session.machine.places for volume in place.unlocked]
        unlocked = (*outside, *self._find_unlocked(session.machine.key))
        news = functools.partial(self._on_news, session)
        process = MountProcess(self.command(session, tree, folder), news, packed(unlocked) if unlocked else b"")
        self._mounts[session] = FolderMount(session, folder, process)
        self.changed.emit()

    def unmount(self, session: ImageSession) -> None:
        """Unmount what is mounted of an image."""
        mount = self._mounts.get(session)
        if mount is not None:
            mount.is_stopping = True
            mount.process.stop()

    async def close(self) -> None:
        """Unmount everything, and wait for that."""
        ending = [mount.ended for mount in self._mounts.values()]
        for session in list(self._mounts):
            self.unmount(session)
        await asyncio.gather(*ending)

    def _on_news(self, session: ImageSession, news: News) -> None:
        mount = self._mounts[session]
        match news:
            case Ready():
                mount.is_ready = True
                self.changed.emit()
                self.mounted.emit(mount)
            case Said(error):
                self.troubled.emit(mount, error)
            case Ended(error):
                self._end(mount, error)

    def _end(self, mount: FolderMount, error: EngineError | None) -> None:
        del self._mounts[mount.session]
        mount.process.stop()
        remove_folder(mount.folder)
        if not mount.ended.done():
            mount.ended.set_result(None)
        self.changed.emit()
        if error is not None and not mount.is_stopping:
            self.failed.emit(mount.session, error)


def mount_command(session: ImageSession, tree: int, folder: str) -> list[str]:
    """Return the command line's own way to mount; links lead inside, since a file manager follows them."""
    machine = session.machine
    allowed = [f"--allow={path}" for path in sorted(machine.allowed)]
    further = [f"--add={path}" for path in machine.further]
    time = [f"--snapshot={machine.snapshot}"] if machine.snapshot is not None else []
    inside = [f"--inside={place.name}" for place in machine.places]
    if inside:
        inside.append(f"--keys-outside={','.join(str(len(place.unlocked)) for place in machine.places)}")
    options = ["--until-eof", "--links-inside", f"--tree={tree}", *further, *allowed, *time, *inside]
    return [sys.executable, "-m", "cutaway.cli.main", "mount", *options, "--", machine.host_image, folder]
