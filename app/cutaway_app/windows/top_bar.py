"""The bar at the top: back, forward, up, where we are, and what can be done. GUI thread; layout only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from cutaway_app import resources
from cutaway_app.widgets.path_bar import PathBar
from cutaway_app.windows.actions import CONFLICT_ACTIONS, MENU, MENU_END, SUBMENUS, Actions

ICON = QSize(18, 18)


class TopBar(QWidget):
    """Buttons and the path bar.

    Attributes:
        path_bar: Where we are.
        menu_button: Opens everything else.
        recent_menu: The images that were opened before; empty until somebody fills it.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.path_bar = PathBar(self)
        self.recent_menu = QMenu("Open Recent", self)
        self.recent_menu.setToolTipsVisible(True)
        self.menu_button = self._menu_button(actions)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        for name in ("back", "forward", "up"):
            layout.addWidget(_button(actions[name], self))
        layout.addSpacing(4)
        layout.addWidget(self.path_bar, 1)
        layout.addSpacing(4)
        layout.addWidget(_button(actions["filter"], self))
        extract = _button(actions["extract"], self)
        extract.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        extract.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        extract.setMenu(conflict_menu(actions, extract))
        layout.addWidget(extract)
        layout.addWidget(_button(actions["details"], self))
        layout.addWidget(self.menu_button)

    def _menu_button(self, actions: Actions) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setIconSize(ICON)
        button.setAccessibleName("Menu")
        button.setToolTip("Menu (F10)")
        button.setShortcut("F10")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        resources.set_icon(button, "menu")
        button.setMenu(_menu(actions, button, self.recent_menu))
        return button


def _button(action: QAction, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setAutoRaise(True)
    button.setIconSize(ICON)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    return button


def conflict_menu(actions: Actions, parent: QWidget) -> QMenu:
    """Return the menu that says what happens to names that are taken."""
    menu = QMenu("If a Name Is Taken", parent)
    menu.addSection("If a Name Is Taken")
    for name in CONFLICT_ACTIONS:
        menu.addAction(actions[name])
    return menu


def _menu(actions: Actions, parent: QWidget, recent: QMenu) -> QMenu:
    menu = QMenu(parent)
    for group in MENU:
        for name in group:
            menu.addAction(actions[name])
            if name == "open":
                menu.addMenu(recent)
        menu.addSeparator()
    for title, names in SUBMENUS.items():
        below = menu.addMenu(title)
        for name in names:
            below.addAction(actions[name])
    menu.addMenu(conflict_menu(actions, menu))
    menu.addSeparator()
    for name in MENU_END:
        menu.addAction(actions[name])
    return menu
