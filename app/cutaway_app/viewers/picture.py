"""Pictures: decoded in a worker thread, within limits, never by guesswork. GUI thread.

The file is hostile until proven otherwise: only formats recognised by their first bytes, only the first frame, a
limit on the file's size, on pixels, and on Qt's allocations. SVG, PDF and the like are never drawn.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cutaway.errors import EngineError
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cutaway_app.bridge.tasks import spawn
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.placeholder import Placeholder
from cutaway_app.error_messages import explain
from cutaway_app.figures import size_text
from cutaway_app.viewers.content import PreviewContent

MAX_FILE_BYTES = 32 << 20
MAX_PIXELS = 64_000_000
MAX_ALLOCATION_MIB = 64
_MAX_SHOWN = QSize(2048, 2048)
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture-preview")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"), (b"BM", "bmp"),
    (b"\0\0\1\0", "ico"),
)  # fmt: skip


@dataclass(frozen=True)
class Decoded:
    """A picture, or why there is none."""

    image: QImage | None
    facts: str


def format_of(head: bytes) -> str | None:
    """Return the format of a picture by its first bytes; None for anything that is not shown."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _MAGIC if head.startswith(magic) and len(head) > 16), None)


def suits(content: PreviewContent) -> int:
    """Return how well a picture suits."""
    return 90 if format_of(content.head) else 0


def decode(data: bytes, image_format: str) -> Decoded:
    """Decode a picture within the limits, scaled down if it is large; for a worker thread."""
    QImageReader.setAllocationLimit(MAX_ALLOCATION_MIB)
    array = QByteArray(data)
    buffer = QBuffer(array)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(image_format.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid():
        return Decoded(None, "It is damaged.")
    facts = f"{size.width()} x {size.height()} · {image_format.upper()} · {size_text(len(data))}"
    if size.width() * size.height() > MAX_PIXELS:
        return Decoded(None, f"It has too many pixels to show ({size.width()} x {size.height()}).")
    if size.width() > _MAX_SHOWN.width() or size.height() > _MAX_SHOWN.height():
        reader.setScaledSize(size.scaled(_MAX_SHOWN, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        return Decoded(None, "It is damaged or too large.")
    return Decoded(image, f"{facts} · incomplete" if _is_cut_off(data, image_format) else facts)


def _is_cut_off(data: bytes, image_format: str) -> bool:
    """Return whether a picture ends too early, where Qt shows what there is of it without a word."""
    if image_format == "jpeg":
        return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")  # the end of an image, the beginning of its lines
    return image_format == "bmp" and len(data) < int.from_bytes(data[2:6], "little")


class PictureViewer(QWidget):
    """A file as a picture.

    Signals:
        shown(): the picture, or the reason why there is none, is in view.
        viewer_requested(str): the person wants to see the file in the viewer of this key.
    """

    shown = Signal()
    viewer_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Picture")
        self._task: asyncio.Task[None] | None = None
        self._pixmap = QPixmap()
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setMinimumSize(1, 1)
        self._facts = QLabel(self)
        self._facts.setProperty("role", "muted")
        self._facts.setContentsMargins(8, 0, 8, 0)
        self._problem = Placeholder(self)
        self._hex_button = text_button("Show as &bytes", self, icon="hex")
        self._hex_button.clicked.connect(lambda: self.viewer_requested.emit("hex"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._picture, 1)
        layout.addWidget(self._problem, 1)
        layout.addWidget(self._hex_button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._facts)
        self.clear()

    def show_content(self, content: PreviewContent) -> None:
        """Show a file; the picture comes a moment later."""
        self.clear()
        self._task = spawn(self._show(content), name="picture preview")

    def clear(self) -> None:
        """Show nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._pixmap = QPixmap()
        self._picture.clear()
        self._facts.clear()
        self._problem.hide()
        self.setFocusProxy(None)  # type: ignore[arg-type]  # none is allowed; the stub does not know
        self._hex_button.hide()
        self._picture.show()

    @property
    def facts(self) -> str:
        """What is said about the picture."""
        return self._facts.text()

    @property
    def problem(self) -> str:
        """Why there is no picture; "" if there is one."""
        return self._problem.accessibleName() if self._problem.isVisibleTo(self) else ""

    @property
    def has_picture(self) -> bool:
        """Whether a picture is shown."""
        return not self._pixmap.isNull()

    async def _show(self, content: PreviewContent) -> None:
        image_format = format_of(content.head)
        if image_format is None:
            self._tell("This is no picture", "PNG, JPEG, GIF, WebP, BMP and ICO can be shown.")
        elif content.total_size > MAX_FILE_BYTES or (not content.is_complete and content.read is None):
            self._tell("This picture is too large to show", f"It has {size_text(content.total_size)}.")
        else:
            await self._show_picture(content, image_format)
        self.shown.emit()

    async def _show_picture(self, content: PreviewContent, image_format: str) -> None:
        try:
            data = content.head if content.is_complete else await _read_all(content)
        except EngineError as error:
            self._tell("This picture cannot be read", explain(error).text)
            return
        loop = asyncio.get_running_loop()
        self._show_decoded(await loop.run_in_executor(_executor, decode, data, image_format))

    def _show_decoded(self, decoded: Decoded) -> None:
        if decoded.image is None:
            self._tell("This picture cannot be shown", decoded.facts)
            return
        self._pixmap = QPixmap.fromImage(decoded.image)
        self._facts.setText(decoded.facts)
        self._picture.setAccessibleName(f"Picture, {decoded.facts}")
        self._fit()

    def _tell(self, title: str, text: str) -> None:
        self._picture.hide()
        self._problem.set_message(title, text, "picture")
        self._problem.show()
        self._hex_button.show()
        self.setFocusProxy(self._hex_button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture into the place."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._pixmap.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = self._picture.size() * ratio
        shown = self._pixmap
        if shown.width() > room.width() or shown.height() > room.height():
            smooth = Qt.TransformationMode.SmoothTransformation
            shown = shown.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        shown.setDevicePixelRatio(ratio)
        self._picture.setPixmap(shown)


async def _read_all(content: PreviewContent) -> bytes:
    data = bytearray(content.head)
    while content.read is not None and len(data) < content.total_size:
        part = await content.read(len(data), min(1 << 20, content.total_size - len(data)))
        if not part:
            break
        data += part
    return bytes(data)
