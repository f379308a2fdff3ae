"""Wiring of images: opening by any way, the pages while and after, death and restart, closing. GUI thread."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cutaway_app.bridge.tasks import async_slot
from cutaway_app.models.image_session import ImageSession, Place, SessionState
from cutaway_app.models.machine import Inside, Machine, machine_inside
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.open_image import Images
from cutaway_app.settings import WindowSettings
from cutaway_app.windows.failures import Failures
from cutaway_app.windows.image_choice import ImageChoice
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices
from cutaway_app.windows.restarts import Restarts

Guard = Callable[[Callable[[], None], Sequence[ImageSession]], None]


class ImageWiring(QObject):
    """Connects the window with the images.

    Attributes:
        choice: How images are chosen.
        restarts: Tells of appliances that died.
        failures: Tells of images that cannot be opened.
        unlock: Shows the page of an encrypted volume of an image.
        show_locked: The same for the first of them that is locked; returns whether there is one.
        helps: Gives what can be done about the warnings of an image.
        guard: Gets what ends the appliances of images, and these; calls it when nothing is lost by it.

    Signals:
        session_failed(object): an image cannot be opened (for a program that waits).
        current_changed(): another image is the one that is shown, or none is.
    """

    session_failed = Signal(object)
    current_changed = Signal()

    def __init__(
        self, window: MainWindow, images: Images, navigator: Navigator, notices: Notices, settings: WindowSettings
    ) -> None:
        super().__init__()
        self._window, self._images, self._navigator = window, images, navigator
        self._notices = notices
        self._current: ImageSession | None = None
        self._settings = settings
        self.choice = ImageChoice(window, settings, self.open, self.reopen)
        self.restarts = Restarts(images, notices, self.close)
        self.failures = Failures(images, notices, window.failed, self.close)
        self.guard: Guard = lambda act, _sessions: act()
        self.helps: Callable[[ImageSession], list[Answer]] = lambda _session: []
        self.unlock: Callable[[ImageSession, str], None] = lambda _session, _device: None
        self.show_locked: Callable[[ImageSession], bool] = lambda _session: False
        self._connect_window()
        images.opened.connect(self._on_opened)
        images.failed.connect(self._on_failed)
        images.restarting.connect(self._on_restarting)
        images.restarted.connect(self._on_restarted)
        images.closed.connect(self._on_closed)
        self.choice.refresh()
        self._show_current()

    def _connect_window(self) -> None:
        window, actions = self._window, self._window.actions_
        actions["open_sample"].triggered.connect(self._open_sample)
        actions["close_image"].triggered.connect(self._close_current)
        actions["restart"].triggered.connect(self._restart_current)
        actions["overview"].triggered.connect(self._go_to_overview)
        window.overview.time_requested.connect(self._open_time_of_current)
        window.start.sample_requested.connect(self._open_sample)
        window.opening.stop_requested.connect(self._stop_current)
        window.failed.retry_requested.connect(self._retry_current)
        window.failed.help_requested.connect(self._help_current)
        window.models.sidebar.image_changed.connect(self._expand)

    @property
    def current(self) -> ImageSession | None:
        """The image that is shown."""
        return self._current

    def _open_sample(self) -> None:
        self.open([self._images.sample.path])

    def open(self, paths: list[str]) -> None:
        """Open images, or show those that are open already."""
        for path in paths:
            self._open_one(Machine(path if path == self._images.sample.path else os.path.abspath(path)))

    def reopen(self, path: str) -> None:
        """Open an image that was open before, with the disks that belonged to it."""
        self._open_one(Machine(path, self._settings.disks(path)))

    def open_time(self, session: ImageSession, snapshot: str | None) -> None:
        """Open an image as it was at a point in time that it keeps, beside what is open of it; None: as it is now."""
        self._open_one(replace(session.machine, snapshot=snapshot))

    def open_inside(self, inside: Inside) -> None:
        """Open an image that is a file in one that is open, beside that."""
        self._open_one(machine_inside(inside))

    def _open_time_of_current(self, snapshot: str | None) -> None:
        if self._current is not None:
            self.open_time(self._current, snapshot)

    def _open_one(self, machine: Machine) -> None:
        sessions = self._window.models.sidebar.sessions
        known = next((session for session in sessions if session.machine.key == machine.key), None)
        session = known or ImageSession(machine, parent=self)
        if known is None:
            session.phase_changed.connect(self._on_phase_changed)
            session.changed.connect(self._on_session_changed)
            self._window.models.sidebar.add(session)
        self.show_session(session)
        if session.state in {SessionState.NO_IMAGE, SessionState.FAILED}:
            self._images.open(session)

    def show_session(self, session: ImageSession) -> None:
        """Make an image the current one: show where it is."""
        is_other = session is not self._current
        self._navigator.give_up(session)
        if is_other:
            self._notices.leave()
        self._current = session
        self._show_current()
        if is_other:
            self._tell_again(session)

    def _tell_again(self, session: ImageSession) -> None:
        """Say of an image that is shown again why nothing can be done with it."""
        if session.state is SessionState.FAILED:
            self.failures.tell(session)
        elif session.death:
            self.restarts.tell(session)

    def _show_current(self) -> None:
        window, session = self._window, self._current
        self.current_changed.emit()
        if session is None:
            window.pages.setCurrentWidget(window.start)
        elif session.state in {SessionState.NO_IMAGE, SessionState.FAILED}:
            self.failures.show(session)
            window.pages.setCurrentWidget(window.failed)
        elif session.state is SessionState.OPENING:
            window.opening.set_image(session.name)
            window.opening.show_phase(session.phase, session.fraction)
            window.pages.setCurrentWidget(window.opening)
        elif self._navigator.place is not None and self._navigator.place.session is session:
            window.pages.setCurrentWidget(window.browser)
            self._navigator.complete()
        elif session.hides_system and self.show_locked(session):
            return
        elif session.trees:
            window.opening.show_phase("Showing the first folder", None)
            self._navigator.go(Place(session, 0, b"/"))
        else:
            self._show_overview()

    def _go_to_overview(self) -> None:
        self._navigator.give_up(None)
        self._show_overview()

    def _show_overview(self) -> None:
        session = self._current
        if session is not None and session.survey is not None:
            self._window.overview.show_survey(
                session.name, session.chains, session.survey, session.use, is_edited=session.is_edited,
                times=(session.snapshots, session.machine.snapshot),
            )  # fmt: skip
            self._window.pages.setCurrentWidget(self._window.overview)

    def show_overview_of(self, session: ImageSession) -> None:
        """Show what is in an image; if it is not open, why or how far it is."""
        if session.survey is None:
            self.show_session(session)
            return
        self._turn_to(session)
        self._show_overview()
        if session.death:
            self.restarts.tell(session)

    def show_page_of(self, session: ImageSession, page: QWidget) -> None:
        """Show a page about an image that is open."""
        self._turn_to(session)
        self._window.pages.setCurrentWidget(page)

    def _turn_to(self, session: ImageSession) -> None:
        self._navigator.give_up(None)
        if session is not self._current:
            self._notices.leave()
        self._current = session
        self.current_changed.emit()

    def _on_phase_changed(self) -> None:
        if self._current is not None and self._current.state is SessionState.OPENING:
            self._window.opening.show_phase(self._current.phase, self._current.fraction)

    def _on_session_changed(self) -> None:
        session = self.sender()
        if self._current is None or session is not self._current:
            return
        if self._current.state is SessionState.OPENING:
            self._show_current()
        elif self._window.pages.currentWidget() is self._window.overview:
            self._show_overview()

    def _on_opened(self, session: ImageSession) -> None:
        self.offer(session)
        self._notices.hide(about=session)
        wanted = self._navigator.wanted
        if session is self._current and (wanted is None or wanted.session is session):
            self._show_current()
        is_said = session is self._current and self._window.pages.currentWidget() is self._window.overview
        if session.warnings and not is_said:
            said, answers = " ".join(session.warnings), self.helps(session)
            self._notices.show(session.name, said, "warning", answers, about=session, is_local=True)

    def offer(self, session: ImageSession) -> None:
        """Offer an image from now on, with the disks that it has."""
        if session.path != self._images.sample.path and session.machine.inside is None:
            self.choice.opened(session.machine)

    def _on_failed(self, session: ImageSession) -> None:
        self.failures.tell(session)
        if session is self._current:
            self._show_current()
        self.session_failed.emit(session)

    def _help_current(self) -> None:
        if self._current is not None:
            self.failures.help(self._current)

    def _restart_current(self) -> None:
        if self._current is not None:
            self.guard(functools.partial(self.restart, self._current), [self._current])

    def restart(self, session: ImageSession) -> None:
        """Start an image's appliance again, and show the same place."""
        self._images.restart(session)

    def _on_restarting(self, session: ImageSession) -> None:
        if self._navigator.place is not None and self._navigator.place.session is session:
            self._navigator.stop()

    def _on_restarted(self, session: ImageSession) -> None:
        if self._navigator.place is not None and self._navigator.place.session is session:
            self._navigator.reload()
        elif session is self._current:
            self._show_current()

    def _retry_current(self) -> None:
        if self._current is not None:
            self._images.open(self._current)

    def _stop_current(self) -> None:
        if self._current is not None and self._current.state is SessionState.OPENING:
            self._images.stop(self._current)
        else:
            self._navigator.halt()

    def _close_current(self) -> None:
        if self._current is not None:
            self.ask_and_close(self._current)

    def ask_and_close(self, session: ImageSession) -> None:
        """Close an image, if nothing is lost by it, or the person has said so."""
        self.guard(functools.partial(self.close, session), [session])

    @async_slot
    async def close(self, session: ImageSession) -> None:
        """Close an image."""
        await self._images.close(session)

    def _on_closed(self, session: ImageSession) -> None:
        if session not in self._window.models.sidebar.sessions:
            return
        was_current = session is self._current
        if was_current:
            others = [other for other in self._window.models.sidebar.sessions if other is not session]
            self._current = others[0] if others else None
        self._notices.hide(about=session)
        self._navigator.forget(session)
        self._window.models.sidebar.remove(session)
        if was_current:
            self._show_current()
        session.deleteLater()

    def _expand(self, session: ImageSession) -> None:
        self._window.sidebar.expandRecursively(self._window.models.sidebar.index_of(session))
