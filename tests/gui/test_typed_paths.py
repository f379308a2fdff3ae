"""A path that is typed: where the focus goes then, and what becomes of one that leads nowhere. Keys only."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.testing import FakeAppliance
from cutaway_app.windows.notices import Answer
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

Play = Callable[[Scenario], None]
Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def typed(on: Harness, path: str, key: Qt.Key) -> QLineEdit:
    """Type a path and end with a key; return the line."""
    QTest.keyClick(QApplication.focusWidget() or on.window, Key.Key_L, CTRL)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, path)
    QTest.keyClick(line, key)
    return line


def test_the_focus_is_among_the_files_after_escape(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        line = typed(on, "/etc", Key.Key_Escape)
        assert not line.isVisible()
        assert QApplication.focusWidget() is on.table

    play(scenario)


def test_a_path_that_leads_nowhere_can_be_mended(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        failed = on.next(on.program.notices.shown)
        line = typed(on, "/etc/nothing", Key.Key_Return)
        assert QApplication.focusWidget() is on.table, "the focus is somewhere else while it is looked for"
        await failed
        assert QApplication.focusWidget() is line
        assert (line.text(), line.selectedText()) == ("/etc/nothing", "/etc/nothing")

    play(scenario)


def test_a_path_typed_after_the_appliance_has_died_is_answered(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        died = on.next(on.program.images.died)
        fake.die_now()
        await died
        on.program.notices.leave()
        told = on.next(on.program.notices.shown)
        typed(on, "/etc", Key.Key_Return)
        assert "stopped" in (await told)[0]
        assert QApplication.focusWidget() is on.table

    play(scenario)


def test_the_key_that_goes_from_pane_to_pane_goes_to_a_message_too(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        answers = [Answer("Do it", lambda: None), Answer("Do not", lambda: None)]
        on.program.notices.show("Something happened", "This and that.", "error", answers, details="at length")
        on.window.sidebar.setFocus()
        QTest.keyClick(on.window.sidebar, Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QPushButton)
        assert focused.text() == "Do it"

    play(scenario)
