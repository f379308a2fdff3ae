"""Owners and permissions changed in a copy: of one thing, of several, of whole trees."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable

from cutaway_app.models.jobs import JobState
from cutaway_app.widgets.access_dialog import AccessDialog
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_editing import edit, job_of
from gui.test_jobs import over
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

Play = Callable[[Scenario], None]


async def asked(on: Harness) -> AccessDialog:
    """Ask for the permissions of the selection, and wait for the names of users."""
    on.table.setFocus()
    QTest.keyClick(on.table, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    (dialog,) = [one for one in on.window.findChildren(AccessDialog) if one.isVisible()]
    await on.becomes(dialog.owner.count)
    return dialog


async def agreed(on: Harness, dialog: AccessDialog) -> None:
    """Let it be done, and wait for the folder to be listed again."""
    listed = on.next(on.models.table.listing_finished)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    await asyncio.wait_for(listed, 40)


def access(on: Harness, name: bytes) -> tuple[int, int, int]:
    status = on.models.table.entry(on.models.table.row_of(name)).stat
    assert status is not None
    return status.uid, status.gid, stat.S_IMODE(status.mode)


def test_an_image_that_is_only_looked_at_offers_no_permissions_to_change(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        assert not on.window.actions_["access"].isEnabled()
        assert not on.window.actions_["access"].isVisible()

    play(scenario)


def test_owner_and_permissions_of_a_file_are_changed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        await on.go(b"/etc")
        on.select(b"hostname")
        dialog = await asked(on)
        assert dialog.owner.currentText() == "root (0)"
        dialog.grid.octal.selectAll()
        QTest.keyClicks(dialog.grid.octal, "600")
        dialog.group.lineEdit().selectAll()
        QTest.keyClicks(dialog.group.lineEdit(), "42")
        await agreed(on, dialog)
        assert access(on, b"hostname") == (0, 42, 0o600)
        assert [on.models.table.entry(row).name for row in on.table.selected_rows()] == [b"hostname"]
        assert session.is_unsaved

    play(scenario)


def test_a_whole_folder_is_changed_by_a_job(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        before = access(on, b"hostname")
        await on.go(b"/")
        on.select(b"etc")
        dialog = await asked(on)
        dialog.recursive.click()
        dialog.owner.lineEdit().selectAll()
        QTest.keyClicks(dialog.owner.lineEdit(), "77")
        await agreed(on, dialog)
        await over(on, job_of(on))
        assert (job_of(on).state, job_of(on).title) == (JobState.DONE, "Permissions of etc in debian.qcow2")
        assert access(on, b"etc")[0] == 77
        await on.go(b"/etc")
        assert access(on, b"hostname") == (77, *before[1:])

    play(scenario)


def test_what_cannot_be_changed_is_told(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        on.select(b"hostname")
        dialog = await asked(on)
        place = on.place
        edits = on.program.edits.require(place.session)
        async with edits.turns:
            await edits.delete(place.session.trees[place.tree], [b"/etc/hostname"], lambda *_: None)
        dialog.grid.octal.selectAll()
        QTest.keyClicks(dialog.grid.octal, "600")
        failed = on.next(on.program.changes.failed)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await failed
        assert "The permissions of hostname were not changed" in on.window.banner.accessibleDescription()

    play(scenario)
