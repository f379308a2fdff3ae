"""Going from folder to folder: history, hostile names, huge folders, filters, cancelling, previews."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cutaway.testing import FakeAppliance
from cutaway_app.models.folder_columns import Column
from cutaway_app.models.image_session import Place
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

Play = Callable[[Scenario], None]
SIZE = Column.SIZE


def test_back_forward_and_up(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        await on.go(b"/etc/ssh")
        for action, path in (("back", b"/etc"), ("back", b"/"), ("forward", b"/etc"), ("up", b"/")):
            listed = on.next(on.models.table.listing_finished)
            on.window.actions_[action].trigger()
            await listed
            assert on.place.path == path
        assert not on.window.actions_["up"].isEnabled()

    play(scenario)


def test_after_going_up_the_folder_left_is_selected(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        selected = on.next(on.program.navigator.select_requested)
        on.window.actions_["up"].trigger()
        await selected
        assert on.models.table.entry(on.table.selected_rows()[0]).name == b"etc"

    play(scenario)


def test_enter_opens_a_folder_and_a_link_to_one(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"bin")
        listed = on.next(on.models.table.listing_finished)
        QTest.keyClick(on.table, Qt.Key.Key_Return)
        await listed
        assert on.place.path == b"/bin"
        assert "dash" in on.names

    play(scenario)


def test_hostile_names_survive_and_cannot_be_mistaken(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.window.actions_["hidden"].setChecked(True)
        await on.go(b"/srv/names")
        shown = on.names
        assert len(shown) == 17
        assert len(set(shown)) == 17
        assert {"caf\\xe9.txt", "café.txt", "\\xff\\xfe", "two\\x0alines", "right\\u202eto-left"} <= set(shown)
        on.select(b"caf\xe9.txt")
        (content,) = await on.signal(on.program.previewer.ready)
        assert content.name == b"caf\xe9.txt"
        assert content.head.startswith(b"named")
        on.window.actions_["copy_path"].trigger()
        assert QGuiApplication.clipboard().text() == "$'/srv/names/caf\\xe9.txt'"

    play(scenario)


def test_a_huge_folder_is_shown_at_once_and_completely(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        first = on.next(on.models.table.rowsInserted)
        began = on.next(on.models.table.modelReset)
        done = on.next(on.models.table.listing_finished)
        on.program.navigator.go(Place(on.place.session, 0, b"/srv/huge-folder"))
        await began
        await first
        assert on.models.table.is_listing, "the first are shown with the last"
        assert 0 < on.models.table.rowCount() < 10_000
        await done
        assert on.models.table.rowCount() == 100_000
        assert on.models.table.display_name(99_999) == "entry-099999"
        on.table.selectAll()
        assert len(on.table.selected_rows()) == 100_000

    play(scenario)


def test_a_newer_wish_cancels_the_older_one(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.latency_of["scandir"] = 60
        on.program.navigator.go(Place(session, 0, b"/srv"))
        await asyncio.sleep(0.05)
        fake.behaviour.latency_of.clear()
        await on.go(b"/etc")
        assert on.place.path == b"/etc"
        assert "hostname" in on.names

    play(scenario)


def test_a_folder_that_cannot_be_shown_leaves_everything_as_it_was(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc")
        failed = on.next(on.program.navigator.failed)
        on.program.navigator.go(Place(session, 0, b"/nowhere"))
        await failed
        assert on.place.path == b"/etc"
        assert "hostname" in on.names
        assert "/nowhere cannot be shown" in on.window.banner.accessibleDescription()

    play(scenario)


def test_a_listing_that_was_broken_off_in_vain_is_completed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        table, navigator = on.models.table, on.program.navigator

        def divert() -> None:
            table.rowsInserted.disconnect(divert)
            navigator.go(Place(session, 0, b"/nowhere"))

        table.rowsInserted.connect(divert)
        failed, listed = on.next(navigator.failed), on.next(table.listing_finished)
        navigator.go(Place(session, 0, b"/srv/many"))
        await failed
        await asyncio.wait_for(listed, 40)
        assert on.place.path == b"/srv/many"
        assert table.rowCount() == 5000

    play(scenario)


def test_filter_and_hidden_files(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/root")
        assert on.names == []
        on.window.actions_["hidden"].trigger()
        assert on.names == [".ssh", ".bashrc"]
        on.window.actions_["filter"].trigger()
        on.window.browser.filter.setText("BASH")
        assert on.names == [".bashrc"]
        QTest.keyClick(on.window.browser.filter, Qt.Key.Key_Escape)
        assert len(on.names) == 2

    play(scenario)


def test_sorting_by_size_keeps_folders_first(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/var/log")
        on.table.sortByColumn(SIZE, Qt.SortOrder.DescendingOrder)
        assert on.names[:3] == ["apt", "journal", "syslog"]
        on.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        assert on.names.index("syslog.9") < on.names.index("syslog.10")

    play(scenario)


def test_typing_finds_a_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.table.setFocus()
        QTest.keyClicks(on.table, "us")
        assert on.names[on.table.currentIndex().row()] == "usr"

    play(scenario)


def test_a_typed_path_may_be_a_file(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        selected = on.next(on.program.navigator.select_requested)
        on.window.top_bar.path_bar.path_requested.emit(b"/etc/../etc/hostname")
        await selected
        assert on.place.path == b"/etc"
        assert on.models.table.entry(on.table.selected_rows()[0]).name == b"hostname"

    play(scenario)


def test_a_typed_path_may_be_hidden_and_one_that_is_not_there_is_told(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        selected = on.next(on.program.navigator.select_requested)
        on.window.top_bar.path_bar.path_requested.emit(b"/root/.bashrc")
        await selected
        assert on.models.table.entry(on.table.selected_rows()[0]).name == b".bashrc"
        failed = on.next(on.program.navigator.failed, on.program.notices.shown)
        on.window.top_bar.path_bar.path_requested.emit(b"/etc/nothing")
        await failed
        said = "There is no /etc/nothing in Debian GNU/Linux 12 (bookworm). Check how it is written."
        assert on.window.banner.accessibleDescription() == said
        assert on.place.path == b"/root"

    play(scenario)


def test_a_preview_shows_the_beginning_and_the_latest_wins(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/documents")
        on.select(b"hundred.txt")
        on.select(b"utf8.txt")
        (content,) = await on.signal(on.program.previewer.ready)
        assert content.name == b"utf8.txt"
        assert content.read is not None
        assert await content.read(0, 4) == content.head[:4]

    play(scenario)


def test_the_tree_asks_for_folders_only_when_opened(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        tree = on.models.tree
        usr = tree.index_of(b"/usr")
        assert tree.rowCount(usr) == 0
        inserted = on.next(tree.rowsInserted)
        on.window.browser.tree.expand(usr)
        await inserted
        assert [tree.index(row, 0, usr).data() for row in range(tree.rowCount(usr))] == ["bin", "lib"]

    play(scenario)


def test_the_status_line_counts_the_selection(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/documents")
        on.select(b"hundred.txt", b"binary.dat")
        assert "2 of 10 items selected" in on.window.status.selection_text

    play(scenario)


def test_another_file_system_is_mounted_when_it_is_chosen(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        listed = on.next(on.models.table.listing_finished)
        on.window.sidebar.clicked.emit(on.models.sidebar.index_of(session, Place(session, 0, b"/boot")))
        await listed
        assert on.place.path == b"/boot"
        assert "vmlinuz-6.1.0-18-amd64" in on.names

    play(scenario)


def test_after_a_file_system_that_cannot_be_listed_the_shown_one_is_mounted(
    play: Play,
) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        shown = on.place
        session.trees = [*session.trees, session.trees[-1]]
        on.fake.behaviour.refuse["scandir"] = ("EIO", "input/output error")
        other = Place(session, len(session.trees) - 1, b"/")
        assert other.tree != shown.tree
        failed = on.next(on.program.navigator.failed)
        on.program.navigator.go(other)
        await asyncio.wait_for(failed, 40)
        on.fake.behaviour.refuse.clear()
        if on.program.navigator.is_busy:
            await on.signal(on.program.navigator.busy_changed)
        assert (on.place, session.tree) == (shown, shown.tree)

    play(scenario)
