"""A machine of several disks in the window: added to an open image, and part of all that works on it then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway.drives import Drive
from cutaway.errors import ImageIncomplete
from cutaway.records import LACKING
from cutaway.testing import FakeAppliance, FakeFileSystem, FakeImage, disk, file, folder, sample_image
from cutaway.testing.appliance import FakeRunning
from cutaway.transfer.journal import Unfinished
from cutaway_app.bridge.bulk import Extraction, extraction_of, note_of
from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.models.jobs import JobState
from cutaway_app.models.sidebar_entries import describe
from cutaway_app.operations.mount_image import mount_command
from cutaway_app.operations.save_image import what_is_saved, whole_drive
from cutaway_app.widgets.recent_button import RecentButton
from gui.conftest import Scenario
from gui.harness import IMAGE, SAMPLE, TIMEOUT_S, Harness
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

Play = Callable[[Scenario], None]
SECOND, EMPTY = "/images/second.img", "/images/empty.img"
DATA = "/dev/sdb1"


@pytest.fixture
def fake() -> FakeAppliance:
    second = disk((64, FakeFileSystem("xfs", lambda: folder({b"on second": file(b"second\n")}), "SECOND")))
    return FakeAppliance({
        IMAGE: sample_image(), SAMPLE: sample_image(), SECOND: second, EMPTY: FakeImage(1 << 20),
    })  # fmt: skip


async def shown(on: Harness) -> ImageSession:
    """Open the first disk, and wait for its root folder."""
    await on.open(IMAGE)
    return on.place.session


async def add(on: Harness, session: ImageSession, path: str = SECOND) -> Place | None:
    """Add a disk, and wait until all is looked through."""
    done = on.next(on.program.further_disks.added)
    on.program.further_disks.add(session, [path])
    return (await asyncio.wait_for(done, 10))[1]


def test_what_is_on_a_further_disk_is_shown_and_taken_by_jobs(play: Play, tmp_path: Path) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        place = await add(on, session)
        await on.until(lambda: on.names == ["on second"], on.models.table.listing_finished)
        assert place == on.place
        assert [device.device for device in session.survey.devices] == ["/dev/sda", "/dev/sdb"]
        work = Extraction(session.machine, session.trees[on.place.tree], (b"/on second",), str(tmp_path))
        job = on.program.jobs.add(work)
        await on.until(lambda: job.is_over, job.changed)
        assert job.state is JobState.DONE
        assert (tmp_path / "on second").read_bytes() == b"second\n"
        assert describe(session).subtitle.startswith("2 disks · ")
        assert f"--add={SECOND}" in mount_command(session, on.place.tree, "/folder")

    play(scenario)


def rearranging(on: Harness, session: ImageSession) -> list[tuple[bool, ...]]:
    """Return what will have been possible while the image is rearranged: to edit it, to add a disk, by actions too."""
    seen: list[tuple[bool, ...]] = []

    def look() -> None:
        if session.is_rearranged:
            actions = on.window.actions_["edit"], on.window.actions_["add_disk"]
            can = session.can_be_edited, on.program.further_disks.can_add(session)
            seen.append((*can, *(action.isEnabled() for action in actions)))

    session.changed.connect(look)
    return seen


def test_while_a_disk_is_added_nothing_else_is_rearranged(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        seen = rearranging(on, session)
        await add(on, session)
        assert set(seen) == {(False, False, False, False)}
        assert on.window.actions_["add_disk"].isEnabled()

    play(scenario)


def test_while_editing_begins_no_disk_is_added(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        seen, begun = rearranging(on, session), on.next(on.program.edits.begun)
        on.window.actions_["edit"].trigger()
        await asyncio.wait_for(begun, 10)
        assert set(seen) == {(False, False, False, False)}
        on.program.further_disks.add(session, [SECOND])
        assert session.is_edited
        assert not session.is_rearranged

    play(scenario)


def test_it_comes_back_with_the_appliance_and_with_another_opening(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        await add(on, session)
        await on.until(lambda: on.names == ["on second"], on.models.table.listing_finished)
        restarted = on.next(on.program.images.restarted)
        on.program.images.restart(session)
        await restarted
        await on.until(lambda: on.names == ["on second"], on.models.table.listing_finished)
        await on.program.image_wiring._images._drop_engine(session)
        opened = on.next(on.program.images.opened)
        on.program.images.open(session)
        await opened
        assert len(session.survey.devices) == 2

    play(scenario)


async def closed(on: Harness, session: ImageSession) -> None:
    gone = on.next(on.program.images.closed)
    on.program.image_wiring.close(session)
    await gone


def test_the_list_of_recent_images_opens_the_whole_machine(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        await add(on, session)
        await closed(on, session)
        (button,) = [one for one in on.window.start.findChildren(RecentButton) if not one.isHidden()]
        assert button.text() == "debian.qcow2 and second.img"
        opened = on.next(on.program.images.opened)
        button.click()
        (session,) = await opened
        assert session.machine.images == (IMAGE, SECOND)
        assert len(session.survey.devices) == 2
        await closed(on, session)
        session = await shown(on)
        assert session.machine.images == (IMAGE,), "chosen by its file, it is that file"

    play(scenario)


def test_a_machine_is_opened_without_a_disk_that_is_gone(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        await add(on, session)
        await closed(on, session)
        del fake.images[SECOND]
        failed = on.next(on.program.images.failed)
        on.window.start.recent_requested.emit(IMAGE)
        await failed
        assert "second.img" in on.window.banner.accessibleDescription()
        opened = on.next(on.program.images.opened)
        button = next(
            one for one in on.window.banner.findChildren(QPushButton) if one.text().startswith("Open Without")
        )
        assert button.text() == "Open Without second.img"
        button.click()
        (session,) = await opened
        assert session.machine.further == ()

    play(scenario)


def test_a_disk_that_cannot_be_used_changes_nothing(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        before, names, place = session.survey, on.names, on.place
        failed = on.next(on.program.further_disks.failed)
        on.program.further_disks.add(session, ["/images/gone.img"])
        await failed
        assert "gone.img" in on.window.banner.accessibleDescription()
        assert (session.survey, on.names, on.place) == (before, names, place)
        assert session.machine.further == ()

    play(scenario)


def test_the_same_disk_is_not_added_twice_and_waiting_is_told(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        said: list[str] = []
        on.program.further_disks.busy_changed.connect(said.append)
        await add(on, session, EMPTY)
        failed = on.next(on.program.further_disks.failed)
        on.program.further_disks.add(session, [EMPTY])
        await failed
        assert "one of its disks already" in on.window.banner.accessibleDescription()
        assert session.machine.further == (EMPTY,)
        await on.until(lambda: said == [EMPTY, "", EMPTY, ""], on.program.further_disks.busy_changed)

    play(scenario)


def test_who_closes_the_image_meanwhile_is_told_nothing(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        fake.behaviour.latency_of["survey"] = 10 * TIMEOUT_S
        begun = on.next(on.program.further_disks.busy_changed)
        on.program.further_disks.add(session, [SECOND])
        await begun
        ended = on.next(on.program.further_disks.busy_changed)
        on.program.image_wiring.close(session)
        assert await ended == ("",)
        assert on.window.banner.isHidden()

    play(scenario)


def test_one_that_is_incomplete_is_added_once_the_person_allows_it(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    attach = FakeRunning._image_of

    def guarded(self: FakeRunning, drive: Drive) -> FakeImage:
        if drive.path == SECOND and SECOND not in drive.allowed:
            raise ImageIncomplete("it is incomplete", path=drive.path, file=SECOND)
        return attach(self, drive)

    monkeypatch.setattr(FakeRunning, "_image_of", guarded)

    async def scenario(on: Harness) -> None:
        session = await shown(on)
        failed = on.next(on.program.further_disks.failed)
        on.program.further_disks.add(session, [SECOND])
        await failed
        added = on.next(on.program.further_disks.added)
        button = next(one for one in on.window.banner.findChildren(QPushButton) if one.text() == "Add Anyway")
        button.click()
        await added
        assert session.machine.further == (SECOND,)
        assert session.machine.allowed == {SECOND}

    play(scenario)


def test_of_an_empty_disk_the_overview_is_shown(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        assert await add(on, session, EMPTY) is None
        assert on.window.pages.currentWidget() is on.window.overview
        saves = [one for one in on.window.overview.findChildren(QPushButton) if "Save sd" in one.accessibleName()]
        assert [one.accessibleName() for one in saves] == ["Save sda as Image…", "Save sdb as Image…"]

    play(scenario)


def test_several_drives_are_saved_one_by_one_and_not_edited(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        assert on.window.actions_["edit"].isEnabled()
        await add(on, session, EMPTY)
        assert whole_drive(session) == ""
        assert what_is_saved(session, "/dev/sda") == f"sda of {session.name}"
        assert not on.window.actions_["edit"].isEnabled()
        assert not on.window.actions_["save_image"].isEnabled()

    play(scenario)


def test_while_an_image_is_edited_it_gets_no_disk(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        assert on.window.actions_["add_disk"].isEnabled()
        begun = on.next(on.program.edits.begun)
        on.window.actions_["edit"].trigger()
        await begun
        assert not on.window.actions_["add_disk"].isEnabled()
        on.program.further_disks.add(session, [SECOND])
        assert session.machine.further == ()

    play(scenario)


def test_what_lacks_a_disk_offers_to_add_one(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        assert session.survey is not None
        lacking = replace(session.survey, warnings=[f"The volume group x lacks a physical volume: {LACKING} it"])
        session.opened(lacking, session.trees)
        on.program.images.opened.emit(session)
        assert "Add a Disk…" in [one.text() for one in on.window.banner.findChildren(QPushButton)]
        on.window.actions_["overview"].trigger()
        asked: list[None] = []
        on.window.overview.disk_requested.connect(lambda: asked.append(None))
        button = next(one for one in on.window.overview.findChildren(QPushButton) if one.text() == "Add a Disk…")
        on.window.overview.disk_requested.disconnect(on.program.disks_wiring._choose_for_current)
        button.click()
        assert asked == [None]

    play(scenario)


def test_an_extraction_that_was_cut_off_is_gone_on_with_from_all_disks(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        await add(on, session)
        work = Extraction(session.machine, session.trees[0], (b"/etc",), "/home/me")
        again = extraction_of(Unfinished("/home/me", note_of(work)))
        assert again is not None
        assert again.machine == work.machine

    play(scenario)


@pytest.mark.qt_log_ignore("does not support")
def test_the_menu_of_the_image_asks_for_a_disk(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await shown(on)
        on.window.sidebar.context_menu_requested.emit(QPoint(10, 10), on.models.sidebar.index_of(session))
        menu = next(one for one in on.window.findChildren(QMenu) if one.isVisible())
        next(action for action in menu.actions() if action.text() == "Add a Disk…").trigger()
        menu.close()
        dialog = next(one for one in on.window.findChildren(QFileDialog) if one.isVisible())
        added = on.next(on.program.further_disks.added)
        dialog.filesSelected.emit([SECOND])
        await added
        dialog.close()
        assert session.machine.further == (SECOND,)

    play(scenario)
