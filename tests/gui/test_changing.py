"""Changing a copy: new folders, other names and places, things removed, which only discarding all of it undoes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cutaway.testing import FakeAppliance
from cutaway_app.models.jobs import JobState
from cutaway_app.operations.change_image import name_problem, outermost
from cutaway_app.widgets.name_dialog import NameDialog
from cutaway_app.windows.delete_question import DeleteQuestion
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_editing import box_of, edit, job_of
from gui.test_jobs import over
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

Play = Callable[[Scenario], None]


def dialog_of(on: Harness) -> NameDialog:
    (dialog,) = [one for one in on.window.findChildren(NameDialog) if one.isVisible()]
    return dialog


def button_of(dialog: NameDialog, word: str) -> QPushButton:
    (button,) = [one for one in dialog.findChildren(QPushButton) if one.text().replace("&", "") == word]
    return button


async def named(on: Harness, action: str, name: str) -> None:
    """Do something that asks for a name, give one, and wait for what is listed then."""
    on.window.actions_[action].trigger()
    dialog, listed = dialog_of(on), on.next(on.models.table.listing_finished)
    dialog.line.setText(name)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    await asyncio.wait_for(listed, 40)


async def deleted(on: Harness) -> None:
    """Press the key that removes the selection, say yes when all is counted, and wait for its end."""
    on.table.setFocus()
    QTest.keyClick(on.table, Qt.Key.Key_Delete)
    box = box_of(on)
    assert isinstance(box, DeleteQuestion)
    await on.becomes(box._counting.done)
    listed = on.next(on.models.table.listing_finished)
    box._delete.click()
    await over(on, job_of(on))
    await asyncio.wait_for(listed, 40)


def selected(on: Harness) -> list[bytes]:
    return [on.models.table.entry(row).name for row in on.table.selected_rows()]


def test_an_image_that_is_only_looked_at_offers_no_changes(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        on.select(b"etc")
        for name in ("new_folder", "rename", "cut", "delete"):
            assert not on.window.actions_[name].isVisible()
            assert not on.window.actions_[name].isEnabled()
        QTest.keyClick(on.table, Qt.Key.Key_Delete)
        QTest.keyClick(on.table, Qt.Key.Key_F2)
        assert not on.window.findChildren(QMessageBox)

    play(scenario)


def test_a_new_folder_is_made_and_selected(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        await on.go(b"/home")
        on.window.sidebar.setFocus()
        await named(on, "new_folder", "mine")
        assert selected(on) == [b"mine"]
        assert on.window.focusWidget() is on.table, "F2 and Del are for the new folder"
        assert session.is_unsaved
        await on.go(b"/home/mine")
        assert on.names == []

    play(scenario)


def test_a_name_that_cannot_be_is_refused_while_it_is_typed(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        on.window.actions_["new_folder"].trigger()
        dialog = dialog_of(on)
        assert dialog.line.text() == "New Folder"
        for text in ("", "a/b", "..", "x" * 256, "hostname"):
            dialog.line.setText(text)
            assert not button_of(dialog, "Make Folder").isEnabled(), text
            assert bool(dialog.line.accessibleDescription()) == bool(text)
        dialog.line.setText("good")
        assert button_of(dialog, "Make Folder").isEnabled()
        dialog.reject()

    play(scenario)


def test_something_gets_another_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        on.select(b"hostname")
        await named(on, "rename", "of.the.host.tar.gz")
        assert selected(on) == [b"of.the.host.tar.gz"]
        assert "hostname" not in on.names
        on.window.actions_["rename"].trigger()
        dialog = dialog_of(on)
        assert dialog.line.selectedText() == "of.the.host"
        dialog.reject()

    play(scenario)


def test_what_is_selected_is_removed_after_a_question(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        names = list(on.names)
        on.select(b"etc")
        await deleted(on)
        assert job_of(on).state is JobState.DONE
        assert on.names == [name for name in names if name != "etc"]
        assert selected(on) == [names[names.index("etc") + 1].encode()]
        assert session.is_unsaved

    play(scenario)


def test_the_question_says_how_much_it_is_and_no_is_the_default(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.select(b"etc", b"home")
        on.window.actions_["delete"].trigger()
        box = box_of(on)
        assert isinstance(box, DeleteQuestion)
        await on.becomes(box._counting.done)
        assert "2 items" in box.text()
        assert " files, " in box.informativeText()
        assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
        QTest.keyClick(box, Qt.Key.Key_Escape)
        assert "etc" in on.names
        assert on.models.jobs.rowCount() == 0

    play(scenario)


def test_what_cannot_be_removed_is_told(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.select(b"etc")
        fake.behaviour.refuse = {"rm_rf": ("EPERM", "/etc/fixed: operation not permitted")}
        await deleted(on)
        assert job_of(on).state is JobState.FAILED
        assert "not permitted" in str(job_of(on).error)
        assert "etc" in on.names

    play(scenario)


def test_a_removal_is_cancelled(play: Play, fake: FakeAppliance) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.select(b"usr")
        fake.behaviour.latency_of = {"rm_rf": 60.0}
        on.window.actions_["delete"].trigger()
        box = box_of(on)
        assert isinstance(box, DeleteQuestion)
        box._delete.click()
        job = job_of(on)
        await on.until(lambda: job.state is JobState.RUNNING, job.changed)
        on.program.image_jobs.cancel(job.id)
        await over(on, job)
        assert job.state is JobState.CANCELLED

    play(scenario)


def test_what_was_cut_is_moved_to_where_it_is_pasted(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        on.select(b"hostname", b"passwd")
        on.window.actions_["cut"].trigger()
        await on.go(b"/home")
        listed = on.next(on.models.table.listing_finished)
        on.window.actions_["paste"].trigger()
        await asyncio.wait_for(listed, 40)
        await on.becomes(lambda: {"hostname", "passwd"} <= set(on.names))
        await on.go(b"/etc")
        assert not {"hostname", "passwd"} & set(on.names)

    play(scenario)


def test_nothing_is_replaced_by_what_is_moved(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        await on.go(b"/etc")
        await named(on, "new_folder", "home")
        on.window.actions_["cut"].trigger()
        await on.go(b"/")
        shown = on.next(on.program.notices.shown)
        on.window.actions_["paste"].trigger()
        (title,) = await asyncio.wait_for(shown, 40)
        assert title == "home was not moved"
        await on.go(b"/etc")
        assert "home" in on.names

    play(scenario)


def test_what_was_copied_later_is_pasted_instead(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.select(b"etc")
        on.window.actions_["cut"].trigger()
        QGuiApplication.clipboard().setText("something else")
        await on.go(b"/home")
        on.window.actions_["paste"].trigger()
        assert on.program.edit_wiring.move_here(on.place) is False

    play(scenario)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [([b"/a", b"/a/b", b"/ab"], [b"/a", b"/ab"]), ([b"/a/b/c", b"/a"], [b"/a"]), ([b"/x"], [b"/x"])],
)
def test_what_lies_in_something_chosen_goes_with_it(paths: list[bytes], expected: list[bytes]) -> None:
    assert outermost(paths) == expected


def test_why_a_name_cannot_be() -> None:
    assert name_problem("good", lambda _: False) == ""
    assert "already" in name_problem("good", lambda _: True)
    assert "bytes" in name_problem("\N{LATIN SMALL LETTER E WITH ACUTE}" * 128, lambda _: False)
