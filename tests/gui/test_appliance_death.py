"""The appliance dies: the window says so, and goes on where it was after a restart."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.testing import FakeAppliance
from gui.conftest import Scenario
from gui.harness import IMAGE, Harness

Play = Callable[[Scenario], None]


def test_death_is_told_and_a_restart_shows_the_same_place(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        died = on.next(on.program.images.died)
        fake.die_now()
        await died
        assert "killed by signal 9" in on.window.banner.accessibleDescription()
        assert on.place.path == b"/etc"
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.place.path == b"/etc"
        assert "hostname" in on.names
        assert not on.window.banner.isVisibleTo(on.window)

    play(scenario)


def test_a_file_that_is_selected_after_death_is_not_taken_for_the_one_before(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        died = on.next(on.program.images.died)
        fake.die_now()
        await died
        on.select(b"passwd")
        assert on.window.preview.message == "Nothing can be read now"
        ready = on.next(on.program.previewer.ready)
        on.program.image_wiring.restart(session)
        (content,) = await ready
        assert content.name == b"passwd"

    play(scenario)


def test_death_in_the_middle_of_a_listing(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.die_during("scandir")
        died = on.next(on.program.images.died)
        on.program.navigator.go(type(on.place)(session, 0, b"/etc"))
        await died
        assert session.death
        fake.behaviour.die_in.clear()
        listed = on.next(on.models.table.listing_finished)
        on.program.image_wiring.restart(session)
        await listed
        assert on.models.table.rowCount() > 0

    play(scenario)


def test_death_while_opening_is_a_failure_to_open(play: Play, fake: FakeAppliance) -> None:
    fake.die_during("survey")

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open([IMAGE])
        await on.signal(on.program.images.failed)
        assert "debian.qcow2 cannot be opened" in on.window.banner.accessibleDescription()

    play(scenario)


def test_a_restart_that_fails_says_why_and_can_be_tried_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        died = on.next(on.program.images.died)
        fake.die_now()
        await died
        fake.behaviour.fail_launch = "qemu is gone"
        on.window.banner.action_requested.emit("answer0")
        await on.until(lambda: "Qemu is gone" in on.window.banner.accessibleDescription(), on.program.notices.shown)
        fake.behaviour.fail_launch = ""
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert on.place.path == b"/etc"

    play(scenario)


def test_an_appliance_that_lives_can_be_restarted_too(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc")
        started = len(fake.running)
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["restart"].trigger()
        on.window.actions_["restart"].trigger()
        await listed
        assert len(fake.running) == started + 1
        assert (on.place.path, session.death) == (b"/etc", "")
        assert not on.window.banner.isVisibleTo(on.window)

    play(scenario)


def test_a_restart_tells_its_phases_and_can_be_stopped(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc")
        fake.behaviour.cold, fake.behaviour.boot_s = True, 60
        restarting = on.next(on.program.images.restarting)
        on.window.actions_["restart"].trigger()
        await restarting
        await on.until(lambda: session.fraction is not None, session.phase_changed)
        said = on.window.banner.accessibleDescription()
        assert said.startswith("The appliance of debian.qcow2 is being started again")
        died = on.next(on.program.images.died)
        on.window.banner.action_requested.emit("answer0")
        await died
        assert "stopped" in session.death
        assert on.window.banner.accessibleDescription().startswith("The appliance of debian.qcow2 stopped")
        fake.behaviour.cold, fake.behaviour.boot_s = False, 0
        listed = on.next(on.models.table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert (on.place.path, session.death) == (b"/etc", "")

    play(scenario)


def test_a_living_appliance_that_does_not_start_again_is_told_as_dead(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.fail_launch = "qemu is gone"
        failed = on.next(on.program.images.restart_failed)
        on.window.actions_["restart"].trigger()
        await failed
        assert session.death
        assert "did not start again" in on.window.banner.accessibleDescription()
        on.program.image_wiring.show_overview_of(session)
        assert on.window.banner.isVisibleTo(on.window)

    play(scenario)


def test_an_image_can_be_closed_while_its_appliance_is_started_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.cold, fake.behaviour.boot_s = True, 60
        restarting = on.next(on.program.images.restarting)
        on.window.actions_["restart"].trigger()
        await restarting
        await on.until(lambda: session.fraction is not None, session.phase_changed)
        closed = on.next(on.program.images.closed)
        on.program.image_wiring.close(session)
        await closed
        assert on.models.sidebar.sessions == []
        assert not on.window.banner.isVisibleTo(on.window)

    play(scenario)
