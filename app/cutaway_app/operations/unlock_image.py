"""Unlock encrypted volumes of images, and lock them again, in the image's own appliance.

Its handle keeps the key until the volume is locked, or the image closed.
GUI thread. A newer wish, and leaving, cancel the older one, in the guest too. Keys pass through here and stay nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cutaway.errors import Cancelled, EngineError
from cutaway.mount_plan import plan
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.operations.browse import FindEngine


class Unlocks(QObject):
    """Unlocks volumes, one at a time.

    Args:
        find_engine: Gives the engine of an image that is open.

    Signals:
        busy_changed(bool): a volume is being unlocked.
        unlocking(object): what is in this session is about to change its places.
        unlocked(object, object): a session, and the `Place` to look into; None if nothing in it can be shown.
        failed(object): the error with which a volume stays locked.
        locked(object, str): of this session this device is locked again.
        not_locked(object, str, object): it stays unlocked, and why.
    """

    busy_changed = Signal(bool)
    unlocking = Signal(object)
    unlocked = Signal(object, object)
    failed = Signal(object)
    locked = Signal(object, str)
    not_locked = Signal(object, str, object)

    def __init__(self, find_engine: FindEngine) -> None:
        super().__init__()
        self._find_engine = find_engine
        self._task: asyncio.Task[None] | None = None
        self._is_settling = False

    @property
    def is_busy(self) -> bool:
        """Whether a volume is being unlocked."""
        return self._task is not None

    def begin(self, session: ImageSession, device: str, keys: Sequence[bytes]) -> None:
        """Begin to unlock a volume by one of these keys."""
        self.stop()
        self._task = spawn(self._unlock(session, device, keys), name=f"unlock {device} of {session.name}")
        self._task.add_done_callback(self._on_task_done)
        self.busy_changed.emit(True)  # noqa: FBT003 a signal's argument

    def stop(self) -> None:
        """Try no longer; what is unlocked by now stays so, and the image is looked through."""
        if self._task is not None and not self._is_settling:
            self._task.cancel()

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task = None
            self.busy_changed.emit(False)  # noqa: FBT003 a signal's argument

    async def _unlock(self, session: ImageSession, device: str, keys: Sequence[bytes]) -> None:
        engine = self._find_engine(session)
        if engine is None:
            return
        try:
            await engine.unlock(device, keys)
            self._is_settling = True
            survey = await engine.survey()
        except Cancelled:
            return
        except EngineError as error:
            self.failed.emit(error)
            return
        finally:
            self._is_settling = False
        known = {item.mountable for item in session.survey.filesystems} if session.survey else set()
        self.unlocking.emit(session)
        session.unlocked(survey, plan(survey))
        self.unlocked.emit(session, first_new(session, known))

    def lockable(self, session: ImageSession) -> list[str]:
        """Return the devices of the volumes of an image that can be locked again now."""
        engine = self._find_engine(session)
        return [one.device for one in engine.unlocked] if engine is not None and session.can_be_rearranged else []

    def lock(self, session: ImageSession, device: str) -> None:
        """Begin to lock a volume again."""
        if device in self.lockable(session):
            self.stop()
            spawn(self._lock(session, device), name=f"lock {device} of {session.name}")

    async def _lock(self, session: ImageSession, device: str) -> None:
        engine = self._find_engine(session)
        if engine is None:
            return
        trouble: EngineError | None = None
        with session.rearranged():
            self.unlocking.emit(session)
            try:
                await engine.lock(device)
            except EngineError as error:
                trouble = error
            try:
                survey = await engine.survey()
            except EngineError:
                return  # the appliance has ended, which is told elsewhere
            session.unlocked(survey, plan(survey))
        if trouble is None:
            self.locked.emit(session, device)
        else:
            self.not_locked.emit(session, device, trouble)


def first_new(session: ImageSession, known: set[str]) -> Place | None:
    """Return the root of the first tree that has something in it which was not known before."""
    for number, tree in enumerate(session.trees):
        if any(mount.mountable not in known for mount in tree.mounts):
            return Place(session, number, b"/")
    return None
