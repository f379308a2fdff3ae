"""Wiring of the filter line: names of the folder that is shown, or names or contents of all below it. GUI thread.

The names of one folder are chosen in the table, at once; what is below is looked through in the image, when the person
rests from typing. What is found is listed in the folder's place, by paths relative to it.
"""

from __future__ import annotations

from cutaway.records import ContentHit, FolderEntry
from PySide6.QtCore import QObject, QTimer

from cutaway_app.models.image_session import Place
from cutaway_app.names import join_path
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.findings import Sought
from cutaway_app.windows.main_window import MainWindow

#: How long a person rests before what was typed is looked for.
REST_MS = 300
#: So many letters are looked for in contents without Enter.
ENOUGH = 3


class SearchWiring(QObject):
    """Connects the filter line with table and navigator."""

    def __init__(self, window: MainWindow, navigator: Navigator) -> None:
        super().__init__()
        self._window, self._navigator = window, navigator
        self._table, self._view = window.models.table, window.browser.table
        self._line, self._below = window.browser.filter, window.browser.below
        self._scope = window.browser.scope
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look_unasked)
        self._line.textChanged.connect(self._on_text_changed)
        self._line.returnPressed.connect(self._on_return_pressed)
        self._line.dismissed.connect(self.end)
        self._below.toggled.connect(self._on_below_toggled)
        self._scope.currentIndexChanged.connect(self._on_scope_changed)
        window.actions_["filter"].triggered.connect(lambda: self._begin(below=False))
        window.actions_["search"].triggered.connect(lambda: self._begin(below=True))
        window.actions_["show_in_folder"].triggered.connect(self._show_in_folder)
        for signal in (navigator.place_changed, navigator.reloaded, self._view.selectionModel().selectionChanged):
            signal.connect(self._refresh)
        self._refresh()

    @property
    def is_search(self) -> bool:
        """Whether what was found is shown instead of the folder."""
        return bool(self._navigator.sought)

    @property
    def is_in_contents(self) -> bool:
        """Whether what was found holds the text in its content."""
        return self._navigator.sought.in_contents

    def hit(self, entry: FolderEntry) -> ContentHit | None:
        """Return where the text stands in an entry that was found for it."""
        return self._navigator.findings.hits.get(entry.name)

    def _begin(self, *, below: bool) -> None:
        self._window.browser.show_filter(wanted=True)
        self._below.setChecked(below)
        self._line.setFocus()
        self._line.selectAll()

    def end(self) -> None:
        """Show all names of the folder again."""
        had_focus = any(widget.hasFocus() for widget in (self._line, self._below, self._scope))
        self._line.clear()
        self._scope.setCurrentIndex(0)
        self._below.setChecked(False)
        self._window.browser.show_filter(wanted=False)
        self._rest.stop()
        self._navigator.end_search()
        if had_focus:
            self._view.setFocus()

    def _on_text_changed(self, text: str) -> None:
        if self._below.isChecked():
            self._rest.start()
        else:
            self._table.set_filter(text)

    def _on_below_toggled(self, is_below: bool) -> None:  # noqa: FBT001 a signal's argument
        self._table.set_filter("" if is_below else self._line.text())
        self._look_unasked()

    def _on_scope_changed(self) -> None:
        """Look through names or contents; these are only looked through with all that is below."""
        in_contents = self._window.browser.is_for_contents
        self._window.browser.show_scope()
        if in_contents and not self._below.isChecked():
            self._below.setChecked(True)
        else:
            self._look_unasked()

    def _on_return_pressed(self) -> None:
        in_contents = self._window.browser.is_for_contents
        if self._rest.isActive() or (in_contents and self._line.text() != self._navigator.sought.text):
            self._look()
        self._view.setFocus()

    def _look_unasked(self) -> None:
        """Look for what was typed, unless nearly every file holds that: then the person has to ask."""
        if not self._window.browser.is_for_contents or len(self._line.text().strip()) >= ENOUGH:
            self._look()

    def _look(self) -> None:
        self._rest.stop()
        in_contents = self._window.browser.is_for_contents
        text = self._line.text() if in_contents else self._line.text().strip()
        if self._below.isChecked() and text.strip():
            self._navigator.search(Sought(text, in_contents))
        else:
            self._navigator.end_search()

    def _refresh(self, *_: object) -> None:
        can_show = bool(self._navigator.sought) and len(self._view.selected_rows()) == 1
        action = self._window.actions_["show_in_folder"]
        action.setVisible(bool(self._navigator.sought))
        action.setEnabled(can_show)

    def _show_in_folder(self) -> None:
        """Show what was found among its neighbours."""
        place, rows = self._navigator.place, self._view.selected_rows()
        if place is None or len(rows) != 1:
            return
        folder, _, name = join_path(place.path, self._table.entry(rows[0]).name).rpartition(b"/")
        if name.startswith(b"."):
            self._window.actions_["hidden"].setChecked(True)
        self.end()
        self._navigator.go(Place(place.session, place.tree, folder or b"/"), select=name)
