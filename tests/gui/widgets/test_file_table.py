"""The table of files: selection, keys, type-to-find, dragging."""

from __future__ import annotations

import time

import pytest
from cutaway_app import theme
from cutaway_app.widgets.file_table import FileTable
from gui.widgets.values import Rows
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

NAMES = ["alpha", "beta", "beta two", "gamma", "green", "zeta"]


class PaintWatch(QObject):
    """Collects what is drawn of a widget."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.drawn = QRegion()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's name
        if isinstance(event, QPaintEvent):
            self.drawn |= event.region()
        return False


@pytest.fixture
def rows() -> Rows:
    return Rows(NAMES)


@pytest.fixture
def table(qtbot: QtBot, rows: Rows) -> FileTable:
    table = FileTable()
    qtbot.addWidget(table)
    table.setModel(rows)
    table.resize(900, 400)
    table.show()
    table.setFocus()
    return table


def test_enter_and_double_click_open(qtbot: QtBot, table: FileTable) -> None:
    table.select_row(3)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [3]
    place = table.visualRect(table.model().index(1, 0)).center()
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [1]


def test_typing_goes_to_the_next_name(qtbot: QtBot, table: FileTable) -> None:
    qtbot.keyClicks(table, "g")
    assert table.selected_rows() == [3]
    qtbot.keyClicks(table, "r")
    assert table.selected_rows() == [4]


def test_a_space_belongs_to_the_name_that_is_typed(qtbot: QtBot, table: FileTable) -> None:
    qtbot.keyClicks(table, "beta t")
    assert table.selected_rows() == [2]


def test_the_same_letter_again_goes_on(qtbot: QtBot, table: FileTable) -> None:
    qtbot.keyClicks(table, "bb")
    assert table.selected_rows() == [2]
    qtbot.keyClicks(table, "b")
    assert table.selected_rows() == [1]


def test_home_and_end_go_to_the_first_and_the_last_row(qtbot: QtBot, table: FileTable) -> None:
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.selected_rows() == [5]
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.selected_rows() == [0]
    table.select_row(3)
    qtbot.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_rows() == [3, 4, 5]
    qtbot.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert table.selected_rows() == [3, 4, 5]
    assert (table.currentIndex().row(), table.currentIndex().column()) == (0, 0)


def test_no_key_goes_sideways_in_a_row(qtbot: QtBot, table: FileTable) -> None:
    table.select_row(2)
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert table.currentIndex() == table.model().index(2, 0)
    place = table.visualRect(table.model().index(4, 2)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert table.currentIndex() == table.model().index(3, 0)


def test_the_line_around_the_current_row_is_whole(qtbot: QtBot, table: FileTable) -> None:
    table.select_row(2)
    qtbot.wait(50)
    watch = PaintWatch(table)
    table.viewport().installEventFilter(watch)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not watch.drawn.isEmpty())
    row = table.visualRect(table.model().index(3, 0))
    whole = QRegion(0, row.top(), table.viewport().width(), row.height())
    assert whole.subtracted(watch.drawn).isEmpty()


def test_keys_extract_and_select_all(qtbot: QtBot, table: FileTable) -> None:
    with qtbot.waitSignal(table.extract_requested):
        qtbot.keyClick(table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert table.selected_rows() == list(range(6))


def test_selecting_all_of_a_hundred_thousand_is_quick(qtbot: QtBot) -> None:
    table = FileTable()
    qtbot.addWidget(table)
    table.setModel(Rows([f"file{number}" for number in range(100_000)]))
    table.show()
    start = time.thread_time()
    table.selectAll()
    assert len(table.selected_rows()) == 100_000
    assert time.thread_time() - start < 0.5


def _mouse(table: FileTable, kind: QEvent.Type, place: QPoint, *, pressed: bool) -> None:
    button = Qt.MouseButton.LeftButton
    held = button if pressed else Qt.MouseButton.NoButton
    viewport = table.viewport()
    point = QPointF(place)
    event = QMouseEvent(kind, point, viewport.mapToGlobal(point), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def _drag(table: FileTable, row: int) -> None:
    place = table.visualRect(table.model().index(row, 0)).center()
    _mouse(table, QEvent.Type.MouseButtonPress, place, pressed=True)
    for step in range(1, 10):
        _mouse(table, QEvent.Type.MouseMove, place + QPoint(4 * step, 3 * step), pressed=True)
    _mouse(table, QEvent.Type.MouseButtonRelease, place, pressed=False)


def test_dragging_a_selected_row_drags_the_whole_selection_once(table: FileTable) -> None:
    dragged: list[list[int]] = []
    table.drag_requested.connect(lambda: dragged.append(table.selected_rows()))
    table.selectAll()
    _drag(table, 2)
    assert dragged == [list(range(6))]


def test_dragging_a_row_that_is_not_selected_drags_it_alone(table: FileTable) -> None:
    dragged: list[list[int]] = []
    table.drag_requested.connect(lambda: dragged.append(table.selected_rows()))
    table.select_row(0)
    _drag(table, 4)
    assert dragged == [[4]]


def test_dragging_in_the_empty_part_drags_nothing(qtbot: QtBot, table: FileTable) -> None:
    table.selectAll()
    below = QPoint(40, table.viewport().height() - 10)
    with qtbot.assertNotEmitted(table.drag_requested):
        _mouse(table, QEvent.Type.MouseButtonPress, below, pressed=True)
        _mouse(table, QEvent.Type.MouseMove, below - QPoint(0, 60), pressed=True)
        _mouse(table, QEvent.Type.MouseButtonRelease, below, pressed=False)


def test_the_menu_key_asks_for_a_menu_at_the_current_row(qtbot: QtBot, table: FileTable) -> None:
    table.select_row(2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    with qtbot.waitSignal(table.context_menu_requested) as asked:
        QApplication.sendEvent(table.viewport(), event)
    row = table.visualRect(table.model().index(2, 0))
    assert asked.args is not None
    assert abs(table.viewport().mapFromGlobal(asked.args[0]).y() - row.bottom()) < 4


def test_columns_that_do_not_fit_give_way_to_names(table: FileTable) -> None:
    assert not table.isColumnHidden(5)
    table.resize(420, 400)
    assert table.isColumnHidden(5)
    assert not table.isColumnHidden(1)
    assert table.columnWidth(0) >= 180
    table.resize(1200, 400)
    assert not table.isColumnHidden(5)


@pytest.mark.parametrize("column", [0, 1])
def test_the_arrow_of_the_order_is_not_drawn_over_the_title(qapp: QApplication, table: FileTable, column: int) -> None:
    theme.apply(qapp, "light")
    header = table.horizontalHeader()

    def title() -> QImage:
        place = QRect(header.sectionViewportPosition(column), 10, header.sectionSize(column), header.height() - 10)
        return header.grab(place).toImage()

    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    before = title()
    table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert title() == before


def test_an_empty_table_says_why(table: FileTable, qtbot: QtBot) -> None:
    empty = FileTable()
    qtbot.addWidget(empty)
    empty.set_placeholder("This folder is empty")
    empty.setModel(Rows([]))
    empty.show()
    assert empty.placeholder.isVisible()
    assert not table.placeholder.isVisible()
