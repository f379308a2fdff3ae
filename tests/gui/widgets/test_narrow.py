"""In a narrow window what matters stays: whole facts before letters, no tab, value or column beyond the edge."""

from __future__ import annotations

import pytest
from cutaway_app.controls.facts import fitting_facts
from cutaway_app.models.jobs import Job, JobsModel
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.hex import HexViewer
from cutaway_app.widgets.edit_bar import EditBar
from cutaway_app.widgets.filesystem_table import FilesystemTable
from cutaway_app.widgets.job_shelf import JobShelf
from cutaway_app.widgets.overview import OverviewPage
from cutaway_app.widgets.preview_pane import PreviewPane
from cutaway_app.windows.actions import EDIT_BAR, Actions
from gui.widgets.values import GB, content, survey, use
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QTabBar, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot


def shown(qtbot: QtBot, widget: QWidget, width: int, height: int = 400) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()


def test_whole_facts_go_before_letters_do(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    whole = "ext4 · ROOT · 96.0 MB"
    for text in (whole, "ext4 · 96.0 MB", "96.0 MB"):
        assert fitting_facts(whole, metrics, metrics.horizontalAdvance(text)) == text
    assert "…" in fitting_facts(whole, metrics, metrics.horizontalAdvance("96.0"))
    assert fitting_facts("", metrics, 10) == ""


def test_all_tabs_are_within_the_narrowest_preview(qtbot: QtBot) -> None:
    pane = PreviewPane()
    shown(qtbot, pane, pane.minimumSizeHint().width())
    pane.resize(pane.minimumSize().expandedTo(pane.minimumSizeHint()))
    tabs = pane.findChild(QTabBar)
    assert tabs is not None
    assert tabs.tabRect(tabs.count() - 1).right() < tabs.width() <= pane.width()
    assert pane.width() < 250


@pytest.mark.parametrize("width", [230, 600])
def test_details_are_as_wide_as_the_pane_and_words_stand_beside_values_if_they_can(qtbot: QtBot, width: int) -> None:
    viewer = DetailsViewer()
    viewer.show_content(content(b"a-name-without-any-space-that-is-long.txt", b"x"))
    shown(qtbot, viewer, width)
    page = viewer.widget()
    assert page is not None
    assert page.width() <= viewer.viewport().width()
    labels = {label.text(): label for label in page.findChildren(QLabel)}
    word, value = labels["Modified"], labels[dict(viewer.facts)["Modified"]]
    is_below = value.y() > word.y()
    assert is_below is (width == 230)
    assert value.height() <= 2 * value.fontMetrics().height() + 8, "a date is broken into pieces"


def test_bytes_of_a_narrow_pane_need_no_scroll_bar(qtbot: QtBot) -> None:
    viewer = HexViewer()
    viewer.show_content(content(b"x", bytes(range(256))))
    shown(qtbot, viewer, 230)
    assert viewer.view.horizontalScrollBar().maximum() == 0
    assert viewer.minimumSizeHint().width() <= 230
    viewer.clear()


@pytest.mark.parametrize("width", [300, 380, 480, 900])
def test_an_overview_is_as_wide_as_its_page(qtbot: QtBot, width: int) -> None:
    page = OverviewPage()
    page.show_survey("a-very-long-name-of-an-image-that-has-no-space-at-all.qcow2", [("/x",)], survey(), {})
    shown(qtbot, page, width)
    assert page.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("width", [330, 560, 1300])
def test_everything_that_can_be_done_while_editing_is_within_the_bar(qtbot: QtBot, width: int) -> None:
    page = QWidget()
    actions = Actions(page)
    bar = EditBar([actions[name] for name in EDIT_BAR], page)
    column = QVBoxLayout(page)
    column.addWidget(bar)
    column.addStretch(1)
    bar.show_state("a-long-name-of-an-image-that-has-no-space-at-all.qcow2", is_unsaved=True)
    shown(qtbot, page, width)
    assert page.width() == width, "the window would be made wider"
    for button in bar.findChildren(QToolButton):
        place = button.mapTo(page, button.rect().bottomRight())
        assert place.x() < width
        assert place.y() < bar.geometry().bottom()
        assert button.width() >= button.minimumSizeHint().width()


@pytest.mark.parametrize("width", [240, 360, 560, 1000])
def test_columns_of_file_systems_give_way_the_place_and_size_last(qtbot: QtBot, width: int) -> None:
    table = FilesystemTable(survey().filesystems, {"/dev/sda1": use(0.5)})
    shown(qtbot, table, width, table.height())
    header = table.horizontalHeader()
    assert not header.isSectionHidden(0)
    assert not header.isSectionHidden(3)
    assert header.length() <= max(table.viewport().width(), 1)
    assert table.visualRect(table.model().index(table.rowCount() - 1, 0)).bottom() < table.viewport().height()
    assert header.isSectionHidden(2) is (width < 400)
    size = table.visualItemRect(table.item(1, 3))  # type: ignore[arg-type]  # there is one in every cell
    assert size.width() >= table.fontMetrics().horizontalAdvance("17.0 GB")


def test_a_long_summary_leaves_room_for_the_jobs_name(qtbot: QtBot) -> None:
    shelf, jobs = JobShelf(), JobsModel()
    jobs.setParent(shelf)
    shelf.set_model(jobs)
    job = Job("everything-that-is-in-the-log-folder", destination="/home/somebody/Documents/extracted")
    jobs.add(job)
    job.start()
    job.advance(files_done=0, files_total=12_345, bytes_done=3 * GB, bytes_total=12 * GB, is_counted=False)
    job.hold(held=True)
    shelf._refresh()
    shown(qtbot, shelf, 480, 40)
    assert shelf._title.width() >= 80
    assert shelf.minimumSizeHint().width() <= 480
