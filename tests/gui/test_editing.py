"""Editing a copy: files come in by drop, paste and dialog, browsing goes on, and nothing is lost without a question."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway.mount_plan import MountTree
from cutaway.records import Mount
from cutaway.testing import FakeAppliance
from cutaway.testing.answers.mounts import MountAnswers
from cutaway.testing.vfs import Refusal
from cutaway_app.bridge.bulk import Extraction
from cutaway_app.drag.incoming import paths_of
from cutaway_app.drag.staging import URI_LIST, copied_mime, staged_mime
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.jobs import Job, JobState
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_jobs import over
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QMessageBox

Play = Callable[[Scenario], None]
COPY, LEFT, PLAIN = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def clipboard() -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of this computer: a file, a folder with one in it, a name that is no text."""
    folder = tmp_path / "mine"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "note.txt").write_bytes(b"brought in\n")
    (folder / "deep" / "deeper" / "leaf").write_bytes(b"x" * 70_000)
    (folder / os.fsdecode(b"caf\xe9")).write_bytes(b"latin")
    return folder


async def edit(on: Harness) -> ImageSession:
    """Open the image and edit it."""
    session = await on.open()
    await edit_this(on)
    return session


async def edit_this(on: Harness) -> None:
    """Edit the image that is shown."""
    begun = on.next(on.program.edits.begun)
    on.window.actions_["edit"].trigger()
    await asyncio.wait_for(begun, 40)


def drop(on: Harness, *paths: Path, onto: bytes = b"") -> bool:
    """Drop files on the table, on a row or below all; return whether they were taken."""
    viewport = on.table.viewport()
    place = QPoint(40, viewport.height() - 3)
    if onto:
        place = on.table.visualRect(on.models.table.index(on.models.table.row_of(onto), 0)).center()
    mime = staged_mime([os.fspath(path) for path in paths])
    entered = QDragEnterEvent(place, COPY, mime, LEFT, PLAIN)
    entered.ignore()
    QApplication.sendEvent(viewport, entered)
    dropped = QDropEvent(QPointF(place), COPY, mime, LEFT, PLAIN)
    dropped.ignore()
    if entered.isAccepted():
        QApplication.sendEvent(viewport, dropped)
    return entered.isAccepted() and dropped.isAccepted()


def job_of(on: Harness) -> Job:
    return on.models.jobs.job(on.models.jobs.rowCount() - 1)


async def arrive(on: Harness) -> Job:
    """Wait until what was put in last is there, and shown."""
    listed, job = on.next(on.models.table.listing_finished), job_of(on)
    await over(on, job)
    assert job.state is JobState.DONE, job.error
    await asyncio.wait_for(listed, 40)
    return job


async def extracted(on: Harness, path: bytes, folder: Path) -> Path:
    """Return a file of the image, as the window extracts it."""
    session = on.place.session
    job = on.program.job_wiring.extract(Extraction(session.machine, session.trees[0], (path,), ""), str(folder))
    await over(on, job)
    assert job.state is JobState.DONE, job.error
    return Path(job.results[0])


def box_of(on: Harness) -> QMessageBox:
    boxes = [box for box in on.window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1, "one question"
    assert all(box.textFormat() == Qt.TextFormat.PlainText for box in boxes), "a name could be markup"
    return boxes[0]


def answer(on: Harness, button: QMessageBox.StandardButton) -> None:
    box_of(on).button(button).click()


def said(on: Harness) -> str:
    return on.window.banner.accessibleDescription()


def test_an_offer_is_read_byte_for_byte_and_only_files_are_taken() -> None:
    mime = QMimeData()
    mime.setData(
        URI_LIST, b"# a note\r\nfile:///a%20b/caf%E9\r\nhttp://example.org/x\r\nfile://localhost/tmp/\r\nfile:\r\n\r\n"
    )
    assert [os.fsencode(path) for path in paths_of(mime)] == [b"/a b/caf\xe9", b"/tmp"]
    assert paths_of(None) == []


def test_before_editing_a_file_that_is_dropped_on_the_table_is_opened(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        opened = on.next(on.program.images.opened)
        assert drop(on, files / "note.txt")
        (session,) = await asyncio.wait_for(opened, 40)
        assert session.path == os.fspath(files / "note.txt")
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_before_editing_nothing_can_be_put_in_and_a_paste_offers_it(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        assert not on.window.edit_bar.isVisible()
        assert not any(on.window.actions_[name].isEnabled() for name in ("put_files", "put_folder", "edit_end"))
        QGuiApplication.clipboard().setMimeData(copied_mime([str(files / "note.txt")]))
        on.table.setFocus()
        QTest.keyClick(on.table, Qt.Key.Key_V, CTRL)
        assert "is only looked at" in said(on)
        assert on.models.jobs.rowCount() == 0
        begun = on.next(on.program.edits.begun)
        on.window.banner.action_requested.emit("answer0")
        await asyncio.wait_for(begun, 40)
        assert on.window.edit_bar.isVisible()

    play(scenario)


def test_files_and_folders_are_dropped_into_the_folder_that_is_shown(play: Play, files: Path, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert "editing a copy of debian.qcow2" in on.window.edit_bar.said
        await on.go(b"/etc")
        assert drop(on, files / "note.txt", files / "deep", files / os.fsdecode(b"caf\xe9"))
        job = await arrive(on)
        assert job.title == "note.txt and 2 more → /etc in debian.qcow2"
        assert {"note.txt", "deep", "caf\\xe9"} <= set(on.names)
        assert session.is_unsaved
        assert "not saved" in on.window.edit_bar.said
        assert (await extracted(on, b"/etc/note.txt", tmp_path)).read_bytes() == b"brought in\n"
        leaf = (await extracted(on, b"/etc/deep", tmp_path)) / "deeper" / "leaf"
        assert leaf.read_bytes() == b"x" * 70_000

    play(scenario)


def test_a_drop_onto_a_folder_goes_into_it_and_onto_a_file_beside_it(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        assert drop(on, files / "note.txt", onto=b"etc")
        await over(on, job_of(on))
        assert "note.txt" not in on.names
        await on.go(b"/etc")
        assert "note.txt" in on.names
        assert drop(on, files / "deep", onto=b"hostname")
        await arrive(on)
        assert "deep" in on.names

    play(scenario)


def test_what_was_copied_is_pasted_by_the_rule_for_names(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        QGuiApplication.clipboard().setMimeData(copied_mime([str(files / "note.txt")]))
        on.table.setFocus()
        for names in ({"note.txt"}, {"note.txt", "note (2).txt"}):
            QTest.keyClick(on.table, Qt.Key.Key_V, CTRL)
            await arrive(on)
            assert {name for name in on.names if "note" in name} == names
        on.window.actions_["conflict_skip"].trigger()
        on.window.actions_["paste"].trigger()
        await over(on, job_of(on))
        assert job_of(on).note == "1 left out"
        assert "was not put in completely" in said(on)
        QGuiApplication.clipboard().setText("no file")
        count = on.models.jobs.rowCount()
        on.window.actions_["paste"].trigger()
        assert "nothing that can be put in" in said(on)
        assert on.models.jobs.rowCount() == count

    play(scenario)


def test_files_are_chosen_in_a_dialog_by_keys(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        for key, modifier, name in (
            (Qt.Key.Key_P, CTRL, "note.txt"),
            (Qt.Key.Key_P, CTRL | Qt.KeyboardModifier.ShiftModifier, "deep"),
        ):
            on.window.activateWindow()
            await on.until(on.window.isActiveWindow, QGuiApplication.instance().focusWindowChanged)
            QTest.keyClick(on.table, key, modifier)
            dialog = next(one for one in on.window.findChildren(QFileDialog) if one.isVisible())
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            line.setText(os.fspath(files / name))
            added = on.next(on.models.jobs.rowsInserted)
            QTest.keyClick(line, Qt.Key.Key_Return)
            await added
            await arrive(on)
            assert name in on.names

    play(scenario)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_context_menu_offers_to_put_in(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.table.context_menu_requested.emit(QPoint(100, 100))
        menus = on.window.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        menu = next(one for one in menus if one.isVisible())
        assert {"Put Files Here…", "Put Folder Here…", "Paste"} <= {action.text() for action in menu.actions()}
        menu.close()

    play(scenario)


def test_a_cancelled_put_leaves_nothing_and_browsing_goes_on_meanwhile(
    play: Play, fake: FakeAppliance, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(30_000_000))
    fake.behaviour.bytes_per_s = 1_000_000

    async def scenario(on: Harness) -> None:
        session = await edit(on)
        await on.go(b"/srv")
        assert drop(on, large)
        job = job_of(on)
        await on.until(lambda: job.state is JobState.RUNNING and job.bytes_done > 0, job.changed)
        assert on.program.edits.is_unsaved(session), "it will be"
        assert "Waiting" not in on.window.edit_bar.said
        on.program.navigator.reload()
        await on.until(lambda: "Waiting until this is done: large → /srv" in on.window.edit_bar.said, job.changed)
        on.window.shelf.cancel_requested.emit(job.id)
        await over(on, job)
        assert job.state is JobState.CANCELLED
        await on.until(lambda: not on.program.navigator.is_busy, on.program.navigator.busy_changed)
        assert "large" not in on.names
        assert not on.program.edits.is_unsaved(session)

    play(scenario)


def test_a_missing_file_and_a_lost_tree_are_explained(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert drop(on, files / "not there")
        await over(on, job_of(on))
        assert job_of(on).state is JobState.FAILED
        assert "was not put in" in said(on)
        session.trees.append(MountTree("boot", (Mount("/dev/sda1", b"/", "ext4"),)))
        here, other = on.place, Place(session, 1, b"/")
        listed = on.next(on.models.table.listing_finished)
        on.program.navigator.go(other)
        await asyncio.wait_for(listed, 40)
        on.program.edit_wiring.put(here, [str(files / "note.txt")])
        await over(on, job_of(on))
        assert "is not mounted any more" in said(on)
        assert "Show it again" in said(on)

    play(scenario)


def test_the_appliances_death_says_what_is_lost_and_a_restart_shows_the_image_itself(
    play: Play, fake: FakeAppliance, files: Path
) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert drop(on, files / "note.txt")
        await arrive(on)
        died = on.next(on.program.images.died)
        fake.die_now()
        await asyncio.wait_for(died, 40)
        assert "What you have put in and not saved is lost" in said(on)
        assert "Nothing was written to the image" in said(on)
        assert not on.window.edit_bar.isVisible()
        assert not session.is_edited

    play(scenario)


def test_a_put_in_which_the_appliance_dies_ends_with_that_word(play: Play, fake: FakeAppliance, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        assert drop(on, files / "deep")
        await arrive(on)
        fake.die_during("insert_unpack")
        assert drop(on, files / "note.txt")
        job, session = job_of(on), on.place.session
        await over(on, job)
        assert job.state is JobState.FAILED
        await on.until(lambda: bool(session.death), on.program.images.died)
        assert "not saved is lost" in said(on)

    play(scenario)


def test_what_can_only_be_read_is_shown_and_says_so(play: Play, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = MountAnswers.mount_tree

    def refuse(self: MountAnswers, mounts: list[list[str | bytes]], readonly: bool = True) -> list[str]:
        if not readonly:
            raise Refusal("EROFS", "it is written on stone")
        return plain(self, mounts, readonly)

    monkeypatch.setattr(MountAnswers, "mount_tree", refuse)

    async def scenario(on: Harness) -> None:
        await edit(on)
        assert "can only be read" in said(on)
        assert "written on stone" in said(on)
        await on.go(b"/etc")
        assert "hostname" in on.names
        assert drop(on, files / "note.txt")
        await over(on, job_of(on))
        assert job_of(on).state is JobState.FAILED
        assert "read-only" in said(on)

    play(scenario)


def test_an_image_that_cannot_be_mounted_again_is_not_edited_but_shown(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.refuse["mount_tree"] = ("EIO", "the drive is broken")
        refused = on.next(on.program.edits.refused)
        on.window.actions_["edit"].trigger()
        await asyncio.wait_for(refused, 40)
        fake.behaviour.refuse.clear()
        assert "debian.qcow2 cannot be edited" in said(on)
        assert not session.is_edited
        await on.go(b"/etc")
        assert "hostname" in on.names

    play(scenario)


def test_what_is_being_mounted_when_editing_begins_can_be_put_into(
    play: Play, fake: FakeAppliance, files: Path
) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        session.trees.append(MountTree("boot", (Mount("/dev/sda1", b"/", "ext4"),)))
        fake.behaviour.latency_of["mount_tree"] = 0.2
        listed, begun = on.next(on.models.table.listing_finished), on.next(on.program.edits.begun)
        on.program.navigator.go(Place(session, 1, b"/"))
        await asyncio.sleep(0)
        on.window.actions_["edit"].trigger()
        await asyncio.wait_for(asyncio.gather(listed, begun), 40)
        assert on.place.tree == 1
        assert drop(on, files / "note.txt")
        await arrive(on)
        assert "note.txt" in on.names

    play(scenario)


def test_a_put_of_an_edit_that_was_ended_cannot_be_tried_again(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert drop(on, files / "gone")
        job = job_of(on)
        await over(on, job)
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["edit_end"].trigger()
        await asyncio.wait_for(listed, 40)
        assert not session.is_edited, "nothing was put in, so nothing is asked"
        on.window.shelf.retry_requested.emit(job.id)
        await over(on, job)
        assert "not edited any more" in said(on)

    play(scenario)


def test_the_amount_that_is_told_is_what_was_put_in(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        assert drop(on, files / "note.txt", files / "deep")
        job = await arrive(on)
        assert (job.files_done, job.bytes_done) == (2, 11 + 70_000)

    play(scenario)


def test_closing_the_image_asks_and_each_answer_is_followed(
    play: Play, fake: FakeAppliance, files: Path, tmp_path: Path
) -> None:
    fake.behaviour.refuse["device_map"] = ("EIO", "the drive is damaged")

    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert drop(on, files / "note.txt")
        await arrive(on)
        on.window.actions_["close_image"].trigger()
        on.window.actions_["close_image"].trigger()
        answer(on, QMessageBox.StandardButton.Cancel)
        assert on.models.sidebar.sessions == [session]
        on.window.actions_["close_image"].trigger()
        answer(on, QMessageBox.StandardButton.Save)
        dialog = next(one for one in on.window.findChildren(QFileDialog) if one.isVisible())
        added = on.next(on.models.jobs.rowsInserted)
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.setText(os.fspath(tmp_path / "saved.qcow2"))
        QTest.keyClick(line, Qt.Key.Key_Return)
        await added
        await over(on, job_of(on))
        assert job_of(on).state is JobState.FAILED
        assert session.is_unsaved
        assert on.models.sidebar.sessions == [session], "what could not be saved is not closed"
        await on.until(lambda: not on.program.navigator.is_busy, on.program.navigator.busy_changed)
        closed = on.next(on.program.images.closed)
        on.window.actions_["close_image"].trigger()
        answer(on, QMessageBox.StandardButton.Discard)
        await asyncio.wait_for(closed, 40)

    play(scenario)


def test_closing_the_window_asks_and_without_changes_it_does_not(play: Play, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        assert drop(on, files / "note.txt")
        await arrive(on)
        on.window.close()
        assert on.window.isVisible()
        assert "debian.qcow2" in box_of(on).text()
        QTest.keyClick(box_of(on), Qt.Key.Key_Escape)
        assert on.window.isVisible()
        on.window.close()
        answer(on, QMessageBox.StandardButton.Discard)
        assert not on.window.isVisible()
        assert on.program.closed.is_set()

    play(scenario)


def test_an_unchanged_copy_is_closed_without_a_question(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.window.close()
        assert on.window.findChildren(QDialog) == []
        assert on.program.closed.is_set()

    play(scenario)


def test_to_stop_editing_shows_the_image_as_it_is(play: Play, fake: FakeAppliance, files: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        assert not on.window.actions_["mount"].isEnabled(), "a folder would not show the changes"
        assert drop(on, files / "note.txt")
        await arrive(on)
        on.window.actions_["edit_end"].trigger()
        listed = on.next(on.models.table.listing_finished)
        answer(on, QMessageBox.StandardButton.Discard)
        await asyncio.wait_for(listed, 40)
        assert not session.is_edited
        assert not on.window.edit_bar.isVisible()
        assert on.window.actions_["edit"].isEnabled()
        assert not on.program.edit_wiring.drops.is_on
        assert "note.txt" not in on.names

    play(scenario)
