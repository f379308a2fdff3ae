"""Start a drag out of the window. GUI thread, from a plain Qt handler only.

NB: never from a coroutine: `QDrag.exec` runs a loop of its own, which would break other tasks. Lazy and staged are
never offered together: Thunar and libfm would prefer the list of files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QWidget

from cutaway_app.drag.lazy_ark import PATH_TYPE, SERVICE_TYPE, ArkPort
from cutaway_app.drag.lazy_xds import MIME_TYPE, XdsPort
from cutaway_app.drag.offer import DragOffer
from cutaway_app.drag.picture import drag_picture
from cutaway_app.drag.staging import URI_LIST, staged_mime
from cutaway_app.drag.watch import DragWatch
from cutaway_app.drag.x11_selection import MAX_ANSWER, SelectionAnswers

log = logging.getLogger(__name__)
#: How long a target may take to say where, after the button was released.
LINGER_MS = 30_000
Execute = Callable[[QDrag], Qt.DropAction]


class LazyDrag(QObject):
    """The ports of one drag; the first folder that any of them hears of is the one.

    Attributes:
        is_dropped: Whether any has heard of one.
    """

    def __init__(self, parent: QObject, dropped: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._callback = dropped
        self.is_dropped = False
        self.ark: ArkPort | None = ArkPort(self, self._on_dropped)
        if not self.ark.is_ready:
            self.ark = None
        self.xds = self._make_xds()

    def _make_xds(self) -> XdsPort | None:
        if QGuiApplication.platformName() != "xcb":
            return None
        try:
            return XdsPort(self, self._on_dropped)
        except OSError as error:
            log.warning("dragging to other programs is limited: %s", error)
            return None

    def _on_dropped(self, folder: str) -> None:
        if not self.is_dropped:
            self.is_dropped = True
            QTimer.singleShot(0, lambda: self._callback(folder))

    def end(self) -> None:
        """Nobody may answer any more."""
        for port in (self.ark, self.xds):
            if port is not None:
                port.end()
        self.ark = self.xds = None
        self.deleteLater()


class LazyMimeData(QMimeData):
    """What the target sees: types whose answers are made when asked for, each at once."""

    def __init__(self, drag: LazyDrag) -> None:
        super().__init__()
        self._drag = drag

    def formats(self) -> list[str]:
        """Return the types there are."""
        ark = [SERVICE_TYPE, PATH_TYPE] if self._drag.ark else []
        return ark + ([MIME_TYPE] if self._drag.xds else [])

    def hasFormat(self, mime_type: str, /) -> bool:
        """Whether there is this type."""
        return mime_type in self.formats()

    def retrieveData(self, mime_type: str, _preferred: object, /) -> object:
        """Answer a target; during the hover too, so nothing slow may be done."""
        answer: bytes | None = None
        if mime_type == MIME_TYPE and self._drag.xds:
            answer = self._drag.xds.answer()
        elif mime_type in {SERVICE_TYPE, PATH_TYPE} and self._drag.ark:
            answer = self._drag.ark.answer(mime_type)
        return None if answer is None else QByteArray(answer)


def start_drag(parent: QWidget, offer: DragOffer, *, execute: Execute | None = None) -> None:
    """Let the person drag; returns after the button was released.

    Args:
        parent: The widget from which it is dragged.
        offer: What is dragged.
        execute: Replaces the drag's own loop in tests.
    """
    drag = QDrag(parent)
    drag.setPixmap(drag_picture(offer.names, parent))
    if offer.staged_paths is None:
        _drag_lazily(parent, drag, offer, execute or _execute)
    else:
        _drag_staged(parent, drag, offer.staged_paths, execute or _execute)


def _drag_lazily(parent: QWidget, drag: QDrag, offer: DragOffer, execute: Execute) -> None:
    lazy, watch = LazyDrag(parent, offer.dropped), DragWatch(parent)
    drag.setMimeData(LazyMimeData(lazy))
    if lazy.xds:
        lazy.xds.begin()
    watch.begin()
    action = execute(drag)
    had_a_chance = watch.end()
    log.debug("drag of %d ended: %s", len(offer.names), action)
    QTimer.singleShot(LINGER_MS, lazy, lazy.end)
    is_refused = action == Qt.DropAction.IgnoreAction and had_a_chance and not lazy.is_dropped
    if is_refused and offer.refused is not None:
        QTimer.singleShot(0, offer.refused)


def _drag_staged(parent: QWidget, drag: QDrag, paths: list[str], execute: Execute) -> None:
    mime = staged_mime(paths)
    drag.setMimeData(mime)
    answers = _selection_answers(parent, bytes(mime.data(URI_LIST).data()))
    if answers is not None:
        answers.begin()
    action = execute(drag)
    if answers is not None:
        QTimer.singleShot(LINGER_MS, answers, answers.end)
    log.debug("drag of %d staged files ended: %s", len(paths), action)


def _selection_answers(parent: QWidget, addresses: bytes) -> SelectionAnswers | None:
    if QGuiApplication.platformName() != "xcb" or len(addresses) > MAX_ANSWER:
        return None
    try:
        return SelectionAnswers(parent, {URI_LIST: addresses})
    except OSError as error:
        log.warning("dragging to GTK 4 programs does not work: %s", error)
        return None


def _execute(drag: QDrag) -> Qt.DropAction:
    return drag.exec(Qt.DropAction.CopyAction)
