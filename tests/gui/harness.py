"""What a scenario of the window can do and wait for. Waits are on signals, never on time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from cutaway import link
from cutaway.testing import FakeAppliance
from cutaway_app import program as program_module
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.program import Program
from PySide6.QtCore import QObject, SignalInstance

IMAGE = "/images/debian.qcow2"
WINDOWS = "/images/windows.img"
JOURNAL = "/images/journal.img"
DATABASE = "/images/base.img"
SAMPLE = "/sample/debian-12.qcow2"
TIMEOUT_S = 40


class Harness:
    """A window and its fake."""

    def __init__(self, program: Program, fake: FakeAppliance) -> None:
        self.program, self.fake = program, fake
        self.window = program.window
        self.models = program.models
        self.table = program.window.browser.table

    async def signal(self, *signals: SignalInstance) -> tuple[Any, ...]:
        """Wait until one of them is emitted; return its arguments."""
        return await asyncio.wait_for(self.next(*signals), TIMEOUT_S)

    def next(self, *signals: SignalInstance) -> asyncio.Future[tuple[Any, ...]]:
        """Return what will have the arguments of the next emission."""
        future: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()
        receiver = QObject(self.window)

        def arrived(*arguments: Any) -> None:
            if not future.done():
                future.set_result(arguments)
                receiver.deleteLater()

        for signal in signals:
            signal.connect(arrived)
        return future

    async def open(self, path: str = IMAGE) -> ImageSession:
        """Open an image and wait for its first folder."""
        listed = self.next(self.models.table.listing_finished)
        self.program.image_wiring.open([path])
        await asyncio.wait_for(listed, TIMEOUT_S)
        return self.models.sidebar.sessions[-1]

    async def go(self, path: bytes) -> None:
        """Go to a directory of the shown tree."""
        place = self.place
        listed = self.next(self.models.table.listing_finished)
        self.program.navigator.go(Place(place.session, place.tree, path))
        await asyncio.wait_for(listed, TIMEOUT_S)

    @property
    def place(self) -> Place:
        """Where the window is."""
        assert self.program.navigator.place is not None
        return self.program.navigator.place

    @property
    def names(self) -> list[str]:
        """The names in the table."""
        model = self.models.table
        return [model.index(row, Column.NAME).data() for row in range(model.rowCount())]

    def select(self, *names: bytes) -> None:
        """Select entries by name."""
        self.table.clearSelection()
        for name in names:
            row = self.models.table.row_of(name)
            assert row >= 0, f"{name!r} is not shown"
            self.table.selectRow(row) if len(names) == 1 else self.table.selectionModel().select(
                self.models.table.index(row, 0),
                self.table.selectionModel().SelectionFlag.Select | self.table.selectionModel().SelectionFlag.Rows,
            )

    async def close(self) -> None:
        """Close the program: what hangs is ended at once, not when patience or the time limit is over."""
        with pytest.MonkeyPatch.context() as patch:
            for module, name in ((program_module, "CLOSE_S"), (program_module, "TASKS_S"), (link, "CANCEL_GRACE_S")):
                patch.setattr(module, name, 10 * TIMEOUT_S)
            async with asyncio.timeout(TIMEOUT_S):
                await self.program.close()

    def answer_closing(self, word: str) -> None:
        """Close the window over work that is not done, and press a button of the question."""
        self.window.close()
        question = self.program.closing_guard.question
        assert question is not None, "nothing was asked"
        (button,) = [one for one in question.buttons() if one.text() == word]
        button.click()

    async def becomes(self, condition: Callable[[], object]) -> None:
        """Wait for a condition that no signal tells of."""
        async with asyncio.timeout(TIMEOUT_S):
            while not condition():  # noqa: ASYNC110 as it says
                await asyncio.sleep(0.01)

    async def until(self, condition: Any, *signals: SignalInstance, timeout_s: float = TIMEOUT_S) -> None:
        """Wait for a condition that may come true when one of the signals is emitted."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await self.next(*signals)
