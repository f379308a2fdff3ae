"""Looking for names below a folder: what is found stands in the folder's place and can be used as a listing can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.events import Progress
from cutaway.testing import FakeAppliance
from cutaway_app.models.jobs import JobState
from cutaway_app.operations import findings
from cutaway_app.viewers.hex import HexViewer
from cutaway_app.viewers.text import TextViewer
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_waiting import SLOW_S, idle, told
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

Play = Callable[[Scenario], None]


async def search(on: Harness, text: str) -> list[str]:
    """Type a text into the line for subfolders, and return what is shown when the search is over."""
    on.window.actions_["search"].trigger()
    listed = on.next(on.models.table.listing_finished)
    on.window.browser.filter.setText(text)
    await asyncio.wait_for(listed, 40)
    return sorted(on.names)


def test_names_are_found_below_the_folder_and_escape_shows_the_folder_again(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        names = on.names
        assert await search(on, "SSHD") == ["ssh/sshd_config"]
        assert on.place.path == b"/etc"
        listed = on.next(on.models.table.listing_finished)
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Escape)
        await listed
        assert on.names == names
        assert on.window.browser.filter.isHidden() or not on.window.browser.filter.isVisible()

    play(scenario)


@pytest.mark.parametrize("where", ["filter", "below", "table"])
def test_escape_ends_the_filter_wherever_in_the_page_the_focus_is(play: Play, where: str) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        names = on.names
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("host")
        assert on.names != names
        widget = getattr(on.window.browser, where)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Escape)
        assert on.names == names
        assert not on.window.browser.filter.isVisible()
        assert QApplication.focusWidget() is on.table

    play(scenario)


def test_an_arrow_goes_from_the_filter_to_what_it_leaves(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["filter"].trigger()
        QTest.keyClicks(on.window.browser.filter, "et")
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Down)
        assert QApplication.focusWidget() is on.table
        assert on.names == ["etc"]

    play(scenario)


def test_what_is_hidden_is_found_too(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert "root/.bashrc" in await search(on, "bashrc")
        await on.go(b"/root")
        assert on.names == []
        assert await search(on, "bashrc") == [".bashrc"]

    play(scenario)


def test_a_result_is_previewed_extracted_and_shown_in_its_folder(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await search(on, "sshd_config")
        ready = on.next(on.program.previewer.ready)
        on.select(b"etc/ssh/sshd_config")
        (content,) = await ready
        assert content.head
        work = on.program.drag_wiring._chosen.work(on.program.drag_wiring._chosen.paths())
        job = on.program.job_wiring.extract(work, str(tmp_path))
        await on.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE, job.error
        assert (tmp_path / "sshd_config").read_bytes() == content.head
        selected = on.next(on.program.navigator.select_requested)
        on.window.actions_["show_in_folder"].trigger()
        await selected
        assert on.place.path == b"/etc/ssh"
        assert on.models.table.entry(on.table.selected_rows()[0]).name == b"sshd_config"
        assert not on.window.actions_["show_in_folder"].isVisible()

    play(scenario)


def test_a_folder_that_was_found_can_be_gone_into(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert "etc/ssh" in await search(on, "ssh")
        on.select(b"etc/ssh")
        listed = on.next(on.program.navigator.place_changed)
        QTest.keyClick(on.table, Qt.Key.Key_Return)
        await listed
        assert on.place.path == b"/etc/ssh"
        assert not on.window.browser.below.isChecked()
        assert on.window.browser.filter.text() == ""

    play(scenario)


def test_a_long_search_is_told_and_can_be_stopped(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        fake.behaviour.latency_of["search"] = SLOW_S
        on.window.actions_["search"].trigger()
        on.window.browser.filter.setText("x")
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Return)
        assert await told(on) == "Searching /…"
        on.window.actions_["stop"].trigger()
        await idle(on)
        assert on.window.banner.accessibleDescription().startswith("Not all of")
        fake.behaviour.latency_of.clear()
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.names

    play(scenario)


def test_how_much_of_all_contents_was_looked_at_is_told_when_it_is_known(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.latency_of["search_contents"] = SLOW_S
        on.window.actions_["search"].trigger()
        on.window.browser.scope.setCurrentIndex(1)
        on.window.browser.filter.setText("x")
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Return)
        assert await told(on) == "Searching /…"
        engine = on.program.images.engine(session)
        assert engine is not None
        for far, text in (((5, 0), "Searching /… 5 bytes"), ((5_000_000_000, 20_000_000_000), "Searching /… 25 %")):
            engine._handle._core.hub.emit(Progress("search_contents", 1, *far))
            await on.becomes(lambda text=text: on.window.status.waiting_text == text)
        on.window.actions_["stop"].trigger()
        await idle(on)
        assert on.window.status.waiting_text == ""

    play(scenario)


def test_a_search_that_finds_too_much_ends_and_says_so(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MAX_FOUND", 1000)

    async def scenario(on: Harness) -> None:
        await on.open()
        found = await search(on, "entry")
        assert 1000 <= len(found) < 5000
        assert "The search has ended" in on.window.banner.accessibleDescription()

    play(scenario)


def test_the_box_changes_between_the_folder_and_what_is_below(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("ssh")
        assert on.names == ["ssh"]
        listed = on.next(on.models.table.listing_finished)
        on.window.browser.below.click()
        await listed
        assert {"ssh", "ssh/sshd_config"} <= set(on.names)
        listed = on.next(on.models.table.listing_finished)
        on.window.browser.below.click()
        await listed
        assert on.names == ["ssh"]

    play(scenario)


def test_nothing_found_is_said(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert await search(on, "no such name anywhere") == []
        assert "Nothing was found" in on.table.placeholder.title

    play(scenario)


async def search_contents(on: Harness, text: str) -> list[str]:
    """Look for a text in contents, and return which files are shown when the search is over."""
    on.window.actions_["search"].trigger()
    on.window.browser.scope.setCurrentIndex(1)
    listed = on.next(on.models.table.listing_finished)
    on.window.browser.filter.setText(text)
    QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Return)
    await asyncio.wait_for(listed, 20)
    return sorted(on.names)


def test_files_are_found_by_what_they_hold_and_shown_there(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/documents")
        assert await search_contents(on, "LINE 77") == ["hundred.txt"]
        ready = on.next(on.program.previewer.ready)
        on.select(b"hundred.txt")
        (content,) = await ready
        assert content.found == b"line 77"
        viewer = on.window.preview.viewer("text")
        assert isinstance(viewer, TextViewer)
        await on.until(lambda: viewer.view.textCursor().selectedText() == "line 77", viewer.shown)
        assert viewer.view.textCursor().blockNumber() == 76
        assert viewer.find_line.isVisible()
        assert viewer.find_line.edit.text() == "line 77"
        assert QApplication.focusWidget() is on.table

    play(scenario)


def test_a_place_in_what_is_no_text_is_shown_as_bytes(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/documents")
        assert "binary.dat" in await search_contents(on, "abcdefghijk")
        ready = on.next(on.program.previewer.ready)
        on.select(b"binary.dat")
        await ready
        viewer = on.window.preview.viewer("hex")
        assert on.window.preview.current_viewer == "hex"
        assert isinstance(viewer, HexViewer)
        assert viewer.view.selection == (65, 11)
        assert viewer.find_line.edit.text() == "ABCDEFGHIJK"

    play(scenario)


def test_text_of_two_bytes_a_letter_is_shown_as_text(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/documents")
        assert await search_contents(on, "sechzehn") == ["utf16.txt"]
        on.select(b"utf16.txt")
        viewer = on.window.preview.viewer("text")
        assert isinstance(viewer, TextViewer)
        await on.until(lambda: viewer.view.textCursor().selectedText() == "Sechzehn", viewer.shown)

    play(scenario)


def test_few_letters_are_looked_for_in_contents_only_when_asked(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.window.actions_["search"].trigger()
        on.window.browser.scope.setCurrentIndex(1)
        on.window.browser.filter.setText("we")
        on.program._search_wiring._look_unasked()
        assert not on.program.navigator.sought
        assert await search_contents(on, "we") == ["hostname"]

    play(scenario)


def test_contents_are_looked_through_below_and_names_come_back(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["filter"].trigger()
        browser = on.window.browser
        browser.scope.setCurrentIndex(1)
        assert browser.below.isChecked()
        assert browser.below.isHidden()
        assert "Files" in browser.filter.placeholderText()
        QTest.keyClick(browser.filter, Qt.Key.Key_Escape)
        assert browser.scope.currentIndex() == 0
        assert not browser.below.isChecked()
        assert browser.below.isVisibleTo(browser.below.parentWidget())

    play(scenario)


def test_no_file_that_holds_a_text_is_said(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        assert await search_contents(on, "no such text anywhere") == []
        assert "No file below" in on.table.placeholder.accessibleName()

    play(scenario)
