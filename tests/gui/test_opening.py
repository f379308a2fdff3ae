"""Opening images: pages, phases, several at once, failures, stopping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cutaway import link
from cutaway.drives import Drive
from cutaway.errors import BackingFileError, EngineError, ImageIncomplete
from cutaway.testing import FakeAppliance, FakeImage, FakeRunning, sample_image
from cutaway_app.bridge.sample import Sample
from cutaway_app.models.image_session import SessionState
from gui.conftest import Scenario
from gui.harness import IMAGE, TIMEOUT_S, Harness
from PySide6.QtWidgets import QPushButton

Play = Callable[[Scenario], None]


def test_an_image_is_shown_at_its_root_folder(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        assert session.state is SessionState.BROWSING
        assert on.window.pages.currentWidget() is on.window.browser
        assert on.place.path == b"/"
        assert on.names[:3] == ["bin → usr/bin", "boot", "dev"]
        assert on.window.top_bar.path_bar.crumb_texts == ["debian.qcow2", "Debian GNU/Linux 12 (bookworm)"]

    play(scenario)


def test_the_sidebar_names_systems_and_mount_points(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        model = on.models.sidebar
        image = model.index(0, 0)
        system = model.index(0, 0, image)
        assert image.data() == "debian.qcow2"
        assert system.data() == "Debian GNU/Linux 12 (bookworm)"
        assert [model.index(row, 0, system).data() for row in range(model.rowCount(system))] == ["/", "/boot", "/home"]
        others = model.index(1, 0, image)
        assert [model.index(row, 0, others).data() for row in range(model.rowCount(others))] == ["Swap"]

    play(scenario)


def test_an_image_closed_on_the_way_to_its_first_folder_is_not_gone_to(play: Play, fake: FakeAppliance) -> None:
    """The mount ended after the session was deleted, and told it so."""
    fake.behaviour.latency_of["mount_tree"] = 0.2

    async def scenario(on: Harness) -> None:
        opened = on.next(on.program.images.opened)
        on.program.image_wiring.open([IMAGE])
        (session,) = await opened
        assert on.program.navigator.wanted is not None
        closed = on.next(on.program.images.closed)
        on.program.image_wiring.close(session)
        await closed
        assert on.program.navigator.wanted is None
        await asyncio.sleep(0.5)
        assert on.program.navigator.place is None

    play(scenario)


def test_phases_of_a_boot_are_shown(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.cold, fake.behaviour.boot_s = True, 0.3

    async def scenario(on: Harness) -> None:
        phases: list[str] = []
        on.program.image_wiring.open([IMAGE])
        session = on.models.sidebar.sessions[0]
        session.phase_changed.connect(lambda: phases.append(session.phase))
        await on.signal(on.models.table.listing_finished)
        assert len(phases) >= 4
        assert phases[-1] == "Looking for systems and file systems"

    play(scenario)


def test_opening_can_be_stopped(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.latency_of["survey"] = 60

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        session = on.models.sidebar.sessions[0]
        await on.until(lambda: session.phase.startswith("Looking"), session.phase_changed)
        assert on.window.pages.currentWidget() is on.window.opening
        on.window.opening.stop_requested.emit()
        await on.signal(on.program.images.closed)
        assert on.window.pages.currentWidget() is on.window.start
        assert on.models.sidebar.sessions == []

    play(scenario)


def test_opening_can_be_stopped_before_it_has_begun(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        session = on.models.sidebar.sessions[0]
        closed = on.next(on.program.images.closed)
        on.program.images.stop(session)
        await asyncio.wait_for(closed, 40)
        assert session.state is SessionState.NO_IMAGE
        assert on.models.sidebar.sessions == []
        session = await on.open()
        died = on.next(on.program.images.died)
        on.window.actions_["restart"].trigger()
        on.program.images.stop(session)
        await asyncio.wait_for(died, 40)
        assert "stopped" in session.death
        assert not on.program.images.is_restarting(session)
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["restart"].trigger()
        await asyncio.wait_for(listed, 40)
        assert session.death == ""

    play(scenario)


def test_an_image_that_is_missing_says_so_and_can_be_tried_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open(["/images/missing.qcow2"])
        await on.signal(on.program.images.failed)
        assert on.window.banner.isVisibleTo(on.window)
        assert "missing.qcow2 cannot be opened" in on.window.banner.accessibleDescription()
        fake.images["/images/missing.qcow2"] = sample_image()
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert not on.window.banner.isVisibleTo(on.window)

    play(scenario)


def test_a_restart_of_an_image_that_is_not_open_opens_it(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open(["/images/missing.qcow2"])
        await on.signal(on.program.images.failed)
        fake.images["/images/missing.qcow2"] = sample_image()
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["restart"].trigger()
        await asyncio.wait_for(listed, 40)
        assert on.window.pages.currentWidget() is on.window.browser

    play(scenario)


def test_a_failed_image_that_is_shown_again_says_why_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        good = await on.open()
        on.program.image_wiring.open(["/images/missing.qcow2"])
        await on.signal(on.program.images.failed)
        assert on.window.pages.currentWidget() is on.window.failed
        assert on.window.failed.accessibleName() == "missing.qcow2 is not open"
        assert on.window.failed.accessibleDescription() == "The image is not there."
        bad = on.models.sidebar.sessions[-1]
        on.program.image_wiring.show_session(good)
        assert not on.window.banner.isVisibleTo(on.window)
        on.program.image_wiring.show_overview_of(bad)
        assert on.window.banner.isVisibleTo(on.window)
        assert "missing.qcow2 cannot be opened" in on.window.banner.accessibleDescription()
        fake.images["/images/missing.qcow2"] = sample_image()
        listed = on.next(on.models.table.listing_finished)
        on.window.failed.main_button.click()
        await listed
        assert on.place.session is bad

    play(scenario)


def test_a_recent_image_is_opened_from_the_menu_while_another_is_shown(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open("/images/second.qcow2")
        first = on.models.sidebar.sessions[0]
        closed = on.next(on.program.images.closed)
        on.program.image_wiring.close(first)
        await closed
        await on.open()
        menu = on.window.top_bar.recent_menu
        assert menu.isEnabled()
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions()] == ["debian.qcow2", "second.qcow2"]
        listed = on.next(on.models.table.listing_finished)
        menu.actions()[1].trigger()
        await listed
        assert on.place.session.path == "/images/second.qcow2"

    play(scenario)


def test_a_launch_that_fails_is_explained(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.fail_launch = "qemu exited with status 1"

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        await on.signal(on.program.images.failed)
        assert "The appliance did not start" in on.window.banner.accessibleDescription()
        assert "doctor" in on.window.banner.accessibleDescription()

    play(scenario)


def test_an_image_without_file_systems_shows_its_overview(play: Play, fake: FakeAppliance) -> None:
    fake.images[IMAGE] = replace(sample_image(), partitions=())

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        await on.signal(on.program.images.opened)
        assert on.window.pages.currentWidget() is on.window.overview

    play(scenario)


def test_two_images_are_open_at_once_and_one_is_closed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        first = await on.open()
        second = await on.open("/images/second.qcow2")
        assert on.place.session is second
        await on.program.images.close(second)
        assert on.models.sidebar.sessions == [first]
        await on.until(lambda: on.program.navigator.place is not None, on.program.navigator.place_changed)
        assert on.place.session is first

    play(scenario)


def test_the_same_image_is_not_opened_twice(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.program.image_wiring.open([IMAGE])
        await asyncio.sleep(0)
        assert len(on.models.sidebar.sessions) == 1

    play(scenario)


def test_an_appliance_that_hangs_holds_up_neither_stop_nor_close(
    play: Play, fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.behaviour.hang_in |= {"survey"}
    monkeypatch.setattr(link, "CANCEL_GRACE_S", 10 * TIMEOUT_S)

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        session = on.models.sidebar.sessions[0]
        await on.until(lambda: session.phase.startswith("Looking"), session.phase_changed)
        closed = on.next(on.program.images.closed)
        on.window.opening.stop_requested.emit()
        await asyncio.wait_for(closed, TIMEOUT_S)
        on.program.image_wiring.open([IMAGE])
        session = on.models.sidebar.sessions[0]
        await on.until(lambda: session.phase.startswith("Looking"), session.phase_changed)
        await on.close()

    play(scenario)


def test_the_sample_is_made_when_it_is_wanted_first(play: Play, fake: FakeAppliance, tmp_path: Path) -> None:
    path = tmp_path / "sample.qcow2"

    def make() -> None:
        fake.images[str(path)] = sample_image()
        path.touch()

    async def scenario(on: Harness) -> None:
        on.program.images.sample = Sample(str(path), make)
        for _ in range(2):
            listed = on.next(on.models.table.listing_finished)
            on.window.start.sample_requested.emit()
            await listed
            assert on.place.session.path == str(path)
            await on.program.images.close(on.place.session)
        assert on.window.start is on.window.pages.currentWidget()

    play(scenario)


def test_a_sample_that_cannot_be_made_is_explained(play: Play, tmp_path: Path) -> None:
    def make() -> None:
        raise EngineError("mke2fs is not installed", remedy="apt install e2fsprogs")

    async def scenario(on: Harness) -> None:
        on.program.images.sample = Sample(str(tmp_path / "sample.qcow2"), make)
        on.window.start.sample_requested.emit()
        await on.signal(on.program.images.failed)
        assert "Mke2fs is not installed" in on.window.banner.accessibleDescription()
        assert "apt install e2fsprogs" in on.window.banner.accessibleDescription()

    play(scenario)


@pytest.mark.parametrize("is_incomplete", [False, True], ids=["elsewhere", "incomplete"])
def test_a_file_that_was_objected_to_is_used_once_the_person_allows_it(
    play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_incomplete: bool
) -> None:
    backing = tmp_path / "base.qcow2"
    backing.touch()
    attach = FakeRunning._image_of

    def guarded(self: FakeRunning, drive: Drive) -> FakeImage:
        if str(backing) not in drive.allowed:
            if is_incomplete:
                raise ImageIncomplete("it is incomplete", path=drive.path, file=str(backing))
            raise BackingFileError("it builds on a file elsewhere", path=drive.path, backing=str(backing))
        return attach(self, drive)

    monkeypatch.setattr(FakeRunning, "_image_of", guarded)

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        await on.signal(on.program.images.failed)
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        on.select(b"etc")
        chosen = on.program.job_wiring._chosen
        work = chosen.work(chosen.paths())
        assert work is not None
        assert work.machine.allowed == {str(backing)}

    play(scenario)


def test_what_is_incomplete_is_said_once_and_can_be_opened_anyway(
    play: Play, fake: FakeAppliance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = tmp_path / "cut.qcow2"
    image.touch()
    fake.images[str(image)] = sample_image()
    attach = FakeRunning._image_of

    def guarded(self: FakeRunning, drive: Drive) -> FakeImage:
        if str(image) not in drive.allowed:
            raise ImageIncomplete("cut.qcow2 is incomplete", path=drive.path, file=str(image))
        return attach(self, drive)

    monkeypatch.setattr(FakeRunning, "_image_of", guarded)

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([str(image)])
        await on.signal(on.program.images.failed)
        assert on.window.banner.accessibleDescription().count("incomplete") == 1
        listed = on.next(on.models.table.listing_finished)
        button = next(one for one in on.window.banner.findChildren(QPushButton) if one.text() == "Open Anyway")
        button.click()
        await listed

    play(scenario)


def test_an_image_whose_file_system_cannot_be_mounted_shows_its_overview(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.refuse["mount_tree"] = ("EUCLEAN", "structure needs cleaning")

    async def scenario(on: Harness) -> None:
        failed = on.next(on.program.navigator.failed)
        on.program.image_wiring.open([IMAGE])
        await asyncio.wait_for(failed, 40)
        assert on.window.pages.currentWidget() is on.window.overview
        assert not on.window.banner.isHidden()

    play(scenario)
