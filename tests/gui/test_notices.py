"""What the banner says stays until it is closed: a newer notice does not hide an older one for good."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cutaway.testing import FakeAppliance
from cutaway_app.windows.notices import Answer
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_jobs import VIDEO, extraction, over
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

Play = Callable[[Scenario], None]


def said(on: Harness) -> str:
    return on.window.banner.accessibleDescription() if on.window.banner.isVisibleTo(on.window) else ""


def press(on: Harness, name: str) -> None:
    """Press a button of the banner, as a person sees it."""
    buttons = [*on.window.banner.findChildren(QPushButton), *on.window.banner.findChildren(QToolButton)]
    (button,) = [one for one in buttons if one.accessibleName() == name and one.isVisibleTo(on.window)]
    button.click()


def action_button(on: Harness) -> QPushButton:
    """Return the newest button of that word."""
    return [one for one in on.window.banner.findChildren(QPushButton) if one.text() == "Do it"][-1]


def visible_words(on: Harness) -> list[str]:
    return [one.text() for one in on.window.banner.findChildren(QPushButton) if one.isVisibleTo(on.window)]


def test_an_older_notice_comes_back_when_the_newer_is_closed(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    fake.die_during("export_tree")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await over(on, job)
        on.program.notices.show("Something else", "It is less grave.")
        assert said(on).startswith("Something else")
        assert visible_words(on) == ["1 more"]
        press(on, "Next of one more message")
        assert said(on).startswith("holiday.mkv was not extracted")
        press(on, "Close message")
        assert said(on).startswith("Something else")
        assert visible_words(on) == []
        press(on, "Close message")
        assert said(on) == ""

    play(scenario)


def test_a_failed_job_is_still_told_when_another_image_is_shown(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    fake.die_during("export_tree")

    async def scenario(on: Harness) -> None:
        await on.open()
        job = on.program.job_wiring.extract(extraction(on, VIDEO), str(tmp_path))
        await over(on, job)
        on.program.image_wiring.open(["/images/missing.qcow2"])
        await on.signal(on.program.images.failed)
        assert said(on).startswith("missing.qcow2 cannot be opened")
        on.program.image_wiring.show_session(on.models.sidebar.sessions[0])
        assert said(on).startswith("holiday.mkv was not extracted"), "what the other image said is gone with it"

    play(scenario)


def test_many_notices_are_closed_at_once_and_the_same_is_said_once(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        about = object()
        for number in range(4):
            on.program.notices.show(f"Part {number % 3}", os.devnull, about=about if number % 3 == 0 else None)
        assert said(on).startswith("Part 0")
        assert visible_words(on) == ["2 more", "Close All"]
        on.program.notices.hide(about=about)
        assert said(on).startswith("Part 2")
        press(on, "Next of one more message")
        on.program.notices.show("Part 3", "")
        press(on, "Close All")
        assert said(on) == ""

    play(scenario)


def test_when_the_banner_goes_the_focus_is_among_the_files(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        acted: list[str] = []
        await on.until(on.window.isActiveWindow, QGuiApplication.instance().focusWindowChanged)
        for number in ("one", "two"):
            on.program.notices.show(number, "", answers=[Answer("Do it", lambda number=number: acted.append(number))])
        on.window.activateWindow()
        for shown in ("two", "one"):
            button = action_button(on)
            button.show()  # at once, not with the next turn of the loop
            button.setFocus()
            assert said(on).startswith(shown)
            assert QApplication.focusWidget() is button
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert acted == ["two", "one"]
        assert QApplication.focusWidget() is on.table

    play(scenario)
