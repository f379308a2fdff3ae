"""Open and close images: each gets an appliance, is looked through, and is gone without a trace when it is closed.

GUI thread. Holds the engines of all images of the window; other operations ask here for theirs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from cutaway.errors import EngineError
from cutaway.mount_plan import plan
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.log_feed import MakeListener
from cutaway_app.bridge.sample import Sample
from cutaway_app.bridge.standby import Standby
from cutaway_app.bridge.tasks import spawn
from cutaway_app.models.image_session import ImageSession, SessionState

log = logging.getLogger(__name__)
#: Why the appliance of an image is gone whose restart was stopped.
STOPPED = "its start was stopped"


class Images(QObject):
    """The images of the window and their engines.

    Args:
        standby: Gives appliances.
        sample: The sample image, which is made when it is opened first.
        listener: Gives what is called with every event of an image's handle.

    Signals:
        opened(object): a session's image can be browsed.
        failed(object): a session's image cannot be opened.
        died(object): the appliance of a session that was open is gone.
        restarting(object), restarted(object): its appliance is being started again; it runs, with nothing mounted.
        restart_failed(object, object): a session and the error that its appliance did not start with.
        closed(object): a session is over.
    """

    opened = Signal(object)
    failed = Signal(object)
    died = Signal(object)
    restarting = Signal(object)
    restarted = Signal(object)
    restart_failed = Signal(object, object)
    closed = Signal(object)

    def __init__(self, standby: Standby, sample: Sample, listener: MakeListener) -> None:
        super().__init__()
        self._standby = standby
        self.sample = sample
        self._listener = listener
        self._engines: dict[ImageSession, ImageEngine] = {}
        self._tasks: dict[ImageSession, asyncio.Task[None]] = {}
        self._is_closing = False

    def engine(self, session: ImageSession) -> ImageEngine | None:
        """Return the engine of an image that is open."""
        return self._engines.get(session)

    def open(self, session: ImageSession) -> None:
        """Begin to open an image; the session tells how it goes."""
        if session not in self._tasks and not self._is_closing:
            self._begin(session, self._open(session), f"open {session.name}")

    def _begin(self, session: ImageSession, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._tasks[session] = spawn(work, name=name)
        task.add_done_callback(lambda _: self._on_ended(session, task))

    def _on_ended(self, session: ImageSession, task: asyncio.Task[None]) -> None:
        """See to what was cancelled before its first step, and so could not tidy up and tell."""
        if self._tasks.get(session) is not task:
            return
        del self._tasks[session]
        if session.state is SessionState.BROWSING:
            session.died(session.death or STOPPED)
            self.died.emit(session)
        else:
            session.stopped()
            self.closed.emit(session)

    def stop(self, session: ImageSession) -> None:
        """Stop opening an image, or starting its appliance again, at once."""
        if session in self._tasks:
            self._kill(session)
            self._tasks[session].cancel()

    def _kill(self, session: ImageSession) -> None:
        engine = self._engines.get(session)
        if engine is not None:
            engine.kill()

    async def _open(self, session: ImageSession) -> None:
        session.start_opening()
        try:
            await self._drop_engine(session)
            if session.path == self.sample.path and self.sample.is_missing:
                session.set_phase("Making the sample image, once", None)
                await self.sample.ensure()
            engine = self._engines[session] = self._new_engine(session)
            survey = await engine.open(session.set_phase, session.machine)
        except asyncio.CancelledError:
            await self._drop_engine(session)
            session.stopped()
            self.closed.emit(session)
            raise
        except Exception as error:  # noqa: BLE001 the end of a task; the session carries the error on
            log.info("%s: %s", session.path, error)
            await self._drop_engine(session)
            session.failed(error)
            self.failed.emit(session)
        else:
            session.opened(survey, plan(survey), engine.chains, engine.snapshots)
            self.opened.emit(session)
        finally:
            self._tasks.pop(session, None)
            self._standby.replenish_later()

    def _new_engine(self, session: ImageSession) -> ImageEngine:
        return ImageEngine(
            self._standby.take(),
            session.path,
            listen=self._listener(session.path),
            died=lambda reason: self._on_death(session, reason),
        )

    def _on_death(self, session: ImageSession, reason: str) -> None:
        if session not in self._tasks:
            session.died(reason)
            self.died.emit(session)

    def restart(self, session: ImageSession) -> None:
        """Begin to start the appliance of an image again; does nothing while that is being done."""
        if session not in self._engines:
            self.open(session)
        elif session not in self._tasks and not self._is_closing:
            self._begin(session, self._restart(session), f"restart {session.name}")

    def is_restarting(self, session: ImageSession) -> bool:
        """Return whether the appliance of an open image is being started again."""
        return session in self._tasks and session.state is SessionState.BROWSING

    async def _restart(self, session: ImageSession) -> None:
        session.died(session.death or "it is being started again")
        self.restarting.emit(session)
        error: EngineError | None = None
        try:
            await self._engines[session].restart(session.set_phase)
        except asyncio.CancelledError:
            session.died(STOPPED)
            raise
        except EngineError as failure:
            error = failure
            session.died("it could not be started again")
        else:
            session.revive()
        finally:
            del self._tasks[session]
            if session.death and error is None:
                self.died.emit(session)
        if error is None:
            self.restarted.emit(session)
        else:
            self.restart_failed.emit(session, error)

    async def close(self, session: ImageSession) -> None:
        """Close an image and end its appliance."""
        task = self._tasks.get(session)
        if task is not None:
            self.stop(session)
            await asyncio.gather(task, return_exceptions=True)
            if session.state is SessionState.NO_IMAGE:
                return
        self.closed.emit(session)
        await self._drop_engine(session)

    async def close_all(self) -> None:
        """End all appliances, those of images that are being opened too."""
        self._is_closing = True
        tasks = list(self._tasks.values())
        for session in self._engines:
            self._kill(session)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._drop_engine(session) for session in list(self._engines)))

    async def _drop_engine(self, session: ImageSession) -> None:
        engine = self._engines.pop(session, None)
        if engine is not None:
            await engine.close()
