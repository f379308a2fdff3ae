"""The dialog about permissions says exactly what was set, and nothing of what was not."""

from __future__ import annotations

import pytest
from cutaway_app.models.access import Access, AccessChange
from cutaway_app.widgets.access_dialog import AccessDialog
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

FOLDER = Access(0o755, 0o7022, 0, 0, has_folder=True, has_modes=True)
MIXED = Access(0o600, 0o7022, None, 0, has_folder=False, has_modes=True)
LINK = Access(0, 0, 0, 0, has_folder=False, has_modes=False)
USERS, GROUPS = {0: "root", 33: "www-data"}, {0: "root", 7: "lp"}


def made(qtbot: QtBot, access: Access) -> AccessDialog:
    dialog = AccessDialog("etc", access)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.set_accounts(USERS, GROUPS)
    return dialog


def box(dialog: AccessDialog, name: str) -> QCheckBox:
    (found,) = [one for one in dialog.findChildren(QCheckBox) if one.accessibleName() == name]
    return found


def button(dialog: AccessDialog) -> QPushButton:
    (found,) = [one for one in dialog.findChildren(QPushButton) if "hange" in one.text()]
    return found


def typed(dialog: AccessDialog, line: str, text: str) -> None:
    edit = getattr(dialog, line).lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, text) if text else QTest.keyClick(edit, Qt.Key.Key_Delete)


def test_what_is_so_now_is_shown_and_nothing_is_to_be_done(qtbot: QtBot) -> None:
    dialog = made(qtbot, FOLDER)
    assert (dialog.owner.currentText(), dialog.group.currentText()) == ("root (0)", "root (0)")
    assert dialog.grid.octal.text() == "0755"
    assert box(dialog, "Write, owner").isChecked()
    assert not box(dialog, "Write, others").isChecked()
    assert not button(dialog).isEnabled()


def test_boxes_and_number_say_the_same(qtbot: QtBot) -> None:
    dialog = made(qtbot, FOLDER)
    box(dialog, "Write, group").click()
    assert dialog.grid.octal.text() == "0775"
    dialog.grid.octal.selectAll()
    QTest.keyClicks(dialog.grid.octal, "1700")
    assert box(dialog, "Sticky").isChecked()
    assert not box(dialog, "Read, others").isChecked()
    assert dialog.change == AccessChange(-1, -1, 0o6077, 0o1700)
    assert button(dialog).isEnabled()


@pytest.mark.parametrize(("line", "text"), [("owner", "nobody-knows"), ("group", "4294967295")])
def test_who_is_not_known_is_told_and_nothing_can_be_done(qtbot: QtBot, line: str, text: str) -> None:
    dialog = made(qtbot, FOLDER)
    typed(dialog, line, text)
    assert text in dialog._said.text()
    assert not button(dialog).isEnabled()
    typed(dialog, line, "7")
    assert button(dialog).isEnabled()


def test_a_number_that_is_none_is_told(qtbot: QtBot) -> None:
    dialog = made(qtbot, FOLDER)
    dialog.grid.octal.selectAll()
    QTest.keyClicks(dialog.grid.octal, "79")
    assert "from 0 to 7" in dialog._said.text()
    assert not button(dialog).isEnabled()


def test_of_a_whole_tree_only_what_was_set_is_changed(qtbot: QtBot) -> None:
    dialog = made(qtbot, FOLDER)
    dialog.recursive.click()
    assert box(dialog, "Read, owner").checkState() is Qt.CheckState.PartiallyChecked
    assert (dialog.owner.currentText(), dialog.grid.octal.text()) == ("", "")
    assert not button(dialog).isEnabled()
    typed(dialog, "owner", "root")
    assert dialog.change == AccessChange(owner=0, recursive=True), "what is in it may be somebody else's"
    box(dialog, "Write, others").click()
    box(dialog, "Write, group").click()
    box(dialog, "Write, group").click()
    assert dialog.change == AccessChange(0, -1, 0o020, 0o002, recursive=True)
    dialog.recursive.click()
    assert dialog.grid.octal.text() == "0757"
    assert dialog.owner.wish == -1


def test_what_differs_stays_unless_it_is_set(qtbot: QtBot) -> None:
    dialog = made(qtbot, MIXED)
    assert box(dialog, "Read, group").checkState() is Qt.CheckState.PartiallyChecked
    assert dialog.owner.currentText() == ""
    assert not dialog.recursive.isVisible()
    typed(dialog, "owner", "www-data (33)")
    assert dialog.change == AccessChange(33, -1, 0o7022, 0o600)


def test_a_link_has_an_owner_only(qtbot: QtBot) -> None:
    dialog = made(qtbot, LINK)
    assert not dialog.grid.isEnabled()
    typed(dialog, "group", "lp")
    assert dialog.change == AccessChange(group=7)


def test_names_that_come_late_leave_what_was_typed(qtbot: QtBot) -> None:
    dialog = AccessDialog("etc", FOLDER)
    qtbot.addWidget(dialog)
    dialog.show()
    typed(dialog, "owner", "www-data")
    assert dialog._said.text()
    dialog.set_accounts(USERS, GROUPS)
    assert (dialog.owner.currentText(), dialog.owner.wish) == ("www-data", 33)
    assert dialog.group.currentText() == "root (0)"
    chosen: list[AccessChange] = []
    dialog.chosen.connect(chosen.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert [change.owner for change in chosen] == [33]
