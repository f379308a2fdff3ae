"""Wiring of what is shown at all: sidebar, folder tree, preview, log, hidden files, light and dark. GUI thread."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cutaway_app import theme
from cutaway_app.settings import THEMES, WindowSettings
from cutaway_app.windows.icons import RowIcons
from cutaway_app.windows.main_window import MainWindow

CHANGE = ("rename", "access", "cut", "delete")
PUT = ("new_folder", "put_files", "put_folder", "paste")
CONTEXT = (
    "open_entry", "open_inside", "show_in_folder", "go_to_target", "extract", "extract_archive", "copy", "copy_name",
    "copy_path", "properties",
)  # fmt: skip
#: What can be done with the folder itself, where nothing is selected.
BACKGROUND = ("up", "reload", "select_all", "filter", "search", "hidden", "copy_path")
Scheme = Literal["light", "dark", "system"]


class ViewWiring(QObject):
    """Connects actions that show or hide something, and remembers them."""

    def __init__(self, window: MainWindow, settings: WindowSettings, icons: RowIcons) -> None:
        super().__init__()
        self._window, self._settings, self._icons = window, settings, icons
        self._toggle("sidebar", None, default=True)
        self._toggle("folders", None, default=True)
        window.actions_["folders"].toggled.connect(window.browser.show_tree)
        window.browser.show_tree(window.actions_["folders"].isChecked())
        self._toggle("details", None, default=True)
        self._toggle("log", window.log_pane, default=False)
        window.log_pane.close_requested.connect(lambda: window.actions_["log"].setChecked(False))
        window.actions_["hidden"].toggled.connect(window.models.table.set_show_hidden)
        window.actions_["hidden"].toggled.connect(lambda on: settings.set_flag("hidden", on))
        window.actions_["hidden"].setChecked(settings.flag("hidden", default=False))
        window.actions_["quit"].triggered.connect(window.close)
        window.browser.table.context_menu_requested.connect(self._show_menu)
        self._connect_themes()
        theme.notifier.changed.connect(self._on_theme_changed)

    def _toggle(self, name: str, widget: QWidget | None, *, default: bool) -> None:
        """Remember an action; with a widget, let it show that."""
        action = self._window.actions_[name]
        shown = self._settings.flag(f"show_{name}", default=default)
        action.setChecked(shown)
        if widget is not None:
            widget.setVisible(shown)
            action.toggled.connect(widget.setVisible)
        action.toggled.connect(lambda on: self._settings.set_flag(f"show_{name}", on))

    def _connect_themes(self) -> None:
        group = QActionGroup(self._window)
        for name in THEMES:
            action = self._window.actions_[f"theme_{name}"]
            group.addAction(action)
            action.setChecked(name == self._settings.theme)
            action.triggered.connect(lambda _on, name=name: self._choose_theme(name))

    def _choose_theme(self, name: str) -> None:
        self._settings.theme = name
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, cast("Scheme", name))

    def _on_theme_changed(self) -> None:
        """Let rows of models have new icons, whoever has changed the theme."""
        self._icons.forget()
        self._window.models.table.refresh_icons()
        self._window.sidebar.viewport().update()
        self._window.browser.tree.viewport().update()

    def _show_menu(self, place: object) -> None:
        menu = QMenu(self._window)
        names = CONTEXT if self._window.browser.table.selected_rows() else BACKGROUND
        for action in (self._window.actions_[name] for name in names):
            if action.isVisible():
                menu.addAction(action)
        if self._window.actions_["put_files"].isEnabled():
            for group in (CHANGE, PUT) if names is CONTEXT else (PUT,):
                menu.addSeparator()
                for name in group:
                    menu.addAction(self._window.actions_[name])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)  # type: ignore[arg-type]  # the table's QPoint, as an object
