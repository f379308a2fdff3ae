"""What is selected in the sidebar is what the window shows, wherever keys and menus have been meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

Play = Callable[[Scenario], None]


def shown(on: Harness) -> QModelIndex:
    return on.models.sidebar.index_of(on.models.sidebar.sessions[0], on.place)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_right_click_on_another_row_selects_nothing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        view = on.window.sidebar
        asked: list[object] = []
        view.context_menu_requested.connect(lambda _place, index: asked.append(index))
        image = on.models.sidebar.index_of(session)
        place = view.visualRect(image).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
        reason = QContextMenuEvent.Reason.Mouse
        view.contextMenuEvent(QContextMenuEvent(reason, place, view.viewport().mapToGlobal(place)))
        assert asked == [image]
        assert view.currentIndex() == shown(on)
        assert view.selectionModel().selectedIndexes() == [shown(on)]

    play(scenario)


def test_a_row_that_keys_went_to_and_did_not_open_is_left_again(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        view = on.window.sidebar
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Down)
        assert view.currentIndex() != shown(on)
        on.table.setFocus()
        assert view.currentIndex() == shown(on)

    play(scenario)
