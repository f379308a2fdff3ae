"""What the person has chosen in table or tree, as work for a job. GUI thread; changes nothing."""

from __future__ import annotations

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.names import join_path
from cutaway_app.operations.browse import Navigator
from cutaway_app.windows.main_window import MainWindow


class Chosen:
    """Looks at the window."""

    def __init__(self, window: MainWindow, navigator: Navigator) -> None:
        self._window, self._navigator = window, navigator

    def names(self) -> list[bytes]:
        """Return the names of the selected rows, without the folders above what was found."""
        return [name.rpartition(b"/")[2] for name in self._relative_paths()]

    def paths(self) -> list[bytes]:
        """Return the paths of the selected rows."""
        place = self._navigator.place
        return [] if place is None else [join_path(place.path, path) for path in self._relative_paths()]

    def _relative_paths(self) -> list[bytes]:
        table = self._window.models.table
        return [table.entry(row).name for row in self._window.browser.table.selected_rows()]

    def folder_paths(self) -> list[bytes]:
        """Return the path of the folder that is current in the tree."""
        index = self._window.browser.tree.currentIndex()
        return [self._window.models.tree.node(index).path] if index.isValid() else []

    def work(self, paths: list[bytes]) -> Extraction | None:
        """Return the extraction of these paths of the shown tree, into no folder yet; None if there are none."""
        place = self._navigator.place
        if place is None or not paths:
            return None
        session = place.session
        return Extraction(session.machine, session.trees[place.tree], tuple(paths), "")
