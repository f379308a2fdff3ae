"""What the banner asks, and what happens when a button of it is pressed. GUI thread.

Nothing that was said is lost: the newest notice is shown, the ones before it come back when it is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from cutaway_app.error_messages import ErrorText
from cutaway_app.widgets.banner import Banner

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A button: its word and what it does."""

    label: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """What is said: see `Notices.show`."""

    title: str
    text: str
    level: Level
    answers: tuple[Answer, ...]
    about: object
    details: str
    is_local: bool


class Notices(QObject):
    """Shows notices, the newest first.

    Args:
        banner: Where they are shown.

    Signals:
        shown(str): a notice with this title is shown.
    """

    shown = Signal(str)

    def __init__(self, banner: Banner) -> None:
        super().__init__()
        self._banner = banner
        self._notices: list[Notice] = []
        banner.action_requested.connect(self._on_action_requested)
        banner.next_requested.connect(self._on_next_requested)
        banner.dismissed.connect(self._on_dismissed)
        banner.all_dismissed.connect(self._on_all_dismissed)

    def show_error(
        self, error: ErrorText, answers: list[Answer] | None = None, *, about: object = None, is_local: bool = False
    ) -> None:
        """Show an error with what can be done about it."""
        self.show(error.title, error.text, "error", answers, about=about, details=error.details, is_local=is_local)

    def show(
        self,
        title: str,
        text: str,
        level: Level = "info",
        answers: list[Answer] | None = None,
        *,
        about: object = None,
        details: str = "",
        is_local: bool = False,
    ) -> None:
        """Show a notice, in place of an older one about the same.

        Args:
            title: What happened, as a sentence.
            text: Why, and what to try.
            level: How grave it is.
            answers: What can be done about it; the first is recommended.
            about: What `hide` may be told later.
            details: For those who want to know or report more.
            is_local: Whether it is about what the window shows: it is gone as soon as that is another image.
        """
        notice = Notice(title, text, level, tuple(answers or ()), about, details, is_local)
        self._notices = [*self._without(about), notice]
        self._refresh()

    def update(self, text: str, *, about: object) -> None:
        """Say why, or how far it is, in other words, without a new announcement."""
        self._notices = [replace(one, text=text) if one.about is about else one for one in self._notices]
        if self._notices and self._notices[-1].about is about:
            self._banner.show_text(text)

    def hide(self, *, about: object) -> None:
        """Take back what was said about something."""
        self._keep(self._without(about))

    def leave(self) -> None:
        """Take back what was said about the image that was shown."""
        self._keep([notice for notice in self._notices if not notice.is_local])

    def _without(self, about: object) -> list[Notice]:
        return [notice for notice in self._notices if about is None or notice.about is not about]

    def _keep(self, notices: list[Notice]) -> None:
        """Go on with these of them; the banner stays as it is if what it shows is among them."""
        shown = self._notices[-1:]
        is_less = len(notices) < len(self._notices)
        self._notices = notices
        if notices[-1:] != shown:
            self._refresh()
        elif is_less:
            self._banner.show_waiting(len(notices) - 1)

    def _refresh(self) -> None:
        if not self._notices:
            self._banner.hide_message()
            return
        notice = self._notices[-1]
        buttons = [(f"answer{number}", answer.label) for number, answer in enumerate(notice.answers)]
        self._banner.show_message(notice.title, notice.text, notice.level, buttons, notice.details)
        self._banner.show_waiting(len(self._notices) - 1)
        self.shown.emit(notice.title)

    def _on_action_requested(self, name: str) -> None:
        if not self._notices:
            return
        notice = self._notices[-1]
        answer = next((one for number, one in enumerate(notice.answers) if f"answer{number}" == name), None)
        self._on_dismissed()
        if answer is not None:
            answer.act()

    def _on_next_requested(self) -> None:
        """Put the one that is shown behind all others."""
        self._notices = [*self._notices[-1:], *self._notices[:-1]]
        self._refresh()

    def _on_dismissed(self) -> None:
        self._keep(self._notices[:-1])

    def _on_all_dismissed(self) -> None:
        self._keep([])
