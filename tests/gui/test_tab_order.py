"""Tab goes through the window, and through each dialog, as it is laid out, and Shift+Tab the same way back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cutaway_app.controls.tab_order import tab_stops
from cutaway_app.widgets.access_dialog import AccessDialog
from cutaway_app.widgets.name_dialog import NameDialog
from cutaway_app.windows.software_dialog import SoftwareDialog
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_editing import edit
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

Play = Callable[[Scenario], None]


def called(widget: QWidget) -> str:
    return widget.accessibleName() or str(widget.property("text"))


def walked(window: QWidget, first: QWidget, key: Qt.Key) -> list[str]:
    """Return where a key goes from a widget, until it is back."""
    first.setFocus()
    found = [called(first)]
    for _ in range(60):
        now = window.focusWidget()
        assert now is not None
        QTest.keyClick(now, key)
        now = window.focusWidget()
        if now is first or now is None:
            return found
        found.append(called(now))
    raise AssertionError(f"{key} never comes back: {found}")


def test_tab_goes_through_the_window_as_it_is_laid_out(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        on.window.actions_["search"].trigger()
        way = walked(on.window, on.window.browser.filter, Qt.Key.Key_Tab)
        for part in (
            ["Filter", "What is looked through", "In &subfolders", "Files"],
            ["Viewers", "Content as text", "Encoding", "Wrap long lines", "Log", "Back", "Up", "Image debian.qcow2"],
            [
                "Folder etc",
                "Filter…",
                "Extract…",
                "Preview",
                "Menu",
                "Images and file systems",
                "Open image…",
                "Folders",
            ],
        ):
            start = way.index(part[0]) if part[0] != "Filter" else 0
            assert way[start : start + len(part)] == part
        back = walked(on.window, on.window.browser.filter, Qt.Key.Key_Backtab)
        assert back == [way[0], *reversed(way[1:])]

    play(scenario)


async def in_order(dialog: QDialog) -> None:
    """Check that Tab goes through a dialog from above to below, and leaves nothing out."""
    await asyncio.sleep(0.05)  # it is laid out when it is shown
    first, *_ = stops = list(tab_stops(dialog))
    assert walked(dialog, first, Qt.Key.Key_Tab) == [called(one) for one in stops]
    tops = [one.mapTo(dialog, one.rect().center()).y() for one in stops if one.parent() is not None]
    assert tops == sorted(tops), [called(one) for one in stops]


def test_dialogs_go_from_above_to_below(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        on.select(b"etc")
        for action, kind in (("rename", NameDialog), ("access", AccessDialog)):
            on.window.actions_[action].trigger()
            (dialog,) = [one for one in on.window.findChildren(kind) if one.isVisible()]
            await in_order(dialog)
            dialog.reject()
        on.window.actions_["extract"].trigger()
        (dialog,) = [one for one in on.window.findChildren(QDialog) if one.isVisible()]
        await in_order(dialog)
        dialog.reject()

    play(scenario)


def test_the_list_of_software_goes_from_search_to_list_to_what_can_be_done(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await on.open()
        assert session.survey is not None
        on.program.system_wiring.list_software(session, session.survey.systems[0].root)
        dialog = on.program.system_wiring.software
        assert isinstance(dialog, SoftwareDialog)
        await on.becomes(dialog.export_button.isEnabled)
        await in_order(dialog)
        dialog.reject()

    play(scenario)
