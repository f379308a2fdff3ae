"""How much a folder holds is counted on demand, and given up when the person goes elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.testing import FakeAppliance
from cutaway_app.figures import count_text, size_text
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.folder_size import FolderSizePanel
from gui.conftest import Scenario
from gui.harness import TIMEOUT_S, Harness
from gui.test_links import look_at
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

Play = Callable[[Scenario], None]


async def panel_of(on: Harness, name: bytes, folder: bytes) -> FolderSizePanel:
    await look_at(on, name, folder)
    on.window.preview.choose_viewer("details")
    viewer = on.window.preview.viewer("details")
    assert isinstance(viewer, DetailsViewer)
    assert viewer.folder_size is not None
    return viewer.folder_size


def shown(panel: FolderSizePanel) -> dict[str, str]:
    """Return the figures that are shown."""
    labels = [one for one in panel.findChildren(QLabel) if one.accessibleName()]
    return {one.accessibleName(): one.text() for one in labels}


def test_the_figures_are_those_of_the_tree(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        panel = await panel_of(on, b"home", b"/")
        done = on.next(panel.finished)
        QTest.keyClick(panel.button, Qt.Key.Key_Space)
        await done
        engine = on.program.images.engine(on.place.session)
        assert engine is not None
        files = folders = size = 0
        waiting = [b"/home"]
        while waiting:
            path = waiting.pop()
            async for page in engine.listing(path):
                for entry in page:
                    assert entry.stat is not None
                    if entry.stat.is_dir:
                        waiting.append(path + b"/" + entry.name)
                        folders += 1
                    elif entry.stat.is_file:
                        files += 1
                        size += entry.stat.size
        figures = shown(panel)
        assert figures["Files"] == count_text(files)
        assert figures["Folders"] == count_text(folders)
        assert figures["All files"].startswith(size_text(size))
        assert panel.button.isHidden()

    play(scenario)


def test_it_can_be_stopped_and_begun_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        panel = await panel_of(on, b"etc", b"/")
        fake.behaviour.latency_s = 10 * TIMEOUT_S
        panel.button.click()
        assert panel.button.text() == "Stop"
        panel.button.click()
        assert (panel.button.text(), panel.said) == ("Compute", "Stopped")
        fake.behaviour.latency_s = 0
        done = on.next(panel.finished)
        panel.button.click()
        await done
        assert shown(panel)["Files"] != "0"

    play(scenario)


def test_who_goes_elsewhere_does_not_wait_for_it(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        panel = await panel_of(on, b"etc", b"/")
        fake.behaviour.latency_of["walk"] = 10 * TIMEOUT_S
        panel.button.click()
        assert panel.button.text() == "Stop"
        await on.go(b"/var")
        assert b"log" in [on.models.table.entry(row).name for row in range(on.models.table.rowCount())]

    play(scenario)


def test_a_failure_is_said(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        panel = await panel_of(on, b"etc", b"/")
        fake.behaviour.refuse["walk"] = ("EIO", "Input/output error")
        done = on.next(panel.finished)
        panel.button.click()
        await done
        assert panel.said.startswith("It cannot be read: ")
        assert panel.button.text() == "Compute"

    play(scenario)


def test_a_file_has_no_such_thing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await look_at(on, b"hostname", b"/etc")
        on.window.preview.choose_viewer("details")
        viewer = on.window.preview.viewer("details")
        assert isinstance(viewer, DetailsViewer)
        assert viewer.folder_size is None

    play(scenario)
