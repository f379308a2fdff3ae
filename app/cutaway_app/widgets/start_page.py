"""What the window shows without an image: open, drop, try, or go back to a recent one. GUI thread.

Dropped files reach the window, which takes them wherever they fall; this page only says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cutaway_app import resources
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.centred_page import CentredPage
from cutaway_app.controls.labels import line, plain_label
from cutaway_app.names import machine_name
from cutaway_app.widgets.recent_button import RecentButton

_WIDTH, _MAX_RECENT = 560, 6


class StartPage(CentredPage):
    """The first page; it scrolls in a small window.

    Signals:
        open_requested(): the person wants to choose an image.
        recent_requested(str): the person wants this image again.
        pin_requested(str, bool): this image shall stay in the list, or not.
        forget_requested(str): this image shall not be offered any more.
        sample_requested(): the person wants to look at the sample.
    """

    open_requested = Signal()
    recent_requested = Signal(str)
    pin_requested = Signal(str, bool)
    forget_requested = Signal(str)
    sample_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_WIDTH, parent)
        self.setAccessibleName("Start")
        self._make_greeting()
        self._make_buttons()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._column.addLayout(self._recent)

    def _make_greeting(self) -> None:
        picture = QLabel(self)
        picture.setPixmap(resources.application_icon().pixmap(64, 64))
        picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title = plain_label("See inside a disk image", self, scale=1.6, bold=True)
        text = plain_label(
            "Drop an image anywhere in this window, or open one. It is only read, never changed.", self, role="muted"
        )
        self._column.addWidget(picture)
        self._column.addSpacing(8)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._column.addWidget(label)
        self._column.addSpacing(16)

    def _make_buttons(self) -> None:
        self.open_button = text_button("&Open image…", self, role="primary")
        self.open_button.clicked.connect(self.open_requested)
        self.sample_button = text_button("Try the &sample", self)
        self.sample_button.clicked.connect(self.sample_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        row.addStretch()
        self._column.addLayout(row)
        kinds = plain_label("qcow2 · raw · ISO · VMDK · OVA · VHD · VHDX · VDI", self, role="muted", scale=0.9)
        kinds.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column.addSpacing(8)
        self._column.addWidget(kinds)
        self._column.addSpacing(24)

    def set_recent(
        self, paths: list[str], pinned: Sequence[str] = (), disks: Callable[[str], Sequence[str]] = lambda _: ()
    ) -> None:
        """Show the pinned images, then those that were opened last, newest first.

        `disks` gives the other disks of a machine.
        """
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = list(dict.fromkeys([*pinned, *paths[:_MAX_RECENT]]))
        if not shown:
            return
        self._recent.addWidget(line(self))
        heading = plain_label("Recent", self, role="muted", scale=0.9, bold=True)
        heading.setContentsMargins(8, 16, 8, 4)
        self._recent.addWidget(heading)
        for path in shown:
            name = machine_name(path, disks(path))
            button = RecentButton(name, os.path.dirname(path), self, is_pinned=path in pinned)
            button.clicked.connect(partial(self._on_recent_clicked, path))
            button.pin_requested.connect(partial(self.pin_requested.emit, path))
            button.forget_requested.connect(partial(self.forget_requested.emit, path))
            self._recent.addWidget(button)

    def _on_recent_clicked(self, path: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        self.recent_requested.emit(path)
