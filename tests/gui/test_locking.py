"""A volume that was unlocked is locked again: nothing of it is shown, its key is forgotten, it can be unlocked anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cutaway.errors import GuestError
from cutaway.testing import FakeAppliance, contract_image, locked_image
from cutaway_app.models.image_session import ImageSession
from gui.conftest import Scenario
from gui.harness import SAMPLE, Harness
from gui.test_saving import open_menu, popups
from gui.test_unlocking import LOCKED, SYSTEM, rows, shown, unlock
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction

Play = Callable[[Scenario], None]
LOCK = "Lock sda2 Again"


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({LOCKED: locked_image(), SAMPLE: contract_image()})


def offered(ui: Harness, session: ImageSession) -> dict[str, QAction]:
    """Return what the menu of the image offers."""
    ui.window.sidebar.context_menu_requested.emit(QPoint(10, 10), ui.models.sidebar.index_of(session))
    menu = open_menu(ui)
    menu.close()
    return {action.text(): action for action in menu.actions()}


async def locked_again(ui: Harness, session: ImageSession) -> None:
    done = ui.next(ui.program.unlocks.locked)
    offered(ui, session)[LOCK].trigger()
    await asyncio.wait_for(done, 40)


@popups
def test_what_is_locked_again_is_gone_and_can_be_unlocked_anew(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        assert LOCK not in offered(ui, session)
        await unlock(ui)
        await locked_again(ui, session)
        engine = ui.program.images.engine(session)
        assert engine is not None
        assert engine.unlocked == ()
        assert "sda2" in rows(ui)
        assert "Debian GNU/Linux 12 (bookworm)" not in rows(ui)
        assert ui.window.pages.currentWidget() is ui.window.overview
        assert ui.names == []
        assert not ui.window.actions_["back"].isEnabled(), "there is no way back into it"
        assert LOCK not in offered(ui, session)
        ui.program.unlock_wiring.show(session, SYSTEM)
        await unlock(ui)
        assert "etc" in ui.names

    play(scenario)


@popups
def test_a_restart_asks_for_the_passphrase_again(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        await locked_again(ui, session)
        ui.program.image_wiring.restart(session)
        await ui.becomes(lambda: ui.window.pages.currentWidget() is ui.window.unlock or session.locked)
        assert SYSTEM in [volume.mountable for volume in session.locked]

    play(scenario)


@popups
def test_what_cannot_be_locked_is_told_and_goes_on_being_shown(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise GuestError("/dev/mapper/cryptsda2: it is in use", procedure="cryptsetup_close", errno_name="EBUSY")

    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        monkeypatch.setattr("cutaway_app.bridge.image_engine.lock_again", refuse)
        failed = ui.next(ui.program.unlocks.not_locked)
        offered(ui, session)[LOCK].trigger()
        await asyncio.wait_for(failed, 40)
        assert "sda2 stays unlocked" in ui.window.banner.accessibleDescription()
        assert "Debian GNU/Linux 12 (bookworm)" in rows(ui)
        assert session.can_be_edited

    play(scenario)


@popups
def test_whoever_has_the_key_still_is_told(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        ui.program.unlock_wiring.has_key = lambda _: True
        await locked_again(ui, session)
        assert "have its key until they end" in ui.window.banner.accessibleDescription()

    play(scenario)


@popups
def test_nothing_is_locked_while_a_copy_is_edited(play: Play) -> None:
    async def scenario(ui: Harness) -> None:
        session = await shown(ui)
        await unlock(ui)
        begun = ui.next(ui.program.edits.begun)
        ui.window.actions_["edit"].trigger()
        await asyncio.wait_for(begun, 40)
        assert LOCK not in offered(ui, session)

    play(scenario)
