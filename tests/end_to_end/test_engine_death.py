"""The image's real qemu is killed: the window says so, and one click shows the same folder again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import qasync
from cutaway import AsyncHandle
from cutaway_app import theme
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.image_session import Place
from cutaway_app.program import Program
from cutaway_app.settings import WindowSettings
from images.debian import DebianImage
from PySide6.QtCore import QSettings, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

TIMEOUT_S = 60


class Scene:
    """The program in this process, with appliances that boot."""

    def __init__(self, store: Path) -> None:
        self.handles: list[AsyncHandle] = []
        self.program = Program(
            self._make, WindowSettings(QSettings(str(store), QSettings.Format.IniFormat)), standby=False
        )
        self.table = self.program.models.table

    def _make(self, _: str) -> AsyncHandle:
        self.handles.append(AsyncHandle())
        return self.handles[-1]

    async def after(self, act: Callable[[], object], signal: SignalInstance) -> None:
        """Do something and wait for the signal that follows."""
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        connection = signal.connect(lambda *_: arrived.done() or arrived.set_result(None))
        act()
        await asyncio.wait_for(arrived, TIMEOUT_S)
        signal.disconnect(connection)

    async def open(self, image: Path, folder: bytes) -> None:
        """Open an image and go to a folder."""
        program = self.program
        await self.after(lambda: program.start([str(image)]), self.table.listing_finished)
        here = program.navigator.place
        assert here is not None
        there = Place(here.session, here.tree, folder)
        await self.after(lambda: program.navigator.go(there), self.table.listing_finished)

    def kill_qemu(self) -> None:
        """Kill the newest appliance."""
        pid = self.handles[-1].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def shown(self) -> tuple[bytes, list[str]]:
        """Return the path that is shown, and the names."""
        place = self.program.navigator.place
        assert place is not None
        return place.path, [self.table.index(row, Column.NAME).data() for row in range(self.table.rowCount())]

    def button(self, text: str) -> QPushButton | None:
        """Return the banner's button of that text."""
        buttons = self.program.window.banner.findChildren(QPushButton)
        return next((button for button in buttons if button.text() == text), None)


def run_scene(qapp: QApplication, store: Path, play: Callable[[Scene], Awaitable[None]]) -> None:
    theme.apply(qapp, "light")

    async def run() -> None:
        scene = Scene(store)
        try:
            await play(scene)
        finally:
            await scene.program.close()

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
        runner.run(run())


def test_a_killed_qemu_is_told_and_a_click_shows_the_folder_again(
    qapp: QApplication, debian_image: DebianImage, tmp_path: Path
) -> None:
    async def play(scene: Scene) -> None:
        banner = scene.program.window.banner
        await scene.open(debian_image.path, b"/srv/thousand")
        before = scene.shown()
        assert len(before[1]) == 21
        await scene.after(scene.kill_qemu, scene.program.images.died)
        assert banner.isVisible()
        assert debian_image.path.name in banner.accessibleDescription()
        assert scene.shown() == before, "what was read stays to be looked at"
        restart = scene.button("Restart appliance")
        assert restart is not None
        await scene.after(lambda: QTest.mouseClick(restart, Qt.MouseButton.LeftButton), scene.table.listing_finished)
        assert scene.shown() == before
        assert not banner.isVisible()

    run_scene(qapp, tmp_path / "settings.ini", play)
