"""How much a folder holds: what is told of it when nobody wants to know any more."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable

import shiboken6
from cutaway_app.viewers.content import FolderSize
from cutaway_app.viewers.details import DetailsViewer
from gui.widgets.conftest import Run
from gui.widgets.values import content, status, until
from pytestqt.qtbot import QtBot


def test_a_count_that_comes_after_the_panel_is_gone_is_no_error(qtbot: QtBot, run: Run) -> None:
    viewer = DetailsViewer()
    qtbot.addWidget(viewer)
    tellers: list[Callable[[int, int], None]] = []

    async def measure(tell: Callable[[int, int], None]) -> FolderSize:
        tellers.append(tell)
        return await asyncio.get_running_loop().create_future()

    async def scenario() -> None:
        viewer.show_content(content(b"folder", b"", stat=status(mode=stat.S_IFDIR | 0o755), measure=measure))
        panel = viewer.folder_size
        assert panel is not None
        panel.button.click()
        await until(lambda: tellers)
        tellers[0](1, 1000)
        assert "so far" in panel.said
        viewer.clear()
        await until(lambda: not shiboken6.isValid(panel))
        tellers[0](2, 2000)

    run(scenario())
