"""A folder that does not come at once: it is told, it can be stopped, and when it comes late it pulls nobody away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cutaway.testing import FakeAppliance
from cutaway_app.models.image_session import Place
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

Play = Callable[[Scenario], None]
SLOW_S = 60
SECOND = "/images/second.qcow2"


async def told(on: Harness) -> str:
    """Wait until the status line says what is waited for."""
    await on.until(lambda: on.window.status.waiting_text, on.window.actions_["stop"].enabledChanged)
    return on.window.status.waiting_text


async def idle(on: Harness) -> None:
    await on.until(lambda: not on.program.navigator.is_busy, on.program.navigator.busy_changed)


def test_a_slow_folder_is_told_and_escape_stops_it(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        await on.go(b"/etc")
        fake.behaviour.latency_of["scandir"] = SLOW_S
        on.program.navigator.go(Place(session, 0, b"/srv"))
        assert on.window.status.waiting_text == "", "what comes at once needs no word"
        assert await told(on) == "Listing /srv…"
        QTest.keyClick(on.table, Qt.Key.Key_Escape)
        await idle(on)
        assert on.window.status.waiting_text == ""
        assert not on.window.actions_["stop"].isEnabled()
        assert on.place.path == b"/etc"
        assert "hostname" in on.names
        fake.behaviour.latency_of.clear()
        await on.go(b"/srv")
        assert "names" in on.names

    play(scenario)


def test_after_a_mount_that_was_stopped_the_shown_tree_is_mounted(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        session.trees = [*session.trees, session.trees[-1]]
        fake.behaviour.latency_of["scandir"] = SLOW_S
        on.program.navigator.go(Place(session, 1, b"/"))
        await on.until(lambda: session.tree == 1, session.changed)
        fake.behaviour.latency_of.clear()
        on.program.navigator.halt()
        await idle(on)
        assert session.tree == 0
        await on.go(b"/etc")
        assert "hostname" in on.names

    play(scenario)


def test_a_listing_that_was_stopped_is_told_and_can_be_completed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        table, navigator = on.models.table, on.program.navigator
        inserted = on.next(table.rowsInserted)
        navigator.go(Place(session, 0, b"/srv/many"))
        await inserted
        navigator.halt()
        await idle(on)
        shown = table.rowCount()
        assert 0 < shown < 5000
        assert on.window.banner.accessibleDescription().startswith("Not all of /srv/many is shown")
        listed = on.next(table.listing_finished)
        on.window.banner.action_requested.emit("answer0")
        await listed
        assert table.rowCount() == 5000
        assert not on.window.banner.isVisibleTo(on.window)

    play(scenario)


def test_the_first_folder_of_an_image_can_be_stopped(play: Play, fake: FakeAppliance) -> None:
    fake.behaviour.latency_of["scandir"] = SLOW_S

    async def scenario(on: Harness) -> None:
        on.program.image_wiring.open(["/images/debian.qcow2"])
        await told(on)
        assert on.window.pages.currentWidget() is on.window.opening
        on.window.opening.stop_requested.emit()
        await idle(on)
        assert on.window.pages.currentWidget() is on.window.overview

    play(scenario)


def test_a_late_folder_does_not_pull_one_away_from_another_image(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        first = await on.open()
        second = await on.open(SECOND)
        fake.behaviour.latency_of["scandir"] = 1.0
        on.program.navigator.go(Place(first, 0, b"/etc"))
        await told(on)
        on.program.image_wiring.show_overview_of(second)
        await idle(on)
        await asyncio.sleep(0)
        assert on.program.image_wiring.current is second
        assert on.window.pages.currentWidget() is on.window.overview
        assert on.place.session is second

    play(scenario)


def test_what_is_put_in_does_not_take_back_where_one_went(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        fake.behaviour.latency_of["scandir"] = 0.3
        listed = on.next(on.models.table.listing_finished)
        shown = on.place
        on.program.navigator.go(Place(session, 0, b"/etc"))
        on.program.edits.arrived.emit(shown, (b"/new",))
        await listed
        assert on.place.path == b"/etc"

    play(scenario)


def test_a_folder_that_is_listed_anew_leaves_the_overview_shown(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        on.program.image_wiring.show_overview_of(session)
        listed = on.next(on.models.table.listing_finished)
        on.program.navigator.reload()
        await listed
        assert on.window.pages.currentWidget() is on.window.overview

    play(scenario)


def test_an_image_that_opens_does_not_take_back_where_one_went(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        first = await on.open()
        fake.behaviour.latency_of["survey"] = 0.2
        on.program.image_wiring.open([SECOND])
        second = on.models.sidebar.sessions[-1]
        await on.until(lambda: second.phase.startswith("Looking"), second.phase_changed)
        fake.behaviour.latency_of["scandir"] = 1.5
        on.program.navigator.go(Place(first, 0, b"/etc"))
        await on.signal(on.program.images.opened)
        await on.signal(on.program.navigator.place_changed)
        assert on.place == Place(first, 0, b"/etc")
        assert on.program.image_wiring.current is first

    play(scenario)


def test_a_listing_that_was_broken_off_is_whole_when_it_is_shown_again(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        first = await on.open()
        second = await on.open(SECOND)
        table, navigator = on.models.table, on.program.navigator
        inserted = on.next(table.rowsInserted)
        navigator.go(Place(first, 0, b"/srv/many"))
        await inserted
        fake.behaviour.latency_of["scandir"] = SLOW_S
        navigator.go(Place(first, 0, b"/etc"))
        on.program.image_wiring.show_overview_of(second)
        fake.behaviour.latency_of.clear()
        await idle(on)
        assert 0 < table.rowCount() < 5000
        listed = on.next(table.listing_finished)
        on.program.image_wiring.show_session(first)
        await asyncio.wait_for(listed, 40)
        assert (on.place.path, table.rowCount()) == (b"/srv/many", 5000)

    play(scenario)
