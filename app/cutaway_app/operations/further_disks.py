"""Give an open image the other disks of its machine: volume groups and arrays over several disks need all of them.

GUI thread. They are plugged into the appliance that shows the image; one that cannot be used changes nothing.
"""

from __future__ import annotations

from cutaway.errors import Cancelled, EngineError
from cutaway.mount_plan import plan
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.image_session import ImageSession
from cutaway_app.operations.browse import FindEngine
from cutaway_app.operations.unlock_image import first_new


class FurtherDisks(QObject):
    """Adds disks to images.

    Args:
        find_engine: Gives the engine of an image that is open.

    Signals:
        busy_changed(str): this disk is being added; "" when all are.
        adding(object): what is in this session is about to change its places.
        added(object, object): a session, and the `Place` of what came with the disk; None if nothing did.
        failed(object, str, object): a session, the disk that cannot be added, and the error.
    """

    busy_changed = Signal(str)
    adding = Signal(object)
    added = Signal(object, object)
    failed = Signal(object, str, object)

    def __init__(self, find_engine: FindEngine) -> None:
        super().__init__()
        self._find_engine = find_engine

    @staticmethod
    def can_add(session: ImageSession | None) -> bool:
        """Return whether an image can get another disk now; while it is edited its places stay what they are."""
        return session is not None and session.can_be_rearranged and session.machine.inside is None

    def add(self, session: ImageSession, paths: list[str]) -> None:
        """Begin to add disks to an image."""
        if self.can_add(session):
            spawn(self._add(session, paths), name=f"add disks to {session.name}")

    async def _add(self, session: ImageSession, paths: list[str]) -> None:
        known = {item.mountable for item in session.survey.filesystems} if session.survey else set()
        is_changed = False
        try:
            with session.rearranged():
                for path in paths:
                    self.busy_changed.emit(path)
                    is_changed |= await self._add_one(session, path)
                if is_changed:
                    await self._look_again(session, known)
        finally:
            self.busy_changed.emit("")

    async def _add_one(self, session: ImageSession, path: str) -> bool:
        engine = self._find_engine(session)
        if engine is None:
            return False
        try:
            if path in session.machine.images:
                raise EngineError(f"{path} is one of its disks already", remedy="Choose the image of another disk.")
            await engine.add_disk(path, session.machine.allowed)
        except Cancelled:
            return False
        except EngineError as error:
            self._tell(session, path, error)
            return False
        session.extended(path, engine.chains)
        return True

    def _tell(self, session: ImageSession, path: str, error: EngineError) -> None:
        """Say why a disk could not be added, unless the image has been closed meanwhile."""
        if self._find_engine(session) is not None:
            self.failed.emit(session, path, error)

    async def _look_again(self, session: ImageSession, known: set[str]) -> None:
        engine = self._find_engine(session)
        if engine is None:
            return
        try:
            survey = await engine.survey()
        except EngineError as error:
            self._tell(session, session.path, error)
            return
        self.adding.emit(session)
        session.unlocked(survey, plan(survey))
        self.added.emit(session, first_new(session, known))
