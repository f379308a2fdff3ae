"""Wiring of files that are disk images: they are opened where they lie, as images of their own. GUI thread."""

from __future__ import annotations

from cutaway.errors import Cancelled, EngineError
from cutaway.image_magic import is_called_image, looks_like_image
from cutaway.records import FolderEntry
from PySide6.QtCore import QObject

from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.tasks import async_slot
from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import Place
from cutaway_app.models.machine import Inside
from cutaway_app.names import display_name, join_path
from cutaway_app.operations.browse import FindEngine
from cutaway_app.operations.preview import Previewer
from cutaway_app.viewers.content import PreviewContent, is_image
from cutaway_app.windows.image_wiring import ImageWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Notices
from cutaway_app.windows.where import Where

#: So much of a file tells whether it is an image.
HEAD_BYTES = 128 << 10


class InsideWiring(QObject):
    """Connects the action that opens the selected file as an image, and whatever else means that."""

    def __init__(
        self, window: MainWindow, previewer: Previewer, *, where: Where, images: ImageWiring, notices: Notices,
        find_engine: FindEngine,
    ) -> None:  # fmt: skip
        super().__init__()
        self._window, self._where, self._images = window, where, images
        self._notices, self._find_engine = notices, find_engine
        self._recognised: bytes | None = None
        self._action = window.actions_["open_inside"]
        self._action.triggered.connect(self._open_selected)
        window.preview.image_requested.connect(self._open_selected)
        previewer.ready.connect(self._on_preview)
        window.browser.table.selectionModel().selectionChanged.connect(self._on_selection)
        window.models.table.modelReset.connect(self._on_selection)
        window.pages.currentChanged.connect(self._refresh)
        self._refresh()

    def _selected(self) -> FolderEntry | None:
        """Return the file that is selected, or the link, if it is one and nothing else."""
        rows = self._window.browser.table.selected_rows()
        if self._where.place is None or len(rows) != 1:
            return None
        entry = self._window.models.table.entry(rows[0])
        status = entry.stat
        is_file = status is not None and (status.is_file or (status.is_symlink and not entry.leads_to_folder))
        return entry if is_file else None

    def _on_selection(self, *_: object) -> None:
        self._recognised = None
        self._refresh()

    def _on_preview(self, content: PreviewContent) -> None:
        if is_image(content):
            self._recognised = content.name
            self._refresh()

    def _refresh(self, *_: object) -> None:
        """Offer it for what is called as images are, or has been found to be one."""
        entry = self._selected()
        can_open = entry is not None and (is_called_image(entry.name) or entry.name == self._recognised)
        self._action.setVisible(can_open)
        self._action.setEnabled(can_open)

    def _open_selected(self) -> None:
        place, entry = self._where.place, self._selected()
        if place is not None and entry is not None:
            self._open(place, entry, is_certain=True)

    def open_if_image(self, place: Place, entry: FolderEntry) -> None:
        """Open a file as an image if it is called so, and is one."""
        if is_called_image(entry.name) and self._find_engine(place.session) is not None:
            self._open(place, entry, is_certain=False)

    @async_slot
    async def _open(self, place: Place, entry: FolderEntry, *, is_certain: bool) -> None:
        engine = self._find_engine(place.session)
        if engine is None or place.session.death:
            return
        try:
            path = await engine.real_path(join_path(place.path, entry.name))
            if not is_certain and not await _is_image(engine, path):
                return
        except Cancelled:
            return
        except EngineError as error:
            doing = f"{display_name(entry.name)} cannot be opened as an image"
            self._notices.show_error(explain(error, doing=doing), about=self, is_local=True)
            return
        if self._where.place == place:
            self._show(place, path, engine)

    def _show(self, place: Place, path: bytes, engine: ImageEngine) -> None:
        session = place.session
        if session.is_edited:
            text = "Stop editing first; or save the copy as an image, and open that."
            title = "What is in a copy that is edited cannot be opened as an image"
            self._notices.show(title, text, "info", about=self, is_local=True)
            return
        inside = Inside(session.machine, place.tree, session.trees[place.tree], path, engine.unlocked)
        self._images.open_inside(inside)


async def _is_image(engine: ImageEngine, path: bytes) -> bool:
    size = (await engine.status(path)).size
    head = await engine.read(path, 0, min(size, HEAD_BYTES)) if size else b""
    return looks_like_image(path, head, size)
