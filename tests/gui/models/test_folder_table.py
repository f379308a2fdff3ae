"""The table of a folder: order, filters, batches, and selections that keep to their entries."""

from __future__ import annotations

import stat
from collections.abc import Iterable

import pytest
from cutaway.records import FolderEntry, Stat
from cutaway_app.bridge.garbage import GarbageCollector
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.folder_table import AT_ONCE_ROWS, BATCH_ROWS, FIRST_ROWS, FolderTableModel
from gui.stall import ATTEMPTS, StallMeter
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

DOWN = Qt.SortOrder.DescendingOrder
UP = Qt.SortOrder.AscendingOrder


def entry(name: bytes, *, kind: int = stat.S_IFREG, size: int = 0, uid: int = 0, mtime: int = 0) -> FolderEntry:
    status = Stat(1, 1, kind | 0o644, 1, uid, 0, 0, size, 4096, 0, 0, mtime, 0)
    return FolderEntry(name, status, leads_to_folder=kind == stat.S_IFDIR)


def folder(name: bytes) -> FolderEntry:
    return entry(name, kind=stat.S_IFDIR)


def listed(model: FolderTableModel, entries: Iterable[FolderEntry]) -> None:
    model.begin()
    model.append(list(entries))
    model.finish()


def names(model: FolderTableModel) -> list[str]:
    return [model.display_name(row) for row in range(model.rowCount())]


@pytest.fixture
def model(qtmodeltester: ModelTester) -> FolderTableModel:
    made = FolderTableModel()
    qtmodeltester.check(made)
    return made


@pytest.fixture
def large() -> FolderTableModel:
    """A model without Qt's tester, which visits all rows at each change."""
    return FolderTableModel()


def test_folders_come_first_and_numbers_count(model: FolderTableModel) -> None:
    link = FolderEntry(b"link", entry(b"", kind=stat.S_IFLNK).stat, b"z", leads_to_folder=True)
    listed(model, [entry(b"File10"), entry(b"file9"), folder(b"zoo"), link, entry(b"file1")])
    assert names(model) == ["link", "zoo", "file1", "file9", "File10"]


def test_letters_with_accents_stand_beside_those_without(model: FolderTableModel) -> None:
    wanted = ["Apfel", "Ärger 2", "ärger 10", "Arm", "résumé", "zebra", "Zoë 2", "木"]
    listed(model, [entry(name.encode()) for name in reversed(wanted)])
    assert names(model) == wanted
    listed(model, [entry(name.encode()) for name in ("résumé.txt", "resume.txt", "résume.txt", "resume.txu")])
    assert names(model) == ["resume.txt", "résume.txt", "résumé.txt", "resume.txu"]


def test_descending_keeps_folders_first_and_equals_in_order_of_names(model: FolderTableModel) -> None:
    listed(model, [entry(b"b", size=5), entry(b"a", size=5), entry(b"c", size=9), folder(b"f"), folder(b"e")])
    model.sort(Column.SIZE, DOWN)
    assert names(model) == ["e", "f", "c", "a", "b"]
    model.sort(Column.NAME, DOWN)
    assert names(model) == ["f", "e", "c", "b", "a"]


@pytest.mark.parametrize("column", list(Column))
def test_entries_without_a_status_sort_in_every_column(model: FolderTableModel, column: Column) -> None:
    listed(model, [FolderEntry(b"broken", None), entry(b"fine", size=1, uid=7, mtime=3)])
    model.sort(column, DOWN)
    model.sort(column, UP)
    assert sorted(names(model)) == ["broken", "fine"]
    assert model.index(0, column).data() is not None


def test_hidden_names_and_filter(model: FolderTableModel) -> None:
    listed(model, [entry(b".profile"), entry(b"Profile.txt"), entry(b"other")])
    assert names(model) == ["other", "Profile.txt"]
    assert model.hidden_count == 1
    model.set_filter("PROF")
    assert names(model) == ["Profile.txt"]
    assert model.hidden_count == 1
    model.set_filter("OTHER")
    assert model.hidden_count == 0
    model.set_filter("PROF")
    model.set_show_hidden(True)
    assert names(model) == [".profile", "Profile.txt"]
    model.set_filter("")
    assert model.hidden_count == 0


@pytest.mark.parametrize("text", ["\u00c9t\u00e9", "e\u0301te\u0301"])
def test_accents_are_found_however_they_are_written(model: FolderTableModel, text: str) -> None:
    listed(
        model, [entry("\u00e9t\u00e9 1".encode()), entry("E\u0301te\u0301 2".encode()), entry(b"ete 3"), entry(b"\xe9")]
    )
    first = model.find_prefix(text, 0)
    assert [model.display_name(row)[-1] for row in (first, model.find_prefix(text, first + 1))] == ["1", "2"]
    model.set_filter(text)
    assert [name[-1] for name in names(model)] == ["1", "2"]


def test_a_filter_during_a_listing_holds_for_what_comes_later(model: FolderTableModel) -> None:
    model.begin()
    model.append([entry(b"apple"), entry(b"pear")])
    model.set_filter("app")
    model.append([entry(b"pineapple"), entry(b"plum")])
    model.finish()
    assert names(model) == ["apple", "pineapple"]
    assert not model.is_listing


def test_first_rows_come_at_once_and_more_in_batches(large: FolderTableModel) -> None:
    inserted: list[int] = []
    large.rowsInserted.connect(lambda _parent, first, last: inserted.append(last - first + 1))
    large.begin()
    large.append([entry(b"%06d" % number) for number in range(FIRST_ROWS + 100)])
    assert large.rowCount() == FIRST_ROWS
    for start in range(0, BATCH_ROWS, 1000):
        large.append([entry(b"x%06d" % number) for number in range(start, start + 1000)])
    assert len(inserted) == 2
    assert large.rowCount() == FIRST_ROWS + 100 + BATCH_ROWS


def test_a_selection_keeps_to_its_entry_when_rows_move(model: FolderTableModel) -> None:
    listed(model, [entry(b"%d" % number, size=9 - number) for number in range(9)])
    kept = QPersistentModelIndex(model.index(2, 0))
    model.sort(Column.SIZE, UP)
    assert model.display_name(kept.row()) == "2"
    assert kept.row() == 6


def test_type_to_find_goes_round(model: FolderTableModel) -> None:
    listed(model, [entry(b"alpha"), entry(b"beta"), entry(b"Bravo"), entry(b"gamma")])
    assert model.find_prefix("b", 0) == 1
    assert model.find_prefix("b", 2) == 2
    assert model.find_prefix("B", 3) == 1
    assert model.find_prefix("x", 0) == -1


def test_a_row_is_found_by_its_bytes(model: FolderTableModel) -> None:
    listed(model, [entry(b"caf\xe9"), entry(b"caf\xea")])
    assert model.entry(model.row_of(b"caf\xea")).name == b"caf\xea"
    assert model.row_of(b"caf") == -1


def arranged(many: list[FolderEntry], qtbot: QtBot, stall_meter: StallMeter) -> FolderTableModel:
    """List and sort many entries; the meter then tells the worst stall of that."""
    large = FolderTableModel()
    with qtbot.waitSignal(large.listing_finished, timeout=20_000):
        large.begin()
        for start in range(0, len(many), 2000):
            large.append(many[start : start + 2000])
        stall_meter.reset()
        large.finish()
    with qtbot.waitSignal(large.arranged, timeout=20_000):
        large.sort(Column.SIZE, DOWN)
    return large


def test_a_large_folder_is_arranged_without_a_stall(qtbot: QtBot, stall_meter: StallMeter) -> None:
    garbage = GarbageCollector()
    garbage.start()
    many = [entry(b"%06d.txt" % (number * 7919 % 90_001), size=number % 1000) for number in range(90_001)]
    assert len(many) > AT_ONCE_ROWS
    worst_ms: list[float] = []
    while not worst_ms or worst_ms[-1] > 100:
        assert len(worst_ms) < ATTEMPTS, worst_ms
        large = arranged(many, qtbot, stall_meter)
        worst_ms.append(stall_meter.worst_ms)
    garbage.stop()
    assert large.entry(0).stat is not None
    assert [large.index(row, Column.SIZE).data() for row in (0, 90_000)] == ["999 bytes", "0 bytes"]
    assert large.display_name(0) < large.display_name(1)


def test_a_newer_wish_takes_the_place_of_one_that_is_being_worked_out(large: FolderTableModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(large.listing_finished, timeout=20_000):
        listed(large, [entry(b"%06d" % number, size=number) for number in range(3 * AT_ONCE_ROWS)])
        large.sort(Column.SIZE, DOWN)
        large.set_filter("0000")
    assert len(names(large)) > 10
    assert all("0000" in name for name in names(large))
    assert names(large) == sorted(names(large), reverse=True)


def test_a_listing_that_is_begun_anew_forgets_the_old_one(large: FolderTableModel, qtbot: QtBot) -> None:
    listed(large, [entry(b"%06d" % number) for number in range(2 * AT_ONCE_ROWS)])
    listed(large, [entry(b"only")])
    qtbot.wait(50)
    assert names(large) == ["only"]
