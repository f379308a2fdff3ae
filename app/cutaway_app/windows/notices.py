"""What the banner asks, and what happens when a button of it is pressed. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


class Notices(QObject):
    """Shows one notice at a time; a newer one takes the place of the older.

    Args:
        banner: Where they are shown.

    Signals:
        shown(str): a notice with this title is shown.
    """

    shown = Signal(str)

    def __init__(self, banner: Banner) -> None:
        super().__init__()
        self._banner = banner
        self._answers: dict[str, Answer] = {}
        self._about: object = None
        banner.action_requested.connect(self._on_action_requested)

    def show_error(self, error: ErrorText, answers: list[Answer] | None = None, *, about: object = None) -> None:
        """Show an error with what can be done about it."""
        self.show(error.title, error.text, "error", answers, about=about, details=error.details)

    def show(
        self,
        title: str,
        text: str,
        level: Level = "info",
        answers: list[Answer] | None = None,
        *,
        about: object = None,
        details: str = "",
    ) -> None:
        """Show a notice; `about` is what `hide` may be told later."""
        self._answers = {f"answer{number}": answer for number, answer in enumerate(answers or [])}
        self._about = about
        buttons = [(name, answer.label) for name, answer in self._answers.items()]
        self._banner.show_message(title, text, level, buttons, details)
        self.shown.emit(title)

    def hide(self, *, about: object = None) -> None:
        """Hide the notice; with `about`, only if it is about that."""
        if about is None or about is self._about:
            self._answers, self._about = {}, None
            self._banner.hide_message()

    def _on_action_requested(self, name: str) -> None:
        answer = self._answers.get(name)
        self.hide()
        if answer is not None:
            answer.act()
