"""Symbolic links: what they lead to can be seen and gone to; what leads nowhere says so; nothing leads out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cutaway.testing import FakeAppliance
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.details import DetailsViewer
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

Play = Callable[[Scenario], None]


async def look_at(on: Harness, name: bytes, folder: bytes = b"/srv/links") -> PreviewContent:
    """Select an entry; return what is shown of it."""
    await on.open()
    await on.go(folder)
    ready = on.next(on.program.previewer.ready)
    on.select(name)
    (content,) = await ready
    assert isinstance(content, PreviewContent)
    return content


@pytest.mark.parametrize("name", [b"absolute", b"relative", b"climbing", b"to-link"])
def test_the_content_of_a_links_target_is_shown_with_a_note(play: Play, name: bytes) -> None:
    async def scenario(on: Harness) -> None:
        content = await look_at(on, name)
        assert content.head == b"web01\n"
        assert content.name == name
        assert content.read is not None
        assert await content.read(0, 3) == b"web"
        assert content.link is not None
        assert on.window.preview.link_note == f"Link to {content.link.target.decode()}"
        assert on.window.preview.current_viewer == "text"
        on.window.preview.choose_viewer("details")
        viewer = on.window.preview.viewer("details")
        assert isinstance(viewer, DetailsViewer)
        facts = dict(viewer.facts[:6])
        assert facts.get("Leads to", facts["Link to"]) == "/etc/hostname"
        assert facts["Type"] == "File"

    play(scenario)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"dangling", "there is no such file"), (b"self", "it leads in a circle"),
        (b"to-file-slash", "a part of it is no folder"),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_says_so(play: Play, name: bytes, why: str) -> None:
    async def scenario(on: Harness) -> None:
        content = await look_at(on, name)
        assert content.head == b""
        assert on.window.preview.link_note.endswith(f"which leads nowhere: {why}")
        assert on.window.preview.current_viewer == "details"
        shown = on.next(on.program.notices.shown)
        place = on.place
        on.window.actions_["go_to_target"].trigger()
        assert await shown == (f"{name.decode()} leads nowhere",)
        assert why in on.window.banner.accessibleDescription()
        assert on.place == place

    play(scenario)


def test_the_note_is_gone_with_the_next_file(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await look_at(on, b"absolute")
        assert on.window.preview.link_note
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        assert on.window.preview.link_note == ""

    play(scenario)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_context_menu_goes_to_the_target_in_its_folder(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await look_at(on, b"through")
        on.table.context_menu_requested.emit(QPoint(100, 100))
        menu = on.window.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert menu is not None
        action = next(action for action in menu.actions() if action.text() == "Go to Target")
        menu.close()
        listed = on.next(on.program.navigator.select_requested)
        action.trigger()
        await listed
        assert on.place.path == b"/srv/documents"
        assert [on.models.table.entry(row).name for row in on.table.selected_rows()] == [b"utf8.txt"]
        assert not on.window.actions_["go_to_target"].isVisible(), "a file is no link"

    play(scenario)


def test_a_hidden_target_in_the_same_filtered_folder_is_shown(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await look_at(on, b"to-link")
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("to-link")
        engine = on.program.images.engine(on.place.session)
        assert engine is not None

        async def hidden(_path: bytes) -> bytes:
            return b"/root/.bashrc"

        engine.real_path = hidden  # type: ignore[method-assign]
        listed = on.next(on.program.navigator.select_requested)
        on.window.actions_["go_to_target"].trigger()
        await listed
        assert on.place.path == b"/root"
        assert [on.models.table.entry(row).name for row in on.table.selected_rows()] == [b".bashrc"]
        assert not on.window.browser.filter.isVisible()

    play(scenario)


def test_a_link_to_a_folder_is_entered_or_its_target_shown(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        content = await look_at(on, b"to-folder")
        assert content.stat.is_dir
        listed = on.next(on.program.navigator.select_requested)
        on.window.actions_["go_to_target"].trigger()
        await listed
        assert on.place.path == b"/srv"
        assert [on.models.table.entry(row).name for row in on.table.selected_rows()] == [b"documents"]
        await on.go(b"/srv/links")
        on.select(b"to-folder")
        entered = on.next(on.models.table.listing_finished)
        QTest.keyClick(on.table, Qt.Key.Key_Return)
        await entered
        assert on.place.path == b"/srv/links/to-folder"

    play(scenario)
