"""A row that breaks: everything stays within its width, whole, in both directions of writing."""

from __future__ import annotations

import pytest
from cutaway_app.controls.flow_row import FlowRow
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot

RTL, LTR = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight


class Brick(QFrame):
    """A widget of one size."""

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        return QSize(100, 20)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        return QSize(40, 20)


def shown(qtbot: QtBot, width: int, direction: Qt.LayoutDirection = LTR) -> tuple[QWidget, list[Brick]]:
    page = QWidget()
    qtbot.addWidget(page)
    page.setLayoutDirection(direction)
    row = FlowRow(page, spacing=10)
    bricks = [Brick(page) for _ in range(4)]
    for brick in bricks:
        row.addWidget(brick)
    page.resize(width, 200)
    page.show()
    QApplication.processEvents()
    return page, bricks


def lines(bricks: list[Brick]) -> list[int]:
    """Return how many stand in each line."""
    tops = [brick.y() for brick in bricks]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize(
    ("width", "found"), [(430, [4]), (600, [4]), (429, [1, 3]), (320, [1, 3]), (319, [1, 2, 1]), (100, [1, 1, 1, 1])]
)
def test_what_has_no_room_goes_below(qtbot: QtBot, width: int, found: list[int]) -> None:
    page, bricks = shown(qtbot, width)
    assert lines(bricks) == found
    assert all(brick.x() >= 0 and brick.geometry().right() < width for brick in bricks)
    layout = page.layout()
    assert layout is not None
    assert layout.heightForWidth(width) == 20 * len(found) + 10 * (len(found) - 1)


def test_the_first_takes_the_room_that_is_left(qtbot: QtBot) -> None:
    _, bricks = shown(qtbot, 530)
    assert [brick.width() for brick in bricks] == [200, 100, 100, 100]


def test_from_right_to_left_the_first_is_at_the_right(qtbot: QtBot) -> None:
    _, bricks = shown(qtbot, 430, RTL)
    assert [brick.x() for brick in bricks] == [330, 220, 110, 0]


def test_it_gets_as_narrow_as_its_widest_part_and_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    page, bricks = shown(qtbot, 430)
    assert page.minimumSizeHint().width() == 40
    bricks[1].hide()
    page.resize(320, 200)
    QApplication.processEvents()
    assert lines([bricks[0], *bricks[2:]]) == [3]
    layout = page.layout()
    assert layout is not None
    assert layout.takeAt(0) is not None
    assert layout.count() == 3
    assert layout.itemAt(9) is layout.takeAt(9) is None
