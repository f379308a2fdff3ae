"""Wiring of drags and copies: what leaves the window because another program takes it. GUI thread.

A drag first asks the target for its folder, which costs nothing. A program that takes only files of this computer
refuses that; then they are made ready for the next drag. A copy makes them ready at once.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.drag.clipboard import FileClipboard
from cutaway_app.drag.offer import DragOffer
from cutaway_app.drag.start import start_drag
from cutaway_app.error_messages import explain
from cutaway_app.figures import count_text, size_text
from cutaway_app.operations.extract import title_of
from cutaway_app.operations.stage import Batch, Purpose, Stager
from cutaway_app.windows.chosen import Chosen
from cutaway_app.windows.job_wiring import JobWiring
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Answer, Notices

#: What is made ready without a question: after a drag that may have been a slip, and after a copy.
DRAG_BYTES, COPY_BYTES = 64 << 20, 1 << 30
#: So many things can be named in a list of files; a person who wants more takes their folder.
MAX_LISTED = 2_000
KEPT = "The files are kept until the next ones are ready, or until this window is closed."


class DragWiring(QObject):
    """Connects table and tree with drags and the clipboard."""

    def __init__(
        self, window: MainWindow, *, chosen: Chosen, stager: Stager, jobs: JobWiring, notices: Notices
    ) -> None:
        super().__init__()
        self._window, self._chosen, self._stager = window, chosen, stager
        self._jobs, self._notices = jobs, notices
        self.clipboard = FileClipboard(self)
        window.browser.table.drag_requested.connect(self._drag)
        self._connect_copy()
        for name in ("reload", "restart", "close_image"):
            window.actions_[name].triggered.connect(stager.forget)
        stager.ready.connect(self._on_ready)
        stager.too_large.connect(self._on_too_large)

    def _connect_copy(self) -> None:
        """Let the key work among the files only: elsewhere it copies text."""
        copy = self._window.actions_["copy"]
        self._window.removeAction(copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._window.browser.addAction(copy)
        copy.triggered.connect(self._copy)

    def _drag(self) -> None:
        work = self._chosen.work(self._chosen.paths())
        if work is None:
            return
        batch = self._stager.find(work)

        def dropped(folder: str) -> None:
            self._jobs.extract(work, folder)

        staged = None if batch is None else list(batch.paths)
        offer = DragOffer(self._chosen.names(), dropped, staged, lambda: self._on_refused(work))
        start_drag(self._window.browser.table, offer)

    def _on_refused(self, work: Extraction) -> None:
        title = "That program takes only files that are on this computer"
        if self._begin(work, "drag", DRAG_BYTES):
            self._notices.show(title, "They are being made ready. When they are, drag them again.", about=self)

    def _copy(self) -> None:
        is_folder = self._window.browser.tree.hasFocus()
        work = self._chosen.work(self._chosen.folder_paths() if is_folder else self._chosen.paths())
        if work is not None:
            self._begin(work, "paste", COPY_BYTES)

    def _begin(self, work: Extraction, purpose: Purpose, limit_bytes: int | None) -> bool:
        """Begin to make files ready, or say why not."""
        self._notices.hide(about=self)
        if len(work.paths) > MAX_LISTED:
            title = f"{count_text(len(work.paths))} items are too many for a list of files"
            self._suggest(work, title, "Take the folder that holds them, or extract them.")
            return False
        try:
            self._stager.stage(work, purpose, limit_bytes)
        except OSError as error:
            self._notices.show_error(explain(error, doing=f"{title_of(work)} was not copied"), about=self)
            return False
        return True

    def _on_ready(self, batch: Batch) -> None:
        if batch.purpose == "paste":
            self.clipboard.put(list(batch.paths))
            self._tell("Ready to paste", "Paste in a file manager, or drag.", batch)
        else:
            self._tell("Ready to drag", "Drag the same selection again.", batch)

    def _tell(self, title: str, text: str, batch: Batch) -> None:
        if batch.note:
            self._notices.show(title, f"{text} {batch.note}. {KEPT}", "warning", about=self, details=batch.details)
        else:
            self._notices.show(title, f"{text} {KEPT}", about=self)

    def _on_too_large(self, batch: Batch, size_bytes: int) -> None:
        work, purpose = batch.work, batch.purpose
        answer = Answer("Make Ready Anyway", lambda: self._insist(work, purpose))
        title = f"{title_of(work)} has {size_text(size_bytes)}"
        text = "To make it ready takes that much space in a temporary folder. To extract it takes it once only."
        self._suggest(work, title, text, answer)

    def _insist(self, work: Extraction, purpose: Purpose) -> None:
        self._begin(work, purpose, None)

    def _suggest(self, work: Extraction, title: str, text: str, *more: Answer) -> None:
        extract = Answer("Extract…", lambda: self._jobs.choose_folder(work))
        self._notices.show(title, text, "warning", [extract, *more], about=self)
