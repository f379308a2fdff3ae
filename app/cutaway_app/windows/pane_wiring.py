"""Wiring of what helps without a mouse: from pane to pane with F6, the sheet of all keys. GUI thread."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.shortcut_sheet import ShortcutSheet
from cutaway_app.windows.where import Where


class PaneWiring(QObject):
    """Connects the actions for it, and sees to it that a pane which goes leaves the focus to the page."""

    def __init__(self, window: MainWindow, where: Where) -> None:
        super().__init__()
        self._window, self._where = window, where
        window.actions_["next_pane"].triggered.connect(lambda: self._move(1))
        window.actions_["previous_pane"].triggered.connect(lambda: self._move(-1))
        window.actions_["shortcuts"].triggered.connect(self._show_sheet)
        self._around = (window.side, window.browser.tree, window.preview, window.shelf, window.log_pane)
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """Go on in the page when the pane with the focus is hidden: Qt goes on to whatever comes next."""
        if old is None or new is None or not self._window.isVisible():
            return
        if any(_holds(pane, old) and not pane.isVisible() for pane in self._around):
            self._where.focus_page()

    def _panes(self) -> list[QWidget]:
        """Return the visible panes in their order."""
        window = self._window
        is_browsing = window.pages.currentWidget() is window.browser
        middle = (window.browser.tree, window.browser.table) if is_browsing else (window.pages,)
        panes = [window.banner, window.sidebar, *middle, window.preview, window.shelf, window.log_pane]
        return [pane for pane in panes if pane.isVisible()]

    def _move(self, step: int) -> None:
        panes = self._panes()
        focused = QApplication.focusWidget()
        here = next((at for at, pane in enumerate(panes) if focused and _holds(pane, focused)), None)
        start = here if here is not None else (-1 if step > 0 else 0)
        for distance in range(1, len(panes) + 1):
            pane = panes[(start + step * distance) % len(panes)]
            if self._enter(pane):
                return

    def _enter(self, pane: QWidget) -> bool:
        """Focus a pane; some know best what in them. Return whether it takes it."""
        window = self._window
        if pane is window.banner:
            window.banner.take_focus()
        elif pane is window.preview and window.preview.has_content:
            window.preview.take_focus()
        else:
            return _give_focus(pane)
        return True

    def _show_sheet(self) -> None:
        sheet = self._window.findChild(ShortcutSheet) or ShortcutSheet(self._window)
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _give_focus(pane: QWidget) -> bool:
    """Focus a pane, or the first thing in it that takes the focus; return whether there was any."""
    inside = (child for child in pane.findChildren(QWidget) if child.isVisibleTo(pane))
    wanted = next((widget for widget in (pane, *inside) if _takes_focus(widget)), None)
    if wanted is None:
        return False
    wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)  # which lets trees draw that they have it
    return True


def _takes_focus(widget: QWidget) -> bool:
    return widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
