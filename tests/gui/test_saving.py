"""Saving a drive, a partition or a volume as a new image: the menus, the dialog, the job, what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cutaway.testing import FakeAppliance
from cutaway_app.models.jobs import JobState
from cutaway_app.operations.save_image import format_of
from cutaway_app.widgets.filesystem_table import FilesystemTable
from gui.conftest import Scenario
from gui.harness import IMAGE, Harness
from gui.test_jobs import left_in, over
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QPushButton

Play = Callable[[Scenario], None]
popups = pytest.mark.qt_log_ignore("This plugin does not support")


def texts(on: Harness) -> list[str]:
    """Return what the menu that is open offers, and close it."""
    menu = open_menu(on)
    found = [action.text() for action in menu.actions()]
    menu.close()
    return found


def open_menu(on: Harness) -> QMenu:
    menus = on.window.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return next(one for one in menus if one.isVisible())


def choose_first(on: Harness) -> None:
    """Choose what the menu that is open offers first."""
    menu = open_menu(on)
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Qt.Key.Key_Return)


def dialog_of(on: Harness) -> QFileDialog:
    dialogs = [one for one in on.window.findChildren(QFileDialog) if one.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def test_the_format_is_what_the_name_says_and_else_what_was_chosen() -> None:
    assert format_of("/a/disk.QCOW2", "raw") == "qcow2"
    assert format_of("/a/disk.img", "qcow2") == "raw"
    assert format_of("/a/disk.backup", "raw") == "raw"
    assert format_of("/a/disk", "qcow2") == "qcow2"


def test_without_an_image_nothing_can_be_saved(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        action = on.window.actions_["save_image"]
        assert not action.isEnabled()
        await on.open()
        assert action.isEnabled()
        closed = on.next(on.program.images.closed)
        on.window.actions_["close_image"].trigger()
        await closed
        assert not action.isEnabled()

    play(scenario)


@popups
def test_the_sidebar_offers_the_drive_and_each_file_system(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        model, view = on.models.sidebar, on.window.sidebar
        image = model.index_of(session)
        view.context_menu_requested.emit(QPoint(10, 10), image)
        assert texts(on) == ["Overview", "Save sda as Image…", "Add a Disk…", "Close debian.qcow2"]
        place = model.index_of(session, on.place)
        view.context_menu_requested.emit(QPoint(10, 10), place)
        assert texts(on) == ["Open", "Save vg0/root as Image…"]

    play(scenario)


@popups
@popups
def test_the_first_item_of_the_sidebar_menu_does_what_a_click_does(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        place, view = on.place, on.window.sidebar
        view.context_menu_requested.emit(QPoint(10, 10), on.models.sidebar.index_of(session))
        choose_first(on)
        assert on.window.pages.currentWidget() is on.window.overview
        view.context_menu_requested.emit(QPoint(10, 10), on.models.sidebar.index_of(session, place))
        choose_first(on)
        assert on.window.pages.currentWidget() is on.window.browser

    play(scenario)


@popups
def test_the_overview_offers_every_row_by_mouse_and_by_key(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["overview"].trigger()
        table = on.window.overview.findChild(FilesystemTable)
        assert table is not None
        table.setFocus()
        table.selectRow(0)
        name = table.item(0, 0).text().removeprefix("/dev/")
        asked = on.next(on.window.overview.device_menu_requested)
        QTest.keyClick(table, Qt.Key.Key_Menu)
        if not asked.done():  # the platform, not Qt, makes a menu's event of that key
            table.context_menu_requested.emit(table.item(0, 0).text(), QPoint(10, 10))
        assert texts(on) == [f"Save {name} as Image…"]

    play(scenario)


def test_the_dialog_names_a_new_file_and_the_job_says_why_it_failed(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    fake.behaviour.refuse["device_map"] = ("EIO", "the drive is damaged")

    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["overview"].trigger()
        buttons = on.window.overview.findChildren(QPushButton)
        QTest.mouseClick(next(one for one in buttons if "Save" in one.text()), Qt.MouseButton.LeftButton)
        dialog = dialog_of(on)
        assert os.path.basename(dialog.selectedFiles()[0]) == "debian-copy.qcow2"
        dialog.selectNameFilter(dialog.nameFilters()[1])
        dialog.filterSelected.emit(dialog.nameFilters()[1])
        assert dialog.defaultSuffix() == "img"
        assert os.path.basename(dialog.selectedFiles()[0]) == "debian-copy.img"
        added = on.next(on.models.jobs.rowsInserted)
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.setText(os.fspath(tmp_path / "saved.img"))
        QTest.keyClick(line, Qt.Key.Key_Return)
        await added
        job = on.models.jobs.job(0)
        assert job.title == "debian.qcow2 → saved.img"
        assert not job.can_hold
        await over(on, job)
        assert job.state is JobState.FAILED
        said = on.window.banner.accessibleDescription()
        assert "debian.qcow2 → saved.img was not saved" in said
        assert "The drive is damaged" in said
        assert left_in(tmp_path) == []
        on.window.banner.action_requested.emit("answer0")
        assert not job.is_over, "it is tried again"
        await over(on, job)

    play(scenario)


def test_a_save_can_be_cancelled_before_its_turn(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        save = on.program.save_wiring.save
        jobs = [save(session, "/dev/sda", str(tmp_path / f"{number}.img"), "raw") for number in range(3)]
        on.window.shelf.cancel_requested.emit(jobs[2].id)
        for job in jobs:
            await over(on, job)
        assert [job.state for job in jobs] == [JobState.DONE, JobState.DONE, JobState.CANCELLED]
        assert session.path == IMAGE
        assert sorted(left_in(tmp_path)) == [tmp_path / "0.img", tmp_path / "1.img"]

    play(scenario)
