"""What the file table's delegate sets by itself is what Qt would set, in fewer steps."""

from __future__ import annotations

import stat

import pytest
from cutaway.records import FolderEntry, Stat
from cutaway_app.models import folder_table
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.widgets.file_delegate import FileDelegate
from cutaway_app.widgets.file_table import FileTable
from gui.widgets.values import status
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from pytestqt.qtbot import QtBot


def entry(name: bytes) -> FolderEntry:
    found: Stat = status(mode=stat.S_IFREG | 0o644, size=12)
    return FolderEntry(name, found, b"", leads_to_folder=False)


@pytest.fixture
def table(qtbot: QtBot) -> FileTable:
    picture = QPixmap(QSize(16, 16))
    picture.fill()
    model = FolderTableModel(lambda _: QIcon(picture))
    model.begin()
    model.append([entry(b"one"), entry(b"two.txt")])
    model.finish()
    table = FileTable()
    table.setModel(model)
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    return table


def test_a_link_is_shortened_at_its_end_only(table: FileTable) -> None:
    model = table.model()
    assert isinstance(model, FolderTableModel)
    link = FolderEntry(
        b"localtime", status(mode=stat.S_IFLNK | 0o777), b"/usr/share/zoneinfo/UTC", leads_to_folder=False
    )
    model.begin()
    model.append([link, entry(b"plain")])
    model.finish()
    modes = []
    for row in range(2):
        option = QStyleOptionViewItem()
        FileDelegate(table).initStyleOption(option, model.index(row, 0))
        modes.append(option.textElideMode)
    assert modes == [Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle]


class Plain(QStyledItemDelegate):
    """Qt's own, with its protected method made public."""


@pytest.mark.parametrize("column", list(Column))
def test_it_sets_what_qt_sets(table: FileTable, column: Column) -> None:
    index = table.model().index(1, column)
    ours, theirs = QStyleOptionViewItem(), QStyleOptionViewItem()
    FileDelegate(table).initStyleOption(ours, index)
    Plain(table).initStyleOption(theirs, index)
    assert ours.text == theirs.text != ""
    assert ours.features == theirs.features
    assert ours.displayAlignment == theirs.displayAlignment
    assert ours.icon.isNull() == theirs.icon.isNull() == (column is not Column.NAME)


@pytest.mark.parametrize("name", [b".bashrc", b"a/", b"(1)"])
def test_from_right_to_left_a_name_is_drawn_as_it_is_written(table: FileTable, name: bytes) -> None:
    model = table.model()
    assert isinstance(model, FolderTableModel)
    model.set_show_hidden(True)
    model.begin()
    model.append([entry(name)])
    model.finish()
    for column in (Column.NAME, Column.SIZE, Column.MODE):
        option = QStyleOptionViewItem()
        option.direction = Qt.LayoutDirection.RightToLeft
        FileDelegate(table).initStyleOption(option, model.index(0, column))
        written = QTextLayout(option.text)
        written.setTextOption(_right_to_left())
        written.beginLayout()
        line = written.createLine()
        written.endLayout()
        places = [line.cursorToX(place)[0] for place in range(len(option.text) + 1)]  # type: ignore[index]
        assert places == sorted(places), f"{option.text!r} is drawn in another order"
        assert model.index(0, column).data() == option.text.strip("\u200e")


def _right_to_left() -> QTextOption:
    option = QTextOption()
    option.setTextDirection(Qt.LayoutDirection.RightToLeft)
    return option


def test_a_second_picture_makes_no_text_again(table: FileTable, monkeypatch: pytest.MonkeyPatch) -> None:
    table.viewport().repaint()
    made: list[str] = []
    monkeypatch.setattr(folder_table, "text_of", lambda *_: made.append("again") or "")
    table.viewport().repaint()
    assert made == []


def test_texts_are_made_again_when_the_owners_are_known(table: FileTable) -> None:
    model = table.model()
    assert isinstance(model, FolderTableModel)
    before = model.index(0, Column.OWNER).data()
    model.set_owners({int(before): "somebody"})
    assert model.index(0, Column.OWNER).data() == "somebody"
