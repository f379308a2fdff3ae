"""What must hold for the window as a whole: names for screen readers, keys, reference counts."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import weakref
from collections.abc import Callable

import pytest
from cutaway_app.windows.actions import TABLE
from gui.conftest import Scenario
from gui.harness import Harness
from gui.stall import StallMeter
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

Play = Callable[[Scenario], None]


def test_qt_does_not_lose_references_to_none(qapp: QApplication) -> None:
    """PySide6 6.12 on CPython 3.11 drops one per call, and the program dies after some minutes."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(500):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100


def test_a_closed_program_leaves_nothing_behind(play: Play) -> None:
    """A timer of what is left would go off later, or be destroyed by whichever thread collects garbage."""
    parts: list[weakref.ref[object]] = []

    async def scenario(on: Harness) -> None:
        await on.open()
        program, models = on.program, on.models
        parts.extend(weakref.ref(part) for part in (program, on.window, models.table, models.log, program.jobs))

    play(scenario)
    gc.collect()
    assert [part() for part in parts] == [None] * len(parts)


def test_a_closed_image_leaves_nothing_in_the_window(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        left = weakref.ref(on.models.sidebar.sessions[-1])
        on.window.actions_["close_image"].trigger()
        for _ in range(100):
            gc.collect()
            if left() is None:
                return
            await asyncio.sleep(0.05)
        pytest.fail(f"held by {[type(holder) for holder in gc.get_referrers(left())]}")

    play(scenario)


def test_everything_that_takes_the_focus_has_a_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["filter"].trigger()
        on.window.actions_["log"].setChecked(True)
        nameless = [
            f"{type(widget).__name__} in {type(widget.parent()).__name__}"
            for widget in on.window.findChildren(QWidget)
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not _name(widget)
        ]
        assert nameless == []

    play(scenario)


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def test_no_key_means_two_things(play: Play) -> None:
    keys = [key for _, keys, *_ in TABLE.values() for key in keys]
    assert len(keys) == len(set(keys))


def test_every_action_says_what_it_does(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        for name in TABLE:
            assert on.window.actions_[name].toolTip()
            assert on.window.actions_[name].text()

    play(scenario)


@pytest.mark.may_stall
def test_the_stall_meter_sees_a_stuck_thread(qapp: QApplication, stall_meter: StallMeter) -> None:
    QTest.qWait(30)
    stall_meter.reset()
    QTimer.singleShot(0, lambda: time.sleep(0.15))
    QTest.qWait(250)
    assert 100 < stall_meter.worst_ms < 2000


@pytest.mark.may_stall
def test_light_and_dark_can_be_switched_while_browsing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["theme_dark"].trigger()
        dark = on.window.grab().toImage().pixelColor(5, 300)
        on.window.actions_["theme_light"].trigger()
        light = on.window.grab().toImage().pixelColor(5, 300)
        assert dark.lightness() < 80 < light.lightness()

    play(scenario)
