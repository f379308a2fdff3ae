"""The window's own affairs: what it remembers, what is dropped on it, menus, the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import qasync
from cutaway.aio import AsyncHandle
from cutaway.testing import FakeAppliance, sample_image
from cutaway_app import theme
from cutaway_app.bridge.sample import Sample
from cutaway_app.models.folder_columns import Column
from cutaway_app.program import Program
from cutaway_app.settings import WindowSettings
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.registry import REGISTRY
from gui.conftest import Scenario
from gui.harness import IMAGE, SAMPLE, Harness
from PySide6.QtCore import QMimeData, QPoint, QSettings, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTableView

Play = Callable[[Scenario], None]


def test_choices_are_remembered_from_window_to_window(qapp: QApplication, fake: FakeAppliance, tmp_path: Path) -> None:
    store = str(tmp_path / "kept.ini")

    async def window(scenario: Scenario) -> None:
        settings = WindowSettings(QSettings(store, QSettings.Format.IniFormat))
        program = Program(lambda _: AsyncHandle(hypervisor=fake), settings, Sample(SAMPLE), standby=False)
        program.start([])
        await scenario(Harness(program, fake))
        program.window.close()
        await program.close()

    async def choose(on: Harness) -> None:
        await on.open()
        on.table.columns.show_column(Column.MODE, shown=False)
        on.table.sortByColumn(Column.SIZE, Qt.SortOrder.DescendingOrder)
        for name in ("hidden", "folders", "conflict_skip"):
            on.window.actions_[name].trigger()

    async def look(on: Harness) -> None:
        await on.open()
        assert on.table.isColumnHidden(Column.MODE)
        assert on.table.horizontalHeader().sortIndicatorSection() == Column.SIZE
        assert on.window.actions_["hidden"].isChecked()
        assert not on.window.browser.tree.isVisible()
        assert on.window.actions_["conflict_skip"].isChecked()
        assert on.program.image_wiring.choice._settings.recent == [IMAGE]
        await on.go(b"/var/log")
        sizes = [on.models.table.entry(row) for row in range(on.models.table.rowCount())]
        files = [entry.stat.size for entry in sizes if entry.stat is not None and entry.stat.is_file]
        assert files == sorted(files, reverse=True)

    for scenario in (choose, look):
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as runner:
            runner.run(window(scenario))


def test_a_small_window_is_whole_and_gives_up_the_folder_tree(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["log"].setChecked(True)
        assert on.window.browser.tree.isVisible()
        on.window.resize(760, 440)
        await asyncio.sleep(0)
        assert (on.window.width(), on.window.height()) == (760, 440)
        assert not on.window.browser.tree.isVisible()
        assert on.window.minimumSizeHint().width() <= 700
        on.window.resize(1300, 800)
        assert on.window.browser.tree.isVisible()
        on.window.actions_["folders"].setChecked(False)
        on.window.resize(1310, 800)
        assert not on.window.browser.tree.isVisible()

    play(scenario)


def test_files_that_are_dropped_are_opened(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        paths = [os.fspath(tmp_path / name) for name in ("one.qcow2", "two ü.qcow2")]
        fake.images.update((path, sample_image()) for path in paths)
        mime = QMimeData()
        mime.setUrls([QUrl("http://example.org/no.qcow2"), *(QUrl.fromLocalFile(path) for path in paths)])
        action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        event = QDropEvent(QPoint(50, 50), action, mime, button, Qt.KeyboardModifier.NoModifier)
        opened = on.next(on.program.images.opened)
        on.window.dropEvent(event)
        await asyncio.wait_for(opened, 40)
        assert [session.path for session in on.models.sidebar.sessions] == paths

    play(scenario)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_context_menu_offers_what_can_be_done(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        on.table.context_menu_requested.emit(QPoint(100, 100))
        menu = on.window.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert menu is not None
        texts = {action.text() for action in menu.actions()}
        assert {"Extract…", "Copy Path", "Properties"} <= texts
        assert all(action.isEnabled() for action in menu.actions())
        menu.close()

    play(scenario)


def test_the_owner_in_the_details_has_the_name_that_the_table_shows(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        await on.until(lambda: on.models.table.owner_name(0) == "root", on.models.table.dataChanged)
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        on.window.preview.choose_viewer("details")
        details = on.window.preview.viewer("details")
        assert isinstance(details, DetailsViewer)
        assert dict(details.facts)["Owner"] == "root (user 0), group 0"

    play(scenario)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_where_nothing_is_selected_is_about_the_folder(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.table.clearSelection()
        on.table.context_menu_requested.emit(QPoint(100, 100))
        menu = on.window.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert menu is not None
        assert {"Up", "Reload", "Select All", "Find in Subfolders…"} <= {action.text() for action in menu.actions()}
        assert all(action.isEnabled() for action in menu.actions())
        menu.close()

    play(scenario)


def test_the_kernels_words_reach_the_log_and_can_be_copied(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["log"].setChecked(True)
        fake.say("[    1.5] EXT4-fs error (device sda1): \x1b[31mnever trust this")
        await on.until(
            lambda: on.models.log.last is not None and "never trust" in on.models.log.last.text,
            on.models.log.rowsInserted,
        )
        assert on.models.log.last is not None
        assert "\x1b" not in on.models.log.last.text
        assert on.models.log.last.image == "debian.qcow2"
        lines = on.window.log_pane.findChild(QTableView)
        on.select(b"etc")
        lines.setFocus()
        lines.selectRow(lines.model().rowCount() - 1)
        QGuiApplication.clipboard().clear()
        QTest.keyClick(lines, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert "never trust this" in QGuiApplication.clipboard().text()

    play(scenario)


def test_several_selected_files_are_counted_instead_of_previewed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc", b"usr", b"var")
        assert on.window.preview.message == "3 items selected"

    play(scenario)


def _ink(icon: QIcon) -> QColor:
    """Return the colour that an icon is drawn in."""
    image = icon.pixmap(16, 16).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


def test_icons_of_rows_follow_when_the_desktop_becomes_dark(play: Play, qapp: QApplication) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        rows = [
            (on.models.table.index(0, 0), "folder"), (on.models.tree.index_of(b"/etc"), "folder"),
            (on.models.sidebar.index_of(session, None), "icon"),
        ]  # fmt: skip
        for scheme, colors in (("dark", theme.DARK), ("light", theme.LIGHT)):
            theme.apply(qapp, scheme)
            for index, color in rows:
                seen = _ink(index.data(Qt.ItemDataRole.DecorationRole))
                assert seen.name() == getattr(colors, color).name(), f"{index.data()} in {scheme}"

    play(scenario)


def test_everything_fits_on_the_smallest_screen(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        on.window.actions_["log"].setChecked(True)
        for entry in REGISTRY:
            on.window.preview.choose_viewer(entry.key)
            on.window.resize(640, 480)
            assert on.window.width() <= 640, entry.key
            assert on.window.height() <= 480, entry.key
        assert not on.table.isColumnHidden(Column.SIZE)

    play(scenario)
