"""The hex view: any size, any offset, no blocking."""

from __future__ import annotations

import asyncio

import pytest
from cutaway_app.viewers.hex import HexViewer, meaning
from cutaway_app.viewers.hex_layout import ROW_BYTES, HexLayout, parse_offset
from gui.widgets.conftest import Run
from gui.widgets.values import content, until
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

HUGE = 5 * 10**12


@given(st.integers(0, 2**63), st.integers(1, 200))
def test_the_bar_reaches_every_row_in_32_bits(size: int, visible: int) -> None:
    layout = HexLayout(size)
    last = max(0, layout.row_count - visible)
    assert layout.bar_maximum(visible) <= 2**30
    assert layout.row_of_bar(layout.bar_maximum(visible), visible) == last
    assert layout.row_of_bar(0, visible) == 0
    assert layout.bar_of_row(last, visible) == layout.bar_maximum(visible)


@given(st.integers(0, ROW_BYTES - 1))
def test_a_click_on_a_byte_means_that_byte(place: int) -> None:
    layout = HexLayout(10**6)
    for column in (layout.hex_column(place), layout.hex_column(place) + 1.9, layout.text_column(place) + 0.4):
        assert layout.place_at(column) == place


@pytest.mark.parametrize(
    ("text", "offset"),
    [("4096", 4096), ("0x10", 16), ("10h", 16), ("1_000", 1000), ("-1", None), ("x", None), ("", None)],
)
def test_offsets_are_read_as_written(text: str, offset: int | None) -> None:
    assert parse_offset(text) == offset


def test_numbers_at_the_cursor() -> None:
    assert meaning(b"\x01\x02") == "u8 1 · u16 513"


@pytest.fixture
def viewer(qtbot: QtBot) -> HexViewer:
    viewer = HexViewer()
    qtbot.addWidget(viewer)
    viewer.resize(700, 300)
    viewer.show()
    return viewer


def test_selection_by_keys_and_copy(qtbot: QtBot, viewer: HexViewer) -> None:
    data = b"Hello, bytes \x00\x01 and more of it"
    viewer.show_content(content(b"x", data))
    view = viewer.view
    shift = Qt.KeyboardModifier.ShiftModifier
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    assert view.selected_bytes() == b"Hello"
    view.copy()
    assert QGuiApplication.clipboard().text() == "48 65 6c 6c 6f"
    view.copy(as_text=True)
    assert QGuiApplication.clipboard().text() == "Hello"
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.cursor_offset == len(data) - 1
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.cursor_offset == len(data) - 1, "the cursor left the file"
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert view.cursor_offset == 0


def test_an_offset_far_out_is_reached_and_read(qtbot: QtBot, run: Run, viewer: HexViewer) -> None:
    asked: list[int] = []

    async def read(offset: int, count: int) -> bytes:
        await asyncio.sleep(0)
        asked.append(offset)
        return b"\xab" * count

    async def scenario() -> None:
        viewer.show_content(content(b"disk", b"\0" * 4096, total_size=HUGE, read=read))
        viewer.offset_edit.setText(hex(HUGE - 1))
        qtbot.keyClick(viewer.offset_edit, Qt.Key.Key_Return)
        assert viewer.view.cursor_offset == HUGE - 1
        assert viewer.view.verticalScrollBar().value() == viewer.view.verticalScrollBar().maximum()
        await until(lambda: viewer.view.selected_bytes() == b"\xab")
        assert len(asked) <= 2, "a page was asked for more than once"
        viewer.clear()

    run(scenario())


def test_a_page_that_cannot_be_read_is_told_and_not_asked_again(run: Run, viewer: HexViewer) -> None:
    count = 0

    async def read(_offset: int, _count: int) -> bytes:
        nonlocal count
        count += 1
        raise OSError("bad sector")

    async def scenario() -> None:
        viewer.show_content(content(b"disk", b"\0" * 16, total_size=10**6, read=read))
        viewer.view.go_to(500_000)
        await until(lambda: "bad sector" in viewer.meaning)
        before = count
        viewer.view.viewport().repaint()
        assert count == before
        viewer.clear()

    run(scenario())
    assert viewer.meaning == ""


def test_an_impossible_offset_is_refused(qtbot: QtBot, viewer: HexViewer) -> None:
    viewer.show_content(content(b"x", b"abc"))
    viewer.offset_edit.setText("99")
    qtbot.keyClick(viewer.offset_edit, Qt.Key.Key_Return)
    assert viewer.meaning == "There is no such offset"
    assert viewer.view.cursor_offset == 0
