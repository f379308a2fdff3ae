"""What is selected and in view stays so: with a filter, with hidden names, when a folder is listed again."""

from __future__ import annotations

import stat
from collections.abc import Callable

from cutaway.records import FolderEntry, Stat
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.widgets.file_table import FileTable
from cutaway_app.windows.kept_rows import KeptRows
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

Play = Callable[[Scenario], None]
MANY = b"/srv/many"
#: Fewer than the cells that were selected, by far.
MANY_INDEXES = 100


def file_of(number: int, *, size: int) -> FolderEntry:
    status = Stat(1, number, stat.S_IFREG | 0o644, 1, 0, 0, 0, size, 4096, 0, 0, 0, 0)
    return FolderEntry(b"%06d" % number, status, leads_to_folder=False)


def selected(on: Harness) -> list[bytes]:
    return [on.models.table.entry(row).name for row in on.table.selected_rows()]


def current(on: Harness) -> bytes:
    return on.models.table.entry(on.table.currentIndex().row()).name


def top(on: Harness, name: bytes) -> int:
    """How far below the upper edge a row is."""
    return on.table.rowViewportPosition(on.models.table.row_of(name))


async def in_the_middle_of_many(on: Harness) -> bytes:
    """Select a file far down; return its name."""
    await on.open()
    await on.go(MANY)
    on.table.select_row(3000)
    bar = on.table.verticalScrollBar()
    bar.setValue(bar.value() + 100)
    return on.models.table.entry(3000).name


async def filter_by(on: Harness, text: str) -> None:
    """Type into the filter; "" is what Escape does. A long folder is chosen from in slices."""
    arranged = on.next(on.models.table.arranged)
    if text:
        on.window.browser.filter.setText(text)
    else:
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Escape)
    await arranged


def test_what_was_selected_is_again_when_a_filter_ends(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        name = await in_the_middle_of_many(on)
        before = top(on, name)
        on.window.actions_["filter"].trigger()
        for text in ("no such", "no such name"):
            await filter_by(on, text)
            assert on.names == []
        await filter_by(on, "")
        assert (selected(on), current(on), top(on, name)) == ([name], name, before)

    play(scenario)


def test_what_was_found_with_a_filter_stays_selected_and_in_view(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await in_the_middle_of_many(on)
        wanted = on.models.table.entry(4321).name
        on.window.actions_["filter"].trigger()
        await filter_by(on, wanted.decode())
        on.select(wanted)
        await filter_by(on, wanted.decode()[:-1])
        assert selected(on) == [wanted]
        await filter_by(on, "")
        assert (selected(on), current(on)) == ([wanted], wanted)
        assert 0 <= top(on, wanted) < on.table.viewport().height()

    play(scenario)


def test_hidden_names_come_and_go_around_the_selection(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/root")
        on.window.actions_["hidden"].trigger()
        on.select(b".ssh", b".bashrc")
        on.window.actions_["hidden"].trigger()
        assert selected(on) == []
        on.window.actions_["hidden"].trigger()
        assert selected(on) == [b".ssh", b".bashrc"]
        await on.go(b"/srv/names")
        on.select(b"two\nlines")
        on.window.actions_["hidden"].trigger()
        assert selected(on) == [b"two\nlines"]

    play(scenario)


def test_a_folder_that_is_listed_again_looks_the_same(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        name = await in_the_middle_of_many(on)
        other = on.models.table.entry(3002).name
        on.table.setCurrentIndex(on.models.table.index(3000, 0))
        on.select(name, other)
        before = top(on, name)
        listed = on.next(on.models.table.listing_finished)
        QTest.keyClick(on.table, Qt.Key.Key_F5)
        await listed
        assert (selected(on), current(on), top(on, name)) == ([name, other], name, before)

    play(scenario)


def test_a_filter_survives_a_new_listing_and_not_another_folder(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("host")
        names = on.names
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["reload"].trigger()
        await listed
        assert on.names == names
        assert on.window.browser.filter.isVisible()
        await on.go(b"/")
        assert not on.window.browser.filter.isVisible()
        assert selected(on) == []

    play(scenario)


def test_a_name_that_both_folders_have_is_not_selected_in_the_other(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/usr")
        on.select(b"bin")
        await on.go(b"/")
        assert "bin" in on.names[0]
        assert selected(on) == []

    play(scenario)


def test_the_preview_is_not_read_again_for_a_filter(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        cleared: list[QModelIndex] = []
        on.program.previewer.cleared.connect(lambda: cleared.append(QModelIndex()))
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("hostn")
        on.window.browser.filter.setText("")
        assert cleared == []
        assert on.window.preview.has_content

    play(scenario)


def test_an_empty_table_says_what_is_hidden(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/root")
        placeholder = on.table.placeholder
        assert placeholder.accessibleName() == "Only hidden files. 2 hidden items are here; Ctrl+H shows them."
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("bash")
        assert placeholder.accessibleName() == "No name holds this text. 1 hidden item matches; Ctrl+H shows it."
        on.window.browser.filter.setText("zzz")
        assert placeholder.accessibleName() == "No name holds this text"

    play(scenario)


def test_a_hundred_thousand_selected_rows_come_back_without_a_stall(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/huge-folder")
        on.table.selectAll()
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["reload"].trigger()
        await listed
        assert len(on.table.selected_rows()) == 100_000

    play(scenario)


def test_many_selected_rows_are_put_into_another_order_without_a_long_stall(qtbot: QtBot) -> None:
    """Every second of 40,000, as many ranges as there are rows: Qt would carry each cell over, for some seconds."""
    count = 40_000
    table, view = FolderTableModel(), FileTable()
    qtbot.addWidget(view)
    view.setModel(table)
    kept = KeptRows(table, view)
    table.begin()
    table.append([file_of(number, size=number % 2) for number in range(count)])
    with qtbot.waitSignal(table.listing_finished):
        table.finish()
    with qtbot.waitSignal(table.arranged):
        table.sort(Column.SIZE)
    view.selectionModel().select(
        QItemSelection(table.index(count // 2, 0), table.index(count - 1, table.columnCount() - 1)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    chosen = {table.entry(row).name for row in view.selected_rows()}
    carried: list[int] = []
    table.layoutAboutToBeChanged.connect(lambda: carried.append(len(table.persistentIndexList())))
    with qtbot.waitSignal(table.arranged, timeout=30_000):
        table.sort(Column.NAME)
    assert {table.entry(row).name for row in view.selected_rows()} == chosen
    assert len(view.selectionModel().selection()) == len(chosen) == count // 2
    assert len(carried) == 1
    assert carried[0] < MANY_INDEXES
    assert not kept.is_waiting
