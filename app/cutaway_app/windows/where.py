"""Shows where the window is, in all places that say so: path bar, title, sidebar, tree, enabled actions. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject

from cutaway_app.models.image_session import ImageSession, Place
from cutaway_app.names import display_name
from cutaway_app.operations.browse import Navigator
from cutaway_app.windows.actions import NEEDS_IMAGE, NEEDS_PLACE
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow


class Where(QObject):
    """Follows the navigator and the pages."""

    def __init__(self, window: MainWindow, navigator: Navigator, images: ImageWiring) -> None:
        super().__init__()
        self._window, self._navigator, self._images = window, navigator, images
        navigator.place_changed.connect(self._on_place_changed)
        window.pages.currentChanged.connect(self._on_page_changed)
        window.models.sidebar.rowsInserted.connect(self.refresh)
        window.models.sidebar.rowsRemoved.connect(self.refresh)
        window.actions_["details"].toggled.connect(self.refresh)
        window.actions_["sidebar"].toggled.connect(self.refresh)
        images.current_changed.connect(self.refresh)
        window.sidebar.left.connect(self._show_in_sidebar)
        window.banner.focus_left.connect(self.focus_page)
        self.refresh()

    @property
    def place(self) -> Place | None:
        """The directory that is shown now; None while another page is."""
        return self._navigator.place if self._window.pages.currentWidget() is self._window.browser else None

    def _on_place_changed(self, place: Place | None) -> None:
        if place is not None:
            self._images.show_session(place.session)
            self._reveal(place)
        self.refresh()

    def _reveal(self, place: Place) -> None:
        tree = self._window.browser.tree
        index = self._window.models.tree.reveal(place.path)
        tree.setCurrentIndex(index)
        tree.scrollTo(index)
        if place.path == b"/":
            tree.expand(index)

    def refresh(self, *_: object) -> None:
        """Say it everywhere."""
        window, place = self._window, self.place
        session = self._images.current
        self._enable(place)
        if place is not None:
            title = place.session.trees[place.tree].title
            window.top_bar.path_bar.set_location(place.session.name, title, place.path)
            window.setWindowTitle(f"{display_name(place.path)} — {place.session.name} — Cutaway")
        else:
            window.top_bar.path_bar.set_location(session.name if session else "", "", b"/")
            window.setWindowTitle(f"{session.name} — Cutaway" if session else "Cutaway")
        window.top_bar.path_bar.setEnabled(session is not None)
        self._show_panes()
        self._show_in_sidebar()
        self._give_focus()

    def _show_in_sidebar(self) -> None:
        session, window = self._images.current, self._window
        if session is not None:
            window.sidebar.setCurrentIndex(self._row(session))

    def _row(self, session: ImageSession) -> QModelIndex:
        """Return the sidebar's row of what is shown."""
        window = self._window
        if window.pages.currentWidget() is window.unlock:
            return window.models.sidebar.index_of_device(session, window.unlock.device)
        return window.models.sidebar.index_of(session, self.place)

    def _show_panes(self) -> None:
        window = self._window
        window.preview.setVisible(self.place is not None and window.actions_["details"].isChecked())
        has_images = window.models.sidebar.rowCount() > 0
        window.side.setVisible(has_images and window.actions_["sidebar"].isChecked())

    def _enable(self, place: Place | None) -> None:
        actions = self._window.actions_
        is_elsewhere = place is None and self._navigator.place is not None
        actions.enable(NEEDS_PLACE, place is not None)
        actions.enable(NEEDS_IMAGE, self._images.current is not None)
        actions["back"].setEnabled(is_elsewhere or self._navigator.can_step(-1))
        actions["forward"].setEnabled(self._navigator.can_step(1))
        actions["up"].setEnabled(place is not None and place.path != b"/")

    def _on_page_changed(self) -> None:
        focused = self._window.focusWidget()
        self.refresh()
        if focused is not None and self._window.pages.isAncestorOf(focused):
            self.focus_page()

    def _give_focus(self) -> None:
        """Put the focus where one goes on, unless it is somewhere on purpose."""
        focused = self._window.focusWidget()
        if focused is None or not focused.isVisible() or focused is self._window.top_bar.menu_button:
            self.focus_page()

    def focus_page(self) -> None:
        """Put the focus into the page that is shown."""
        window = self._window
        page = window.pages.currentWidget()
        if page is window.browser:
            window.browser.table.setFocus()
        elif page is window.overview:
            window.overview.setFocus()
        elif page is window.failed:
            window.failed.main_button.setFocus()
        elif page is window.unlock:
            window.unlock.take_focus()
        elif page is window.start:
            window.start.open_button.setFocus()
