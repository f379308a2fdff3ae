"""Everything can be done without a mouse: each test presses keys and nothing else."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.testing import FakeAppliance, sample_image
from cutaway_app.bridge import disk_questions
from cutaway_app.models.jobs import JobState
from cutaway_app.viewers.registry import REGISTRY
from cutaway_app.widgets.extract_dialog import ExtractDialog
from cutaway_app.windows.actions import TABLE
from cutaway_app.windows.shortcut_sheet import GROUPS, ShortcutSheet
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

Play = Callable[[Scenario], None]
Key = Qt.Key
ALT, CTRL, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(on: Harness, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the focus is."""
    target = QApplication.focusWidget() or on.window
    QTest.keyClick(target, key, modifier)


async def press_and_list(on: Harness, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    listed = on.next(on.models.table.listing_finished)
    press(on, key, modifier)
    await listed
    await on.becomes(lambda: not on.program.navigator.is_busy)  # while it is, Escape means something else


def test_folders_are_walked(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert QApplication.focusWidget() is on.table
        QTest.keyClicks(on.table, "et")
        await press_and_list(on, Key.Key_Return)
        assert on.place.path == b"/etc"
        await press_and_list(on, Key.Key_Up, ALT)
        assert on.place.path == b"/"
        await press_and_list(on, Key.Key_Left, ALT)
        assert on.place.path == b"/etc"
        await press_and_list(on, Key.Key_Right, ALT)
        await press_and_list(on, Key.Key_Left, ALT)
        await press_and_list(on, Key.Key_Backspace)
        assert on.place.path == b"/"
        await press_and_list(on, Key.Key_F5)

    play(scenario)


def test_a_path_is_typed_and_a_filter(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        press(on, Key.Key_L, CTRL)
        line = QApplication.focusWidget()
        assert isinstance(line, QLineEdit)
        line.clear()
        QTest.keyClicks(line, "/var/log")
        await press_and_list(on, Key.Key_Return)
        assert on.place.path == b"/var/log"
        press(on, Key.Key_F, CTRL)
        QTest.keyClicks(QApplication.focusWidget(), "auth")
        assert on.names
        assert all("auth" in name for name in on.names)
        press(on, Key.Key_Escape)
        assert QApplication.focusWidget() is on.table
        count = len(on.names)
        press(on, Key.Key_H, CTRL)
        press(on, Key.Key_H, CTRL)
        assert len(on.names) == count

    play(scenario)


def test_a_file_is_looked_into(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.table.setFocus()
        QTest.keyClicks(on.table, "hostn")
        await on.signal(on.program.previewer.ready)
        press(on, Key.Key_Return, ALT)
        assert on.window.preview.current_viewer == "details"
        assert "details" in {entry.key for entry in REGISTRY}
        on.table.setFocus()
        press(on, Key.Key_F3)
        assert not on.window.preview.isVisible()

    play(scenario)


def test_a_selection_is_copied_and_extracted(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.table.setFocus()
        QTest.keyClicks(on.table, "hostn")
        press(on, Key.Key_C, CTRL | SHIFT)
        assert QGuiApplication.clipboard().text() == "/etc/hostname"
        press(on, Key.Key_E, CTRL)
        dialog = on.window.findChild(ExtractDialog)
        assert dialog is not None
        added = on.next(on.models.jobs.rowsInserted)
        line = dialog.findChild(QLineEdit)
        QTest.keyClicks(line, os.fspath(tmp_path))
        QTest.keyClick(line, Key.Key_Return)
        await added
        job = on.models.jobs.job(0)
        await on.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE, job.error
        assert (tmp_path / "hostname").read_bytes() == b"web01\n"

    play(scenario)


def test_the_tab_key_reaches_every_part_and_leaves_it_again(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        seen: list[QWidget] = []
        for _ in range(80):
            press(on, Key.Key_Tab)
            widget = QApplication.focusWidget()
            if widget in seen:
                break
            assert widget is not None
            seen.append(widget)
        names = {widget.accessibleName() for widget in seen}
        assert {"Images and file systems", "Folders", "Files", "Menu"} <= names
        assert seen.index(QApplication.focusWidget()) == 0

    play(scenario)


def test_a_key_goes_from_pane_to_pane_and_back(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["log"].setChecked(True)
        panes = [on.window.sidebar, on.window.browser.tree, on.table, on.window.log_pane]
        on.select(b"etc")
        on.window.sidebar.setFocus()
        seen: list[QWidget | None] = [QApplication.focusWidget()]
        while (press(on, Key.Key_F6), QApplication.focusWidget())[1] not in seen:
            seen.append(QApplication.focusWidget())
        found = [
            next(pane for pane in panes if widget and (pane is widget or pane.isAncestorOf(widget)))
            for widget in seen
            if widget and not on.window.preview.isAncestorOf(widget)
        ]
        assert found == panes
        press(on, Key.Key_F6, SHIFT)
        assert QApplication.focusWidget() is seen[-1]

    play(scenario)


def test_the_focus_is_seen_wherever_the_key_brings_it(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        for pane in (on.window.sidebar, on.window.browser.tree):
            on.table.setFocus()
            before = pane.grab().toImage()
            while QApplication.focusWidget() is not pane:
                press(on, Key.Key_F6)
            assert pane.grab().toImage() != before, f"{pane.accessibleName()} does not show the focus"

    play(scenario)


@pytest.mark.parametrize("name", ["sidebar", "folders", "details", "log"])
def test_a_pane_that_goes_leaves_the_focus_to_the_files(play: Play, name: str) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        window, action = on.window, on.window.actions_[name]
        action.setChecked(True)
        inside: dict[str, QWidget] = {
            "sidebar": window.sidebar,
            "folders": window.browser.tree,
            "details": window.preview.pin_button,
            "log": window.log_pane.findChildren(QLineEdit)[0],
        }
        inside[name].setFocus()
        assert QApplication.focusWidget() is inside[name]
        action.trigger()
        assert QApplication.focusWidget() is on.table

    play(scenario)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_every_key_of_an_action_is_on_the_sheet(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        press(on, Key.Key_F1)
        sheet = on.window.findChild(ShortcutSheet)
        assert sheet is not None
        assert sheet.isVisible()
        shown = {name for _, names in GROUPS for name in names}
        assert {name for name, (_, keys, *_) in TABLE.items() if keys} == shown
        press(on, Key.Key_F1)
        assert len(on.window.findChildren(ShortcutSheet)) == 1
        QTest.keyClick(sheet, Key.Key_Escape)
        assert not sheet.isVisible()

    play(scenario)


def test_enter_on_a_file_leads_into_its_text(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.table.setFocus()
        on.select(b"hostname")
        press(on, Key.Key_Return)
        await on.signal(on.program.previewer.ready)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.accessibleName() == "Content as text"

    play(scenario)


def test_names_and_paths_are_copied_the_folders_own_too(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        on.window.actions_["copy_name"].trigger()
        assert QGuiApplication.clipboard().text() == "hostname"
        on.select(b"ssh")
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["open_entry"].trigger()
        await listed
        assert on.place.path == b"/etc/ssh"
        press(on, Key.Key_C, CTRL | SHIFT)
        assert QGuiApplication.clipboard().text() == "/etc/ssh"

    play(scenario)


def test_the_open_dialog_begins_beside_the_last_image(
    play: Play, fake: FakeAppliance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_questions, "PATIENCE_S", 20)  # a loaded machine may take longer to answer
    image = os.fspath(tmp_path / "one.qcow2")
    fake.images[image] = sample_image()

    async def scenario(on: Harness) -> None:
        await on.open(image)
        assert await folder_offered(on) == os.fspath(tmp_path)

    play(scenario)


async def folder_offered(on: Harness) -> str:
    """Ask for images; return where the dialog begins."""
    offered = on.next(on.program.image_wiring.choice.offered)
    press(on, Key.Key_O, CTRL)
    press(on, Key.Key_O, CTRL)  # who is impatient gets one dialog
    await asyncio.wait_for(offered, 40)
    (dialog,) = on.window.findChildren(QFileDialog)
    dialog.reject()
    return dialog.directory().path()


def test_a_share_that_does_not_answer_keeps_nobody_from_opening_another_image(
    play: Play, fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.images["/share/one.qcow2"] = sample_image()
    answer, is_folder = threading.Event(), os.path.isdir
    monkeypatch.setattr(os.path, "isdir", lambda path: answer.wait(30) if path == "/share" else is_folder(path))

    async def scenario(on: Harness) -> None:
        await on.open("/share/one.qcow2")
        assert await folder_offered(on) == QDir.homePath()

    try:
        play(scenario)
    finally:
        answer.set()


def test_panes_are_shown_and_hidden_and_the_image_closed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        for key, modifier, part in (
            (Key.Key_F9, NONE, on.window.sidebar),
            (Key.Key_F8, NONE, on.window.browser.tree),
            (Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier, on.window.log_pane),
        ):
            before = part.isVisible()
            press(on, key, modifier)
            assert part.isVisible() is not before
            press(on, key, modifier)
            assert part.isVisible() is before
        press(on, Key.Key_I, CTRL)
        assert on.window.pages.currentWidget() is on.window.overview
        closed = on.next(on.program.images.closed)
        press(on, Key.Key_W, CTRL)
        await closed
        assert on.window.pages.currentWidget() is on.window.start

    play(scenario)


def test_copy_is_offered_where_there_is_something_to_copy(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        copy = on.window.actions_["copy"]
        assert not copy.isEnabled()
        await on.open()
        await on.go(b"/etc")
        on.table.setFocus()
        assert not copy.isEnabled()
        on.select(b"hostname")
        assert copy.isEnabled()
        on.table.clearSelection()
        assert not copy.isEnabled()
        on.window.browser.tree.setFocus()
        assert copy.isEnabled(), "the folder that is current in the tree can be copied"
        on.table.setFocus()
        assert not copy.isEnabled()
        on.select(b"hostname")
        on.window.actions_["overview"].trigger()
        assert not copy.isEnabled()

    play(scenario)
