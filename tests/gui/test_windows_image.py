"""An image with a Windows in the window: its names, its letters, its registry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from cutaway.records import DataStream, RegistryValue
from cutaway.testing.registry import text, texts
from cutaway.testing.windows import STREAMS
from cutaway_app.models.software_table import csv_text
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.hive import HiveViewer
from cutaway_app.viewers.hive_values import data_text, type_text
from cutaway_app.viewers.text import TextViewer
from cutaway_app.widgets.disk_map import DiskMap
from cutaway_app.widgets.filesystem_table import FilesystemTable
from cutaway_app.widgets.system_card import SystemCard
from gui.conftest import Scenario
from gui.harness import IMAGE, WINDOWS, Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

Play = Callable[[Scenario], None]
CONFIG = b"/Windows/System32/config"


def test_it_opens_in_the_system_volume_and_says_its_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        assert "Windows" in on.names
        sidebar = on.models.sidebar
        image = sidebar.index(0, 0)
        system, others = (sidebar.index(row, 0, image) for row in range(2))
        assert system.data() == "Windows 10 Pro 22H2"
        assert sidebar.index(0, 0, system).data() == "C:"
        assert sidebar.index(0, 0, others).data() == "D: Data"

    play(scenario)


def test_the_overview_tells_version_and_letters(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        on.window.actions_["overview"].trigger()
        card = on.window.overview.findChild(SystemCard)
        assert card is not None
        said = {label.text() for label in card.findChildren(QLabel)}
        assert {"Windows 10 Pro 22H2", "10.0 build 19045", "C: on /dev/sda1, D: on /dev/sda2"} <= said
        table, chart = on.window.overview.findChild(FilesystemTable), on.window.overview.findChild(DiskMap)
        assert table is not None
        assert chart is not None
        assert [table.item(row, 0).text() for row in range(2)] == ["/dev/sda1 (C:)", "/dev/sda2 (D:)"]

    play(scenario)


def hive_viewer(on: Harness) -> HiveViewer:
    viewer = on.window.preview.viewer("registry")
    assert isinstance(viewer, HiveViewer)
    return viewer


def test_a_hive_is_shown_as_keys_and_values(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        await on.go(CONFIG)
        on.select(b"SOFTWARE")
        await on.signal(on.program.previewer.ready)
        assert on.window.preview.current_viewer == "registry"
        viewer = hive_viewer(on)
        root = viewer.tree.topLevelItem(0)
        assert root is not None
        await on.becomes(root.childCount)
        assert [root.child(row).text(0) for row in range(root.childCount())] == ["Microsoft", "WOW6432Node"]
        root.child(0).setExpanded(True)
        await on.becomes(root.child(0).childCount)
        lists = root.child(0).child(0)
        viewer.tree.setCurrentItem(lists)
        await on.becomes(viewer.table.rowCount)
        shown = [[viewer.table.item(row, column).text() for column in range(3)] for row in range(4)]
        assert ["(Default)", "REG_SZ", "the default"] in shown
        assert ["Several", "REG_MULTI_SZ", "one | two"] in shown
        assert ["Größe", "REG_DWORD", "0x0000002a (42)"] in shown
        assert ["Bytes", "REG_BINARY", "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"] in shown
        QTest.keyClick(viewer.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "Microsoft\\Lists"
        await on.go(b"/Users/ada")
        on.select(b"notes.txt")
        await on.signal(on.program.previewer.ready)
        assert on.window.preview.current_viewer == "text"
        assert viewer.tree.topLevelItemCount() == 0

    play(scenario)


def test_a_key_that_cannot_be_read_is_said_and_can_be_tried_again(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        await on.go(CONFIG)
        on.fake.behaviour.refuse["registry_keys"] = ("EIO", "the hive is damaged")
        on.select(b"SOFTWARE")
        await on.signal(on.program.previewer.ready)
        viewer = hive_viewer(on)
        await on.becomes(lambda: "damaged" in viewer.said)
        del on.fake.behaviour.refuse["registry_keys"]
        root = viewer.tree.topLevelItem(0)
        assert root is not None
        root.setExpanded(False)
        root.setExpanded(True)
        await on.becomes(root.childCount)
        assert viewer.said == ""

    play(scenario)


def test_streams_of_a_file_are_shown_and_extracted(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        await on.go(b"/Users/ada")
        on.select(b"notes.txt")
        await on.signal(on.program.previewer.ready)
        preview = on.window.preview
        preview.choose_viewer("details")
        details = preview.viewer("details")
        assert isinstance(details, DetailsViewer)
        assert details.streams is not None
        await on.becomes(lambda: len(details.streams.findChildren(QPushButton)) == 2)
        names = [button.accessibleName() for button in details.streams.findChildren(QPushButton)]
        assert names == ["Show Zone.Identifier", "Extract Zone.Identifier"]
        (stream,) = [DataStream(name, len(content)) for name, content in STREAMS.items()]
        details.streams.extract(stream, str(tmp_path / "out"))
        await on.becomes(lambda: "Written" in details.streams.said)
        assert (tmp_path / "out").read_bytes() == STREAMS[stream.name]
        details.streams.extract(stream, str(tmp_path / "no" / "out"))
        await on.becomes(lambda: "Written" not in details.streams.said and details.streams.said != "Extracting…")
        details.streams.findChildren(QPushButton)[0].click()
        await on.becomes(lambda: preview.current_viewer == "text")
        text = preview.viewer("text")
        assert isinstance(text, TextViewer)
        await on.becomes(lambda: "ZoneId=3" in text.findChild(QPlainTextEdit).toPlainText())

    play(scenario)


def test_a_file_without_streams_says_so_and_other_file_systems_nothing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        await on.go(CONFIG)
        on.select(b"SAM")
        await on.signal(on.program.previewer.ready)
        details = on.window.preview.viewer("details")
        assert isinstance(details, DetailsViewer)
        on.window.preview.choose_viewer("details")
        await on.becomes(lambda: details.streams is not None and details.streams.said == "None")
        await on.open(IMAGE)
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        on.window.preview.choose_viewer("details")
        assert details.streams is None

    play(scenario)


def test_values_that_are_not_what_their_type_says_are_bytes() -> None:
    def shown(kind: int, data: bytes, size: int | None = None) -> str:
        return data_text(RegistryValue("x", kind, data, len(data) if size is None else size))

    assert shown(4, b"\1\2") == "01 02"
    assert shown(5, b"\0\0\0\2") == "0x00000002 (2)"
    assert shown(11, bytes(8)) == "0x0000000000000000 (0)"
    assert shown(*text("Grün")) == "Grün"
    assert shown(1, b"a") == ""
    assert shown(*texts("a", "b")) == "a\nb"
    assert shown(3, bytes(1000)).endswith("(1.0 kB)")
    assert type_text(RegistryValue("x", 0x3E9, b"", 0)) == "0x3e9"


def test_what_is_installed_is_listed_searched_copied_and_exported(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(WINDOWS)
        on.window.actions_["overview"].trigger()
        card = on.window.overview.findChild(SystemCard)
        assert card is not None
        button = card.findChild(QPushButton)
        assert button is not None
        button.click()
        dialog = on.program.system_wiring.software
        assert dialog is not None
        await on.becomes(lambda: dialog.note.text() == "3 items")
        assert [row[0] for row in dialog.rows()] == ["7-Zip 23.01 (x64)", "Old Thing", "Schreibprogramm für Ürsula"]
        dialog.filter.setText("pavlov")
        assert dialog.rows() == [("7-Zip 23.01 (x64)", "23.01", "Igor Pavlov", "")]
        assert dialog.note.text() == "1 of 3 items"
        dialog.view.selectRow(0)
        QTest.keyClick(dialog.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "7-Zip 23.01 (x64)\t23.01\tIgor Pavlov\t"
        dialog.export(str(tmp_path / "out.csv"))
        await on.becomes(lambda: "Written" in dialog.note.text())
        written = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
        assert written == ["Name,Version,Publisher,Description", "7-Zip 23.01 (x64),23.01,Igor Pavlov,"]
        dialog.close()

    play(scenario)


def test_closing_the_list_ends_the_call(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open(WINDOWS)
        on.fake.behaviour.latency_of["inspect_list_applications2"] = 30
        on.program.system_wiring.list_software(session, "/dev/sda1")
        dialog = on.program.system_wiring.software
        assert dialog is not None
        await asyncio.sleep(0.05)
        dialog.close()
        await asyncio.wait_for(on.go(b"/Users"), 5)

    play(scenario)


def test_what_a_spreadsheet_would_compute_is_text() -> None:
    assert csv_text([("=1+1", "-2", "x", "")]).splitlines()[1] == "'=1+1,'-2,x,"
