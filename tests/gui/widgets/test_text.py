"""The text viewer beside the plain showing: another encoding, the end of a large file, searching."""

from __future__ import annotations

import pytest
from cutaway.errors import GuestError
from cutaway_app.viewers.encoding_box import ENCODINGS
from cutaway_app.viewers.text import TextViewer
from gui.widgets.conftest import Run
from gui.widgets.values import content, until
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot


@pytest.fixture
def viewer(qtbot: QtBot) -> TextViewer:
    viewer = TextViewer()
    qtbot.addWidget(viewer)
    viewer.resize(500, 400)
    viewer.show()
    return viewer


def test_every_encoding_that_is_offered_is_known_to_python() -> None:
    for name, _ in ENCODINGS[1:]:
        assert b"abc\0".decode(name, "replace")


def test_a_text_is_shown_in_the_encoding_that_the_person_knows(run: Run, viewer: TextViewer) -> None:
    async def scenario() -> None:
        viewer.encoding.setCurrentIndex(viewer.encoding.findData("koi8-r"))
        viewer.show_content(content(b"x", "привет".encode("koi8-r")))
        await until(viewer.view.toPlainText)
        assert viewer.view.toPlainText() == "привет"
        assert viewer.note == "KOI8-R"
        viewer.encoding.setCurrentIndex(viewer.encoding.findData("latin-1"))
        await until(lambda: viewer.note == "LATIN-1")
        assert viewer.view.toPlainText() == "привет".encode("koi8-r").decode("latin-1")

    run(scenario())


def test_the_end_of_a_large_file_begins_with_a_whole_line(run: Run, viewer: TextViewer) -> None:
    data = b"".join(b"line %d\n" % number for number in range(10_000))

    async def read(offset: int, count: int) -> bytes:
        return data[offset : offset + count]

    async def scenario() -> None:
        viewer.show_content(content(b"x", data[:1000], total_size=len(data), read=read))
        await until(viewer.view.toPlainText)
        viewer.end_button.click()
        await until(lambda: viewer.note.startswith("UTF-8 · last"))
        lines = viewer.view.toPlainText().splitlines()
        assert lines[-1] == "line 9999"
        assert lines[0] == f"line {10_000 - len(lines)}"
        assert not viewer.end_button.isHidden()
        viewer.show_content(content(b"small", b"all of it"))
        assert viewer.end_button.isHidden()

    run(scenario())


def test_an_end_that_cannot_be_read_is_told(run: Run, viewer: TextViewer) -> None:
    async def read(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    async def scenario() -> None:
        viewer.end_button.setChecked(True)
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=read))
        await until(lambda: viewer.note)
        assert "a bad block" in viewer.note

    run(scenario())


def test_a_search_in_a_part_does_not_claim_the_whole(qtbot: QtBot, run: Run, viewer: TextViewer) -> None:
    async def scenario() -> None:
        viewer.show_content(content(b"x.log", b"one two\n", total_size=10_000))
        await until(viewer.view.toPlainText)
        viewer.find_line.begin()
        qtbot.keyClicks(viewer.find_line.edit, "three")
        qtbot.keyClick(viewer.find_line.edit, Qt.Key.Key_Return)
        assert viewer.find_line.said == "Not in this part"
        assert "Hex searches all of it" in viewer.find_line.edit.accessibleDescription()

    run(scenario())


def test_a_search_by_keys_goes_round_and_says_when_there_is_nothing(qtbot: QtBot, run: Run, viewer: TextViewer) -> None:
    async def scenario() -> None:
        viewer.show_content(content(b"x", b"one two\nthree two\n"))
        await until(viewer.view.toPlainText)
        qtbot.keyClick(viewer.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        line = viewer.find_line.edit
        qtbot.keyClicks(line, "TWO")
        found = []
        for modifier in (Qt.KeyboardModifier.NoModifier,) * 3 + (Qt.KeyboardModifier.ShiftModifier,):
            qtbot.keyClick(line, Qt.Key.Key_Return, modifier)
            found.append(viewer.view.textCursor().selectionStart())
        assert found == [4, 14, 4, 14]
        qtbot.keyClicks(line, "x")
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert viewer.find_line.said == "Not found"
        qtbot.keyClick(line, Qt.Key.Key_Escape)
        assert viewer.view.hasFocus()

    run(scenario())
