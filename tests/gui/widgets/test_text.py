"""The text viewer beside the plain showing: another encoding, the end of a large file, searching."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cutaway.errors import GuestError
from cutaway.records import ContentHit
from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.encoding_box import ENCODINGS
from cutaway_app.viewers.text import TextViewer
from cutaway_app.viewers.text_guess import encoding_of_rest
from cutaway_app.viewers.text_parts import first_part, last_part, part_after, part_before
from cutaway_app.viewers.text_work import prepare
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
        viewer.parts.end.click()
        await until(lambda: viewer.note.startswith("UTF-8 · last"))
        lines = viewer.view.toPlainText().splitlines()
        assert lines[-1] == "line 9999"
        assert lines[0] == f"line {10_000 - len(lines)}"
        assert not viewer.parts.isHidden()
        viewer.show_content(content(b"small", b"all of it"))
        assert viewer.parts.isHidden()

    run(scenario())


def test_an_end_that_cannot_be_read_is_told(run: Run, viewer: TextViewer) -> None:
    async def read(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    async def scenario() -> None:
        viewer.parts.end.setChecked(True)
        viewer.show_content(content(b"x", b"head", total_size=10_000, read=read))
        await until(lambda: viewer.note)
        assert "a bad block" in viewer.note

    run(scenario())


def large(data: bytes, head: int = 4000, hit: ContentHit | None = None) -> PreviewContent:
    """Return a file of which only so much has been read."""

    async def read(offset: int, count: int) -> bytes:
        return data[offset : offset + count]

    return replace(content(b"x.log", data[:head], total_size=len(data), read=read), hit=hit)


LINES = "".join(f"line {number} - ☃\n" for number in range(2000)).encode()


@pytest.mark.parametrize(
    "data",
    [LINES, LINES.decode().encode("utf-16"), LINES.replace(b"\n", b" "), b"\n" * 20_000, "☃".encode() * 9000],
    ids=["lines", "two bytes a letter", "one line", "empty lines", "three bytes a letter"],
)
def test_parts_are_all_of_a_file_in_both_directions(run: Run, data: bytes) -> None:
    async def scenario() -> None:
        file = large(data)
        forth, back = [first_part(file)], [await last_part(file)]
        while forth[-1].end < len(data):
            forth.append(await part_after(file, forth[-1].end))
        while back[-1].offset:
            back.append(await part_before(file, back[-1].offset))
        assert b"".join(part.data for part in forth) == b"".join(part.data for part in reversed(back)) == data
        encoding = encoding_of_rest(data)
        texts = [prepare(part.data, is_complete=True, encoding=encoding if part.offset else "") for part in forth]
        assert not any("\ufffd" in text.text for text in texts)

    run(scenario())


def test_keys_and_buttons_lead_through_the_parts(qtbot: QtBot, run: Run, viewer: TextViewer) -> None:
    async def scenario() -> None:
        file = large(LINES)
        viewer.show_content(file)
        await until(lambda: viewer.view.toPlainText().endswith("\n"))
        assert not viewer.parts.earlier.isEnabled()
        viewer.view.verticalScrollBar().setValue(viewer.view.verticalScrollBar().maximum())
        first = viewer.view.toPlainText()
        qtbot.keyClick(viewer.view, Qt.Key.Key_PageDown)
        await until(lambda: viewer.note.startswith("UTF-8 · 4.0 kB to 8.0 kB"))
        await until(lambda: viewer.view.toPlainText().endswith("\n"))
        count = len(first.splitlines())
        assert viewer.view.toPlainText().splitlines()[0] == f"line {count} - ☃"
        viewer.parts.earlier.click()
        await until(lambda: viewer.note.startswith("UTF-8 · first"))
        await until(lambda: viewer.view.textCursor().atEnd() and viewer.view.toPlainText() == first)
        qtbot.keyClick(viewer.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "line 1999" in viewer.view.toPlainText())
        assert not viewer.parts.later.isEnabled()
        qtbot.keyClick(viewer.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: viewer.view.toPlainText() == first)

    run(scenario())


@pytest.mark.parametrize("wide", [False, True])
def test_a_place_far_behind_the_beginning_is_shown(run: Run, viewer: TextViewer, wide: bool) -> None:
    data = LINES.decode().encode("utf-16") if wide else LINES
    needle = "line 1234".encode("utf-16-le") if wide else b"line 1234"
    hit = ContentHit(b"x.log", content(b"x.log", b"").stat, data.find(needle), len(needle), line=1235)

    async def scenario() -> None:
        viewer.show_content(large(data, hit=hit))
        await until(lambda: viewer.view.textCursor().hasSelection())
        assert viewer.view.textCursor().selectedText() == "line 1234"
        assert viewer.find_line.edit.text() == "line 1234"

    run(scenario())


def test_a_search_goes_on_through_the_file_and_round(qtbot: QtBot, run: Run, viewer: TextViewer) -> None:
    async def search(text: str, *, back: bool = False) -> None:
        viewer.find_line.edit.setText(text)
        modifier = Qt.KeyboardModifier.ShiftModifier if back else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(viewer.find_line.edit, Qt.Key.Key_Return, modifier)

    def found(text: str) -> bool:
        return viewer.view.textCursor().selectedText() == text

    async def scenario() -> None:
        viewer.show_content(large(LINES))
        await until(lambda: viewer.view.toPlainText().endswith("\n"))
        viewer.find_line.begin()
        await search("LINE 1500 - ☃")
        await until(lambda: found("line 1500 - ☃"))
        await search("line 7 -")
        await until(lambda: found("line 7 -"))
        await search("line 1999", back=True)
        await until(lambda: found("line 1999"))
        await search("line 2000")
        await until(lambda: viewer.find_line.said == "Not found")
        assert found("line 1999")

    run(scenario())


def test_a_search_over_a_part_that_cannot_be_read_says_so(qtbot: QtBot, run: Run, viewer: TextViewer) -> None:
    async def read(_offset: int, _count: int) -> bytes:
        raise GuestError("a bad block", procedure="pread", errno_name="EIO")

    async def scenario() -> None:
        viewer.show_content(content(b"x.log", b"one two\n", total_size=10_000, read=read))
        await until(viewer.view.toPlainText)
        viewer.find_line.begin()
        qtbot.keyClicks(viewer.find_line.edit, "three")
        qtbot.keyClick(viewer.find_line.edit, Qt.Key.Key_Return)
        await until(lambda: viewer.find_line.said == "A part cannot be read")
        assert "a bad block" in viewer.find_line.edit.accessibleDescription()

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
