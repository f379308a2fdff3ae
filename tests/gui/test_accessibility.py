"""The whole window for those who hear it or have no mouse: names for all controls, a way by keys to every action."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cutaway_app.models.jobs import Job, JobState
from cutaway_app.models.software_table import TITLES
from cutaway_app.viewers.registry import REGISTRY
from cutaway_app.windows.actions import EDIT_ONLY, TABLE
from cutaway_app.windows.view_wiring import CONTEXT, PUT
from gui.conftest import Scenario
from gui.harness import Harness
from gui.test_editing import edit
from gui.test_saving import popups
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QDialog, QMenu, QScrollBar, QTableView, QToolButton, QWidget

Play = Callable[[Scenario], None]


def nameless(on: Harness, window: QWidget | None = None) -> list[str]:
    """Return the visible controls that take the focus or a click and have no name."""
    found = []
    for widget in (window or on.window).findChildren(QWidget):
        is_control = widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QToolButton)
        is_inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar | QMenu)
        if not is_control or is_inner or not widget.isVisible():
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface or not interface.text(QAccessible.Text.Name).strip():
            parents = type(widget.parent()).__name__
            found.append(f"{type(widget).__name__} {widget.objectName()} in {parents}")
    return found


def test_every_control_of_the_window_has_a_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        assert nameless(on) == [], "on the first page"
        await on.open()
        await on.go(b"/etc")
        on.select(b"hostname")
        await on.signal(on.program.previewer.ready)
        for action in ("log", "filter"):
            on.window.actions_[action].trigger()
        job = Job("log", destination="/tmp")
        on.models.jobs.add(job)
        job.start()
        on.window.shelf.expand()
        for entry in REGISTRY:
            on.window.preview.choose_viewer(entry.key)
            assert nameless(on) == [], f"with {entry.title}"
        on.window.actions_["overview"].trigger()
        assert nameless(on) == [], "in the overview"
        on.window.top_bar.path_bar.edit()
        assert nameless(on) == [], "while a path is typed"
        on.window.pages.setCurrentWidget(on.window.opening)
        assert nameless(on) == [], "while an image is opened"
        on.window.pages.setCurrentWidget(on.window.failed)
        assert nameless(on) == [], "when it failed"
        job.finish(JobState.DONE)

    play(scenario)


def opened(on: Harness) -> QDialog:
    """Return the dialog that is open."""
    (dialog,) = [one for one in on.window.findChildren(QDialog) if one.isVisible()]
    return dialog


def columns_of(dialog: QWidget) -> list[list[str]]:
    """Return what is read out as the heads of columns of the tables in a dialog."""
    found = []
    for view in dialog.findChildren(QTableView):
        table = QAccessible.queryAccessibleInterface(view)
        cells = [table.child(place) for place in range(view.model().columnCount() + 1)]
        heads = [cell for cell in cells if cell and cell.role() == QAccessible.Role.ColumnHeader]
        found.append([cell.text(QAccessible.Text.Name) for cell in heads])
    return found


@popups
def test_every_control_of_every_dialog_has_a_name(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        session = await edit(on)
        await on.go(b"/etc")
        on.select(b"hostname")
        for action in ("rename", "new_folder", "access", "delete", "extract", "shortcuts"):
            on.window.actions_[action].trigger()
            dialog = opened(on)
            assert dialog.windowTitle(), action
            for disclosure in dialog.findChildren(QToolButton):
                if disclosure.isCheckable() and disclosure.isVisible():
                    disclosure.click()
            assert nameless(on, dialog) == [], action
            dialog.close()
            await on.becomes(lambda: not [one for one in on.window.findChildren(QDialog) if one.isVisible()])
        assert session.survey is not None
        on.program.system_wiring.list_software(session, session.survey.systems[0].root)
        listing = on.program.system_wiring.software
        assert listing is not None
        await on.becomes(listing.export_button.isEnabled)
        assert nameless(on, listing) == []
        assert columns_of(listing) == [list(TITLES)]
        listing.close()

    play(scenario)


def test_every_control_is_named_while_a_copy_is_edited_or_a_passphrase_asked_for(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        await edit(on)
        assert nameless(on) == [], "while a copy is edited"
        on.window.unlock.set_volume("/dev/sda2", "LUKS")
        on.window.pages.setCurrentWidget(on.window.unlock)
        assert nameless(on) == [], "where a passphrase is asked for"

    play(scenario)


def in_menu(menu: QMenu) -> Iterator[QAction]:
    """Give all actions of a menu and of those below it."""
    for action in menu.actions():
        yield action
        below = action.menu()
        if isinstance(below, QMenu):
            yield from in_menu(below)


def test_every_action_can_be_reached_by_keys(play: Play) -> None:
    async def scenario(on: Harness) -> None:
        menu = on.window.top_bar.menu_button.menu()
        assert on.window.top_bar.menu_button.shortcut().toString() == "F10"
        assert isinstance(menu, QMenu)
        offered = {action.objectName().removeprefix("action_") for action in in_menu(menu)}
        by_menu_key = {*CONTEXT, *PUT}
        unreachable = [name for name, (_, keys, *_) in TABLE.items() if not keys and name not in offered | by_menu_key]
        assert unreachable == []
        assert set(EDIT_ONLY) <= offered

    play(scenario)
