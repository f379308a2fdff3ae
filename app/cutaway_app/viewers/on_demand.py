"""What is computed only when asked for: a button that becomes Stop, a line about how it goes, then the results.

GUI thread; whoever shows something else calls `close_work`.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cutaway.errors import EngineError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label

T = TypeVar("T")


class OnDemandPanel(QWidget):
    """The button and the line; what is computed is said by who derives from it.

    Args:
        what: What is computed, for screen readers: "checksums".

    Signals:
        finished(): the results, or the reason why there are none, are in view.
    """

    finished = Signal()

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self._task: asyncio.Task[None] | None = None
        self.button = text_button("", self)
        self.button.clicked.connect(self._on_button_clicked)
        self._note = plain_label("", self, role="muted")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(4)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.addLayout(self._form)
        self._column.addWidget(self._note)
        self._note.hide()
        self._offer()

    @property
    def said(self) -> str:
        """What is said about progress, an error or the results."""
        return self._note.text()

    def close_work(self) -> None:
        """Stop computing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def stop(self) -> None:
        """Stop computing, if it does, and say so."""
        if self._task is not None:
            self.close_work()
            self._offer()
            self._say("Stopped")

    def _on_button_clicked(self) -> None:
        if self._task is not None:
            self.stop()
        else:
            self._ask()

    @abstractmethod
    def _ask(self) -> None:
        """Begin what the button is for."""

    def _begin(self, compute: Callable[[], Awaitable[T]], show: Callable[[T], None]) -> None:
        """Compute, offering Stop meanwhile, and show the results."""
        self.button.setText("Stop")
        self.button.setAccessibleName(f"Stop computing {self._what}")
        self.button.show()
        self._task = spawn(self._run(compute, show), name=self._what)

    async def _run(self, compute: Callable[[], Awaitable[T]], show: Callable[[T], None]) -> None:
        try:
            results = await compute()
        except EngineError as error:
            self._task = None
            self._offer()
            self._say(f"It cannot be read: {error}")
        else:
            self._task = None
            show(results)
        self.finished.emit()

    def _offer(self) -> None:
        self.button.setText("Compute")
        self.button.setAccessibleName(f"Compute {self._what}")

    def _tell(self, text: str) -> None:
        """Say how it goes; what comes when it was given up says nothing, since the panel may be gone by then."""
        if self._task is not None:
            self._say(text)

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
