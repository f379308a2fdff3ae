"""A database of SQLite in the preview: its tables, rows page by page, values whole."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.records import SqliteValue
from cutaway_app.models.database_rows import cell_text, kind_text, whole_text
from cutaway_app.viewers.database import PAGE, DatabaseViewer
from gui.conftest import Scenario
from gui.harness import DATABASE, Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

Play = Callable[[Scenario], None]


async def opened(on: Harness) -> DatabaseViewer:
    await on.open(DATABASE)
    on.select(b"base.sqlite")
    await on.signal(on.program.previewer.ready)
    assert on.window.preview.current_viewer == "database"
    viewer = on.window.preview.viewer("database")
    assert isinstance(viewer, DatabaseViewer)
    await on.becomes(viewer.rows.rowCount)
    return viewer


def test_tables_are_offered_and_rows_come_as_they_are_scrolled_to(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        viewer = await opened(on)
        names = [viewer.choice.itemText(place) for place in range(viewer.choice.count())]
        assert names == ["numbers — 450 rows", "people — 2 rows", "tall — view"]
        assert (viewer.rows.rowCount(), viewer.said) == (PAGE, "100 of 450 rows")
        while (before := viewer.rows.rowCount()) < 450:
            viewer.view.scrollToBottom()
            await on.becomes(lambda before=before: viewer.rows.rowCount() > before)
        await on.becomes(lambda: viewer.said == "450 rows")
        assert viewer.rows.index(449, 1).data() == "202500"

    play(scenario)


def test_values_are_shown_by_their_types_and_copied(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        viewer = await opened(on)
        viewer.choice.setCurrentIndex(1)
        await on.becomes(lambda: viewer.said == "2 rows")
        cells = [[viewer.rows.index(row, column).data() for column in range(5)] for row in range(2)]
        assert cells[0] == ["1", "Ada", "1.65", "00 ff 10 (3 bytes)", "NULL"]
        assert cells[1] == ["2", "=1+1", "-0.5", "NULL", "a\\x1b[31m ⏎ b"]
        viewer.view.setCurrentIndex(viewer.rows.index(1, 4))
        assert viewer.details.toPlainText() == "Text, 8 bytes\n\na\\x1b[31m\nb"
        viewer.view.clearSelection()  # a key that another test has left down would add to it
        viewer.view.selectRow(0)
        QTest.keyClick(viewer.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "1\tAda\t1.65\t00 ff 10 (3 bytes)\tNULL"
        viewer.choice.setCurrentIndex(2)
        await on.becomes(lambda: viewer.said == "1 row")

    play(scenario)


def test_what_cannot_be_read_is_said(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        viewer = await opened(on)
        on.fake.behaviour.refuse["sqlite_rows"] = ("ETIMEDOUT", "reading it takes too long")
        viewer.choice.setCurrentIndex(2)
        await on.becomes(lambda: "takes too long" in viewer.said)

    play(scenario)


def test_long_values_are_begun() -> None:
    value = SqliteValue("blob", bytes(40), 5000)
    assert cell_text(value).endswith("… (5.0 kB)")
    assert kind_text(value) == "Bytes, 5.0 kB"
    assert whole_text(SqliteValue("text", b"\xff\n\x1b", 3)) == "\\xff\n\\x1b"
