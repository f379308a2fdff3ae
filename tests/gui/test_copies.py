"""Files made ready on this computer: for a paste, and for the drag after one that was refused."""

from __future__ import annotations

import asyncio
import os
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cutaway.testing import FakeAppliance
from cutaway_app.drag import start
from cutaway_app.drag.staging import COPIED_FILES, KDE_IS_CUT, URI_LIST
from cutaway_app.models.jobs import Job, JobState
from cutaway_app.operations.stage import Batch
from cutaway_app.windows import drag_wiring
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_jobs import moving, over
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QDrag, QGuiApplication
from PySide6.QtTest import QTest

REMOVAL = "remove an older batch"
Play = Callable[[Scenario], None]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def clipboard() -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


class Hand:
    """Drags: remembers what was offered, and ends as it is told."""

    def __init__(self) -> None:
        self.offered: list[list[str]] = []
        self.paths: list[str] = []
        self.is_refused = True

    def execute(self, drag: QDrag) -> Qt.DropAction:
        self.offered.append(drag.mimeData().formats())
        self.paths = addresses_of(bytes(drag.mimeData().data(URI_LIST).data())) if self.offers_files else []
        return Qt.DropAction.IgnoreAction if self.is_refused else Qt.DropAction.CopyAction

    @property
    def offers_files(self) -> bool:
        return URI_LIST in self.offered[-1]


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    one = Hand()

    def drag(*arguments: Any) -> None:
        start.start_drag(*arguments, execute=one.execute)

    monkeypatch.setattr(drag_wiring, "start_drag", drag)
    return one


def addresses_of(uris: bytes) -> list[str]:
    return [os.fsdecode(urllib.parse.unquote_to_bytes(line.removeprefix(b"file://"))) for line in uris.split()]


def pasted() -> list[str]:
    mime = QGuiApplication.clipboard().mimeData()
    return addresses_of(bytes(mime.data(URI_LIST).data())) if mime else []


def content_of(*parts: str) -> bytes:
    return Path(*parts).read_bytes()


def exist(paths: Iterable[str]) -> bool:
    return all(os.path.exists(path) for path in paths)


def left_in(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()]


def job_of(on: Harness) -> Job:
    return on.models.jobs.job(on.models.jobs.rowCount() - 1)


def said(on: Harness) -> str:
    return on.window.banner.accessibleDescription()


async def copy(on: Harness) -> Batch:
    """Copy what is selected, and wait until it is ready."""
    ready = on.next(on.program.stager.ready)
    on.window.actions_["copy"].trigger()
    (batch,) = await asyncio.wait_for(ready, 40)
    assert isinstance(batch, Batch)
    return batch


def drag_out(on: Harness) -> None:
    """Drag the selection out of the window."""
    QCursor.setPos(on.window.geometry().bottomRight() + QPoint(500, 500))
    on.table.drag_requested.emit()


def test_a_copy_can_be_pasted_as_files(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        QTest.keyClick(on.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await on.signal(on.program.stager.ready)
        (path,) = pasted()
        assert content_of(path) == b"web01\n"
        assert os.path.basename(path) == "hostname"
        mime = QGuiApplication.clipboard().mimeData()
        assert {bytes(mime.data(kind).data()) for kind in COPIED_FILES} == {b"copy\nfile://" + path.encode()}
        assert bytes(mime.data(KDE_IS_CUT).data()) == b"0"
        assert "Ready to paste" in said(on)
        assert job_of(on).state is JobState.DONE
        assert job_of(on).destination == "", "a person has nothing to look for there"

    play(scenario)


def test_only_its_owner_can_look_into_the_folder(play: Play, cache: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        await copy(on)
        (folder,) = (cache / "cutaway").iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700

    play(scenario)


def test_a_folder_of_the_tree_is_copied_by_the_same_key(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.window.browser.tree.setFocus()
        QTest.keyClick(on.window.browser.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await on.signal(on.program.stager.ready)
        (path,) = pasted()
        assert content_of(path, "hostname") == b"web01\n"

    play(scenario)


def test_names_of_any_bytes_are_pasted(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/names")
        on.select(b"caf\xe9.txt", "café.txt".encode())
        await copy(on)
        assert {os.path.basename(os.fsencode(path)) for path in pasted()} == {b"caf\xe9.txt", "café.txt".encode()}
        assert exist(pasted())

    play(scenario)


def test_the_next_copy_takes_the_place_of_the_one_before(play: Play, cache: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        first = await copy(on)
        on.select(b"fstab")
        second = await copy(on)
        assert pasted() == list(second.paths)
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == REMOVAL))
        assert not exist(first.paths)
        assert [path.name for path in left_in(cache)] == ["fstab"]

    play(scenario)


def test_a_copy_is_what_is_in_the_image_now(play: Play, hand: Hand) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        first = await copy(on)
        second = await copy(on)
        assert pasted() == list(second.paths) != list(first.paths)
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["reload"].trigger()
        await asyncio.wait_for(listed, 40)
        on.select(b"etc")
        hand.is_refused = False
        drag_out(on)
        assert not hand.offers_files, "after a reload nothing old is dragged"
        assert exist(pasted())

    play(scenario)


def test_a_refused_drag_leaves_what_was_copied(play: Play, hand: Hand) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        copied = await copy(on)
        on.select(b"fstab")
        ready = on.next(on.program.stager.ready)
        drag_out(on)
        await asyncio.wait_for(ready, 40)
        assert pasted() == list(copied.paths)
        assert exist(copied.paths)

    play(scenario)


def test_a_cancelled_copy_leaves_the_clipboard_and_no_files(play: Play, fake: FakeAppliance, cache: Path) -> None:
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/videos")
        on.select(b"holiday.mkv")
        QGuiApplication.clipboard().setText("mine")
        on.window.actions_["copy"].trigger()
        await moving(on, job_of(on))
        on.window.shelf.cancel_requested.emit(job_of(on).id)
        await over(on, job_of(on))
        assert job_of(on).state is JobState.CANCELLED
        assert QGuiApplication.clipboard().text() == "mine"
        assert left_in(cache) == []

    play(scenario)


def test_a_newer_copy_gives_up_one_that_is_not_ready(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/videos")
        on.select(b"holiday.mkv")
        fake.behaviour.bytes_per_s = 5_000_000
        on.window.actions_["copy"].trigger()
        slow = job_of(on)
        await moving(on, slow)
        await on.go(b"/etc")
        on.select(b"hostname")
        await copy(on)
        assert slow.state is JobState.CANCELLED
        assert [os.path.basename(path) for path in pasted()] == ["hostname"]

    play(scenario)


def test_a_copy_that_fails_says_why_and_can_be_tried_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        fake.behaviour.fail_launch = "no qemu today"
        on.select(b"etc")
        on.window.actions_["copy"].trigger()
        await over(on, job_of(on))
        assert job_of(on).state is JobState.FAILED
        assert "was not extracted" in said(on)
        assert pasted() == []
        fake.behaviour.fail_launch = ""
        ready = on.next(on.program.stager.ready)
        on.window.banner.action_requested.emit("answer0")
        await asyncio.wait_for(ready, 40)
        assert [os.path.basename(path) for path in pasted()] == ["etc"]

    play(scenario)


def test_without_a_place_for_the_files_it_says_so(play: Play, cache: Path) -> None:
    cache.write_text("no folder")

    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        on.window.actions_["copy"].trigger()
        assert "etc was not copied" in said(on)
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_a_large_copy_asks_before_it_takes_the_space(
    play: Play, fake: FakeAppliance, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drag_wiring, "COPY_BYTES", 10_000)
    fake.behaviour.bytes_per_s = 200_000

    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/var/log")
        on.select(b"syslog")
        asked = on.next(on.program.stager.too_large)
        on.window.actions_["copy"].trigger()
        await asyncio.wait_for(asked, 40)
        await over(on, job_of(on))
        assert job_of(on).state is JobState.CANCELLED
        assert "syslog has" in said(on)
        assert left_in(cache) == []
        fake.behaviour.bytes_per_s = 0
        ready = on.next(on.program.stager.ready)
        on.window.banner.action_requested.emit("answer1")
        await asyncio.wait_for(ready, 40)
        assert [os.path.basename(path) for path in pasted()] == ["syslog"]

    play(scenario)


def test_more_items_than_a_list_holds_are_refused(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drag_wiring, "MAX_LISTED", 2)

    async def scenario(on: Harness) -> None:
        await on.open()
        on.table.selectAll()
        on.window.actions_["copy"].trigger()
        assert "too many" in said(on)
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_what_was_left_out_is_told_though_the_rest_is_ready(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        await copy(on)
        assert "Ready to paste" in said(on)
        assert "left out" in said(on)

    play(scenario)


def test_closing_removes_the_files_and_takes_them_off_the_clipboard(play: Play, cache: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        await copy(on)
        assert left_in(cache) != []
        await on.program.close()
        assert list((cache / "cutaway").iterdir()) == []
        assert pasted() == []

    play(scenario)


def test_closing_leaves_what_has_been_copied_elsewhere_since(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        await copy(on)
        QGuiApplication.clipboard().setText("mine")
        await on.program.close()
        assert QGuiApplication.clipboard().text() == "mine"

    play(scenario)


def test_after_a_refused_drag_the_next_one_has_files(play: Play, hand: Hand) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        ready = on.next(on.program.stager.ready)
        drag_out(on)
        assert not hand.offers_files, "nothing is fetched before anybody wants it"
        await asyncio.wait_for(ready, 40)
        assert "Ready to drag" in said(on)
        assert not pasted(), "a drag is no copy"
        drag_out(on)
        (path,) = hand.paths
        assert content_of(path, "hostname") == b"web01\n"
        on.select(b"srv")
        hand.is_refused = False
        drag_out(on)
        assert not hand.offers_files, "another selection is not what is ready"

    play(scenario)


def test_a_copy_is_also_ready_to_be_dragged(play: Play, hand: Hand) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        batch = await copy(on)
        drag_out(on)
        assert hand.paths == list(batch.paths)

    play(scenario)


def test_a_drag_that_is_taken_or_ends_in_the_window_fetches_nothing(play: Play, hand: Hand) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        hand.is_refused = False
        drag_out(on)
        hand.is_refused = True
        QCursor.setPos(on.window.geometry().center())
        on.table.drag_requested.emit()
        await asyncio.sleep(0.05)
        assert len(hand.offered) == 2
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_a_large_refused_drag_asks(
    play: Play, hand: Hand, monkeypatch: pytest.MonkeyPatch, fake: FakeAppliance
) -> None:
    monkeypatch.setattr(drag_wiring, "DRAG_BYTES", 1_000_000)
    fake.behaviour.bytes_per_s = 5_000_000

    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/srv/videos")
        on.select(b"holiday.mkv")
        asked = on.next(on.program.stager.too_large)
        drag_out(on)
        await asyncio.wait_for(asked, 40)
        await over(on, job_of(on))
        assert "holiday.mkv has" in said(on)

    play(scenario)
