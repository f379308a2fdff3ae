"""What is said when an image's appliance has died, and while it is started again. GUI thread."""

from __future__ import annotations

import functools
from collections.abc import Callable

from cutaway.errors import EngineError
from PySide6.QtCore import QObject

from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import ImageSession
from cutaway_app.operations.open_image import Images
from cutaway_app.windows.notices import Answer, Notices


class Restarts(QObject):
    """Tells of deaths and restarts in the banner, and offers what can be done.

    Args:
        images: Starts appliances again.
        notices: Where it is said.
        close: Closes an image, if the person would rather.
    """

    def __init__(self, images: Images, notices: Notices, close: Callable[[ImageSession], None]) -> None:
        super().__init__()
        self._images, self._notices, self._close = images, notices, close
        images.died.connect(self.tell)
        images.restarting.connect(self._on_restarting)
        images.restarted.connect(lambda session: notices.hide(about=session))
        images.restart_failed.connect(self._on_failed)

    def tell(self, session: ImageSession) -> None:
        """Say that an image's appliance is gone, or that it is being started again."""
        if self._images.is_restarting(session):
            self._tell_progress(session)
        else:
            self._tell_death(session)

    def _tell_death(self, session: ImageSession) -> None:
        lost = "What you have put in and not saved is lost. " if session.has_lost else ""
        text = f"{session.death[:1].upper()}{session.death[1:]}. {lost}Nothing was written to the image."
        title = f"The appliance of {session.name} stopped"
        self._notices.show(title, text, "error", self._answers(session), about=session, is_local=True)

    def _answers(self, session: ImageSession) -> list[Answer]:
        return [
            Answer("Restart appliance", functools.partial(self._images.restart, session)),
            Answer("Close image", functools.partial(self._close, session)),
        ]

    def _tell_progress(self, session: ImageSession) -> None:
        title = f"The appliance of {session.name} is being started again"
        stop = Answer("Stop", functools.partial(self._images.stop, session))
        self._notices.show(title, f"{session.phase}…", "info", [stop], about=session, is_local=True)

    def _on_restarting(self, session: ImageSession) -> None:
        session.set_phase("Starting", None)
        self._tell_progress(session)
        session.phase_changed.connect(self._on_phase_changed)

    def _on_phase_changed(self) -> None:
        session = self.sender()
        if isinstance(session, ImageSession) and self._images.is_restarting(session):
            self._notices.update(f"{session.phase}…", about=session)

    def _on_failed(self, session: ImageSession, error: EngineError) -> None:
        text = explain(error, doing=f"The appliance of {session.name} did not start again")
        self._notices.show_error(text, self._answers(session), about=session, is_local=True)
