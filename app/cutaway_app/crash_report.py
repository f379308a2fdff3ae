"""What nobody expected: a dialog with a report to copy. Nothing is sent. GUI thread; other threads come by a signal.

Install it once, after the application exists. Expected errors never get here: those are banners.
"""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.tab_order import OrderedDialog

log = logging.getLogger(__name__)
_MAX_SHOWN = 3


def report_text(error: BaseException) -> str:
    """Return what a developer needs to know; no paths of images, no names beyond those in the traceback."""
    try:
        own = version("cutaway")
    except PackageNotFoundError:
        own = "unknown"
    head = (
        f"Cutaway {own}, Python {platform.python_version()}, Qt {qVersion()}"
        f" ({QGuiApplication.platformName()}), {platform.platform()}"
    )
    return f"{head}\n\n{''.join(traceback.format_exception(error))}"


class CrashDialog(OrderedDialog):
    """The report, to read and to copy."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cutaway: unexpected error")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 400)
        title = plain_label("Something went wrong that should not have", self, scale=1.2, bold=True)
        text = plain_label(
            "You can go on working; if something looks wrong, restart the program. Nothing was sent to anybody. "
            "If you report it, please add this text:", self,
        )  # fmt: skip
        self.report = QPlainTextEdit(report_text(error), self)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName("Report")
        self.report.setFont(theme.monospace())
        copy = text_button("&Copy report", self, icon="copy")
        copy.clicked.connect(self.copy)
        close = text_button("C&lose", self, role="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (title, text, self.report):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        close.setFocus()

    def copy(self) -> None:
        """Copy the report."""
        QGuiApplication.clipboard().setText(self.report.toPlainText())


class CrashReporter(QObject):
    """Shows what nobody caught, from any thread; the same failure only once.

    Signals:
        failed(object): an exception nobody expected.
    """

    failed = Signal(object)

    def __init__(self, parent_window: Callable[[], QWidget | None] = QApplication.activeWindow) -> None:
        super().__init__()
        self._parent_window = parent_window
        self._seen: set[str] = set()
        self._open: list[CrashDialog] = []
        self.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch what is left of exceptions in this and all other threads."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self.report(args.exc_value) if args.exc_value else None

    def report(self, error: BaseException) -> None:
        """Log it and show it; any thread."""
        log.critical("unexpected error", exc_info=error)
        if shiboken6.isValid(self):  # a thread may fail when the window is gone already
            self.failed.emit(error)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.report(error)

    def _on_failed(self, error: BaseException) -> None:
        key = "".join(traceback.format_exception(error)[-2:])
        if key not in self._seen and len(self._seen) < _MAX_SHOWN:
            self._seen.add(key)
            dialog = CrashDialog(error, self._parent_window())
            # Without a parent nobody else would keep it.
            self._open.append(dialog)
            dialog.finished.connect(lambda: self._open.remove(dialog))
            dialog.open()
