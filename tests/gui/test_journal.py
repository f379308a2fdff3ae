"""The journal of a system in the window: read page by page, filtered, shown whole, copied and exported."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from cutaway.records import JournalBoot, JournalEntry, JournalField, JournalFile
from cutaway.testing.journal import BOOTS, COUNT, MACHINE_ID, TROUBLE
from cutaway_app.models.log_table import MESSAGE, SOURCE, cell_text, message_text
from cutaway_app.viewers.content import LogWishes
from cutaway_app.viewers.log_view import PAGE, LogView
from cutaway_app.widgets.system_card import SystemCard
from cutaway_app.windows.journal_dialog import JournalDialog
from gui.conftest import Scenario
from gui.harness import IMAGE, JOURNAL, Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

Play = Callable[[Scenario], None]
ALL = 2 * COUNT + len(TROUBLE)


def link(on: Harness) -> QPushButton | None:
    on.window.actions_["overview"].trigger()
    card = on.window.overview.findChild(SystemCard)
    assert card is not None
    return next((one for one in card.findChildren(QPushButton) if one.text() == "Journal…"), None)


async def opened(on: Harness) -> JournalDialog:
    await on.open(JOURNAL)
    button = link(on)
    assert button is not None
    button.click()
    dialog = on.program.system_wiring.journal
    assert dialog is not None
    await on.becomes(lambda: dialog.view.filters.boot.count() == 3)
    return dialog


def shown(view: LogView) -> list[str]:
    return [view.table.index(row, MESSAGE).data() for row in range(view.table.rowCount())]


def test_the_newest_page_is_shown_and_more_when_it_is_scrolled_to(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        view = (await opened(on)).view
        assert view.table.rowCount() == PAGE
        assert view.said == "200 entries, more as you scroll"
        assert shown(view)[0].startswith("Failed to start mariadb.service")
        while (before := view.table.rowCount()) < ALL:
            view.list.scrollToBottom()
            await on.becomes(lambda before=before: view.table.rowCount() > before)
        await on.becomes(lambda: view.said == "1,206 entries")
        assert shown(view)[-1] == "usb 1-0: device found"

    play(scenario)


def test_filters(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        view = (await opened(on)).view
        view.filters.priority.setCurrentIndex(view.filters.priority.findData(3))
        await on.becomes(lambda: view.said == "2 entries")
        view.filters.priority.setCurrentIndex(0)
        view.filters.text.setText("größe")
        view.filters.settle()
        await on.becomes(lambda: view.said == "1 entry")
        assert shown(view) == ["InnoDB: Die Größe der Datei passt nicht ⏎ InnoDB: ibdata1 is corrupted"]
        view.filters.text.clear()
        view.filters.unit.setText("mariadb")
        view.filters.settle()
        await on.becomes(lambda: view.said == "4 entries")
        view.filters.unit.clear()
        view.filters.settle()
        assert [view.filters.boot.itemData(place) for place in range(3)] == ["", BOOTS[1], BOOTS[0]]
        view.filters.boot.setCurrentIndex(2)
        await on.becomes(lambda: view.table.rowCount() == PAGE and shown(view)[0] == "Job 599 done")
        view.filters.text.setText("nothing of the kind")
        view.filters.settle()
        await on.becomes(lambda: view.said == "No entries")

    play(scenario)


def test_the_current_entry_is_shown_whole_and_copied(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        view = (await opened(on)).view
        view.list.selectRow(2)
        await on.becomes(lambda: "_SYSTEMD_UNIT=app.service" in view.details.toPlainText())
        assert view.details.toPlainText().startswith("Long: " + "0123456789" * 3000)
        view.list.selectRow(4)
        QTest.keyClick(view.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        copied = QGuiApplication.clipboard().text().splitlines()
        assert copied[0].endswith("db01 mariadbd[1200]: InnoDB: Die Größe der Datei passt nicht")
        assert copied[1].strip() == "InnoDB: ibdata1 is corrupted"

    play(scenario)


def test_what_matches_is_exported_in_the_order_of_time(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        dialog = await opened(on)
        dialog.view.filters.unit.setText("mariadb")
        dialog.view.filters.settle()
        dialog.export(str(tmp_path / "out.log"))
        await on.becomes(lambda: "Written" in dialog.note.text())
        lines = (tmp_path / "out.log").read_text().splitlines()
        assert "Starting MariaDB" in lines[0]
        assert "Failed to start" in lines[-1]
        assert len(lines) == 5
        dialog.export(str(tmp_path / "no" / "out.log"))
        await on.becomes(lambda: "cannot be written" in dialog.note.text())
        dialog.close()

    play(scenario)


def test_a_file_of_a_journal_is_previewed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(JOURNAL)
        await on.go(b"/var/log/journal/" + MACHINE_ID.encode())
        on.select(b"system.journal")
        await on.signal(on.program.previewer.ready)
        assert on.window.preview.current_viewer == "journal"
        viewer = on.window.preview.viewer("journal")
        assert isinstance(viewer, LogView)
        await on.becomes(lambda: viewer.table.rowCount() == PAGE)
        await on.go(b"/var/log")
        on.select(b"dpkg.log")
        await on.signal(on.program.previewer.ready)
        assert on.window.preview.current_viewer == "text"
        assert viewer.table.rowCount() == 0

    play(scenario)


def test_what_cannot_be_read_is_said(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        dialog = await opened(on)
        on.fake.behaviour.refuse["journal_entries"] = ("EIO", "the journal is damaged")
        dialog.view.filters.text.setText("x")
        dialog.view.filters.settle()
        await on.becomes(lambda: "damaged" in dialog.view.said)
        dialog.export("/nope")
        await on.becomes(lambda: "Nothing was written" in dialog.note.text())

    play(scenario)


class DamagedLog:
    """A log of two files, of which one is damaged."""

    async def pages(
        self, _wishes: LogWishes, _cursor: str = "", _count: int = 0, *, backward: bool = True
    ) -> AsyncGenerator[list[JournalEntry], None]:
        """Give one entry."""
        assert backward
        yield [JournalEntry("c", 0, 6, "", "x", 1, "", "", b"what is left")]

    async def boots(self) -> list[JournalBoot]:
        """Give none."""
        return []

    async def fields(self, _cursor: str) -> list[JournalField]:
        """Give the message."""
        return [JournalField("MESSAGE", b"what is left", 12)]

    async def files(self) -> list[JournalFile]:
        """Give both."""
        told = "its end is missing: 7 of 9 entries cannot be read"
        return [JournalFile(b"/a/ok.journal", 1, 1, True, ""), JournalFile(b"/a/x\x1b.journal", 1, 9, False, told)]


def test_what_is_damaged_is_said_beside_what_is_left(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        view = LogView(on.window)
        view.show_log(DamagedLog())
        await on.becomes(lambda: view.problem)
        told = "x\\x1b.journal: its end is missing: 7 of 9 entries cannot be read. What is readable is shown."
        assert view.problem == told
        assert shown(view) == ["what is left"]
        view.clear()
        assert view.problem == ""

    play(scenario)


def test_a_system_without_a_journal_offers_none(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open(IMAGE)
        assert link(on) is None

    play(scenario)


def test_what_an_image_has_written_does_no_harm() -> None:
    entry = JournalEntry("", -(1 << 62), 99, "\x1b[31m", "a\u202eb", 7, "", "", b"one\r\n\xff\x1b[2Jtwo\n")
    assert cell_text(entry, MESSAGE) == "one ⏎ \\xff\\x1b[2Jtwo"
    assert "\x1b" not in cell_text(entry, SOURCE)
    assert "\u202e" not in cell_text(entry, SOURCE)
    assert cell_text(entry, 0)
    assert message_text(entry.message) == "one\\x0d\n\\xff\\x1b[2Jtwo"
