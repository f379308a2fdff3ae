"""The whole window for those who hear it or have no mouse: names for all controls, a way by keys to every action."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cutaway_app.models.jobs import Job, JobState
from cutaway_app.viewers.registry import REGISTRY
from cutaway_app.windows.actions import EDIT_ONLY, TABLE
from cutaway_app.windows.view_wiring import CONTEXT, PUT
from gui.conftest import Scenario
from gui.harness import Harness
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QMenu, QScrollBar, QToolButton, QWidget

Play = Callable[[Scenario], None]


def nameless(on: Harness) -> list[str]:
    """Return the visible controls that take the focus or a click and have no name."""
    found = []
    for widget in on.window.findChildren(QWidget):
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
