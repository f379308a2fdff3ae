"""Keys mean the pane that has the focus: what is pressed in bytes, text or the log never acts on the files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cutaway_app.viewers.hex import HexViewer
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTabBar, QTableView, QWidget

Play = Callable[[Scenario], None]
Key = Qt.Key
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


async def with_file(on: Harness, viewer: str) -> QWidget:
    """Open a file in a viewer; return that."""
    await on.open()
    await on.go(b"/srv/documents")
    on.select(b"utf8.txt")
    await on.signal(on.program.previewer.ready)
    on.window.preview.choose_viewer(viewer)
    on.window.actions_["log"].setChecked(True)
    return on.window.preview.viewer(viewer)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


@pytest.mark.parametrize("where", ["hex", "text", "details", "tabs", "log lines", "log level"])
def test_no_key_in_a_pane_acts_on_the_files(play: Play, where: str) -> None:
    async def scenario(on: Harness) -> None:
        viewer = await with_file(on, where if where in {"hex", "text", "details"} else "text")
        part: QWidget | None = {
            "tabs": on.window.preview.findChild(QTabBar),
            "log lines": on.window.log_pane.findChild(QTableView),
            "log level": on.window.log_pane,
        }.get(where, viewer)
        assert part is not None
        part.setFocus() if where != "log level" else on.window.log_pane.focus_search()
        QGuiApplication.clipboard().setText("before")
        busy: list[bool] = []
        on.program.navigator.busy_changed.connect(busy.append)
        press(Key.Key_A, CTRL)
        press(Key.Key_Backspace)
        assert len(on.table.selected_rows()) == 1, "the key selected files"
        assert busy == [], "the key went to another folder"
        press(Key.Key_F, CTRL)
        assert where == "details" or not on.window.browser.filter.isVisible()

    play(scenario)


def test_bytes_are_selected_and_copied_by_keys(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        viewer = await with_file(on, "hex")
        assert isinstance(viewer, HexViewer)
        viewer.setFocus()
        press(Key.Key_A, CTRL)
        copied = on.next(viewer.copying.copied)
        press(Key.Key_C, CTRL)
        await copied
        text = QGuiApplication.clipboard().text()
        assert bytes.fromhex(text).decode().startswith("Grüße")

    play(scenario)


def test_lines_of_the_log_are_selected_copied_and_searched_by_keys(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await with_file(on, "text")
        on.program._feed.flush()
        lines = on.window.log_pane.findChild(QTableView)
        assert lines is not None
        assert lines.model().rowCount() > 1
        lines.setFocus()
        press(Key.Key_A, CTRL)
        press(Key.Key_C, CTRL)
        assert QGuiApplication.clipboard().text().count("\n") == lines.model().rowCount()
        press(Key.Key_F, CTRL)
        search = QApplication.focusWidget()
        assert isinstance(search, QLineEdit)
        assert search.accessibleName() == "Search the log"

    play(scenario)
