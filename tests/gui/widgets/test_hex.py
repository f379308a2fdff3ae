"""The hex view: any size, any offset, no blocking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cutaway.errors import EngineError
from cutaway_app.viewers import hex_search
from cutaway_app.viewers.hex import HexViewer, meaning
from cutaway_app.viewers.hex_copy import MAX_COPY_BYTES
from cutaway_app.viewers.hex_layout import NARROW_BYTES, ROW_BYTES, HexLayout, parse_offset
from cutaway_app.viewers.hex_search import find, parse_needle
from gui.widgets.conftest import Run
from gui.widgets.values import content, until
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot


@contextmanager
def patch_pieces(size: int) -> Iterator[None]:
    """Search in pieces of that size."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hex_search, "PIECE_BYTES", size)
        yield


HUGE = 5 * 10**12
CTRL = Qt.KeyboardModifier.ControlModifier


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


async def copy(qtbot: QtBot, viewer: HexViewer) -> str:
    """Copy with the keyboard; return what is in the clipboard then."""
    copied = asyncio.get_running_loop().create_future()
    viewer.copying.copied.connect(lambda: copied.done() or copied.set_result(None))
    qtbot.keyClick(viewer.view, Qt.Key.Key_C, CTRL)
    await copied
    return QGuiApplication.clipboard().text()


def test_selection_by_keys_and_copy(qtbot: QtBot, run: Run, viewer: HexViewer) -> None:
    data = b"Hello, bytes \x00\x01 and more of it"
    viewer.show_content(content(b"x", data))
    view = viewer.view
    shift = Qt.KeyboardModifier.ShiftModifier
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    assert view.selection == (0, 5)

    async def scenario() -> None:
        assert await copy(qtbot, viewer) == "48 65 6c 6c 6f"
        assert viewer.meaning == "Copied 5 bytes"

    run(scenario())
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
        await until(lambda: "u8 171" in viewer.meaning)
        assert len(asked) <= 2, "a page was asked for more than once"
        viewer.clear()

    run(scenario())


@pytest.mark.parametrize(("size", "is_cut"), [(3 << 20, False), (9 << 20, True)])
def test_all_of_a_large_selection_is_copied_or_it_says_what_is_not(
    qtbot: QtBot, run: Run, viewer: HexViewer, size: int, *, is_cut: bool
) -> None:
    async def read(_offset: int, count: int) -> bytes:
        return b"\xab" * count

    async def scenario() -> None:
        viewer.show_content(content(b"big", b"\xab" * 1000, total_size=size, read=read))
        qtbot.keyClick(viewer.view, Qt.Key.Key_A, CTRL)
        text = await copy(qtbot, viewer)
        assert (len(text) + 1) // 3 == min(size, MAX_COPY_BYTES)
        assert text.startswith("ab ab")
        assert viewer.meaning == ("Copied the first 8.4 MB of 9.4 MB" if is_cut else "Copied 3.1 MB")
        qtbot.keyClick(viewer.view, Qt.Key.Key_Right)
        assert viewer.meaning.startswith("0x")
        viewer.clear()

    run(scenario())


def test_a_copy_that_cannot_be_read_leaves_the_clipboard_and_says_why(
    qtbot: QtBot, run: Run, viewer: HexViewer
) -> None:
    async def read(_offset: int, _count: int) -> bytes:
        raise EngineError("bad sector")

    async def scenario() -> None:
        QGuiApplication.clipboard().setText("before")
        viewer.show_content(content(b"bad", bytes(16), total_size=10**6, read=read))
        qtbot.keyClick(viewer.view, Qt.Key.Key_A, CTRL)
        qtbot.keyClick(viewer.view, Qt.Key.Key_C, CTRL)
        await until(lambda: viewer.meaning == "Nothing was copied: bad sector")
        assert QGuiApplication.clipboard().text() == "before"
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


@given(st.integers(0, NARROW_BYTES - 1))
def test_a_narrow_layout_keeps_the_text_in_view(place: int) -> None:
    wide = HexLayout(10**6)
    narrow = wide.fitting(wide.columns - 1)
    assert narrow.row_bytes == NARROW_BYTES
    assert narrow.columns < wide.columns
    assert narrow.place_at(narrow.hex_column(place)) == narrow.place_at(narrow.text_column(place)) == place
    assert narrow.fitting(wide.columns) == wide


def test_a_narrow_view_has_shorter_rows_and_stays_where_it_is(viewer: HexViewer) -> None:
    viewer.show_content(content(b"x", bytes(range(256)) * 40))
    viewer.view.go_to(4096)
    top = viewer.view.first_visible_offset
    viewer.resize(360, 300)
    assert viewer.view.horizontalScrollBar().maximum() == 0
    assert viewer.view.first_visible_offset == top
    viewer.resize(800, 300)
    assert viewer.view.first_visible_offset == top


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cafe", b"cafe"), ("0xcafe", b"\xca\xfe"), ("7f 45 4c", b"\x7fEL"), ("ab:cd", b"\xab\xcd"), ("é", b"\xc3\xa9"),
        ("a b", b"a b"), ("0xabc", b"0xabc"),
    ],
)  # fmt: skip
def test_what_is_searched_is_read_as_meant(text: str, meant: bytes) -> None:
    assert parse_needle(text) == meant


@given(st.binary(max_size=80), st.binary(min_size=1, max_size=3), st.integers(0, 79), st.booleans())
def test_a_search_goes_round_and_misses_nothing(data: bytes, needle: bytes, start: int, backwards: bool) -> None:
    start = min(start, max(0, len(data) - 1))
    places = [at for at in range(len(data)) if data[at : at + len(needle)] == needle]
    after, before = [at for at in places if at > start], [at for at in places if at < start]
    wanted = (before or places)[-1:] if backwards else (after or places)[:1]
    with patch_pieces(8):
        found = asyncio.run(find(content(b"x", data), needle, start, backwards=backwards, tell=lambda _: None))
    assert found == (wanted[0] if wanted else None)


def test_bytes_far_behind_the_beginning_are_found_by_key(qtbot: QtBot, run: Run, viewer: HexViewer) -> None:
    async def read(offset: int, count: int) -> bytes:
        data = bytearray(count)
        place = 5_000_000 - offset
        if 0 <= place < count:
            data[place : place + 6] = b"needle"
        return bytes(data)

    async def scenario() -> None:
        viewer.show_content(content(b"big", bytes(1000), total_size=8_000_000, read=read))
        qtbot.keyClick(viewer.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert viewer.find_line.isVisible()
        qtbot.keyClicks(viewer.find_line.edit, "needle")
        found: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        viewer.searched.connect(found.set_result)
        qtbot.keyClick(viewer.find_line.edit, Qt.Key.Key_Return)
        assert await found == 5_000_000
        assert viewer.view.selection == (5_000_000, 6)
        qtbot.keyClick(viewer.find_line.edit, Qt.Key.Key_Escape)
        assert not viewer.find_line.isVisible()

    run(scenario())
