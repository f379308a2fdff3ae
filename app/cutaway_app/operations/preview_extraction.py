"""Find out what an extraction would do, in the appliance that shows the image. GUI thread; the latest wish wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cutaway.errors import Cancelled, EngineError
from PySide6.QtCore import QObject, Signal

from cutaway_app.bridge.bulk import Extraction
from cutaway_app.bridge.image_engine import ImageEngine
from cutaway_app.bridge.tasks import spawn
from cutaway_app.error_messages import explain
from cutaway_app.operations.extract import title_of

#: Gives the appliance that shows the image of a path; None if it is closed.
FindShown = Callable[[str], ImageEngine | None]
#: How long the choices must rest before the image is asked.
REST_S = 0.15


class ExtractionPreviews(QObject):
    """Looks before files are extracted.

    Signals:
        found(int, object): files and bytes (int) so far.
        ready(object): an `ExtractPreview`.
        failed(str): why there is none.
    """

    found = Signal(int, object)
    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, find_shown: FindShown) -> None:
        super().__init__()
        self._find_shown = find_shown
        self._task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def look(self, work: Extraction) -> None:
        """Find out what an extraction would do, instead of what was asked before."""
        self.stop()
        self._task = spawn(self._look(work), name=f"look before {title_of(work)}")

    async def _look(self, work: Extraction) -> None:
        await asyncio.sleep(REST_S)
        engine = self._find_shown(work.machine.key)
        if engine is None:
            self.failed.emit("The image is not open any more.")
            return
        try:
            preview = await engine.preview_extraction(work.tree, work.paths, work.folder, work.policy, self.found.emit)
        except Cancelled:
            return
        except EngineError as error:
            self.failed.emit(explain(error).text)
        else:
            self.ready.emit(preview)
