"""A folder of which a part could be read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest
from cutaway.errors import CallInterrupted, GuestError
from cutaway.records import FolderEntry
from cutaway_app.models.image_session import Place
from gui.conftest import Scenario
from gui.harness import Harness

Play = Callable[[Scenario], None]


def test_it_is_not_taken_for_whole(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        engine = on.program.images.engine(session)
        assert engine is not None
        listing = engine.listing

        async def broken(path: bytes) -> AsyncGenerator[list[FolderEntry], None]:
            async with aclosing(listing(path)) as pages:
                page = await anext(pages)
            yield page[:3]
            raise GuestError("a bad block", procedure="scandir", errno_name="EIO")

        monkeypatch.setattr(engine, "listing", broken)
        told = on.next(on.program.notices.shown)
        on.program.navigator.go(Place(session, 0, b"/etc"))
        assert (await told)[0] == "Not all of /etc is shown"
        assert on.place.path == b"/etc"
        assert on.names
        assert on.window.status.selection_text == "at least 3 items"
        on.window.browser.table.select_row(0)
        assert on.window.status.selection_text.startswith("1 of at least 3 items selected")
        monkeypatch.undo()
        on.program.navigator.reload()
        await on.next(on.models.table.listing_finished)
        assert "at least" not in on.window.status.selection_text

    play(scenario)


def test_a_folder_of_which_nothing_came_before_the_appliance_died_is_not_called_empty(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        engine = on.program.images.engine(session)
        assert engine is not None

        async def broken(_: bytes) -> AsyncGenerator[list[FolderEntry], None]:
            yield []
            raise CallInterrupted("the appliance has ended")

        monkeypatch.setattr(engine, "listing", broken)
        finished = on.next(on.models.table.listing_finished)
        on.program.navigator.go(Place(session, 0, b"/etc"))
        await finished
        assert on.window.status.selection_text == "not listed"
        assert on.table.placeholder.title == "Nothing has come so far"

    play(scenario)
