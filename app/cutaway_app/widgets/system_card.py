"""What is told of an operating system that was found: its name, and facts beside it. GUI thread; shows, never asks."""

from __future__ import annotations

from collections.abc import Iterator

from cutaway.records import OperatingSystem
from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import IconLabel, plain_label
from cutaway_app.names import display_line, display_name

#: Formats of packages of which there are lists.
LISTED = frozenset({"deb", "rpm", "apk", "pacman"})


class SystemCard(QFrame):
    """A system.

    Signals:
        software_requested(): what is installed in it shall be listed.
        journal_requested(): its journal shall be shown.
    """

    software_requested = Signal()
    journal_requested = Signal()

    def __init__(self, system: OperatingSystem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        picture = IconLabel(32, self)
        picture.show_icon("system", "accent")
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        title = display_line(system.title or system.distro or "Operating system")
        words.addWidget(plain_label(title, self, bold=True))
        words.addLayout(self._facts(system))
        row.addLayout(words, 1)
        if system.windows is not None or system.package_format in LISTED:
            self._add_link(words, f"Installed Software of {title}", "details", self.software_requested)
        if system.has_journal:
            self._add_link(words, f"Journal of {title}", "log", self.journal_requested)

    def _add_link(self, words: QVBoxLayout, name: str, icon: str, asked: SignalInstance) -> None:
        """Add a link in a line of its own: beside the facts there may be no room."""
        text = name.partition(" of ")[0]
        button = text_button(f"{text}…", self, role="link", icon=icon)
        button.setAccessibleName(name)
        button.clicked.connect(asked)
        words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)

    def _facts(self, system: OperatingSystem) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)  # in a narrow page values stand below
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading)
        for word, value in facts_of(system):
            if value and value != "unknown":
                label = plain_label(display_line(value), self)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                form.addRow(plain_label(word, self, role="muted"), label)
        return form


def facts_of(system: OperatingSystem) -> Iterator[tuple[str, str]]:
    """Give what is told of a system, each with its word; what is not known is empty or "unknown"."""
    yield "Host name", system.hostname
    yield "Architecture", system.arch
    if system.windows is not None:
        build = f"build {system.build_id}" if system.build_id else ""
        yield "Version", " ".join(filter(None, [f"{system.major_version}.{system.minor_version}", build]))
        yield "Variant", system.product_variant
        yield "System folder", f"{system.windows.systemroot} on {system.root}"
        yield "Drives", ", ".join(f"{letter}: on {device}" for letter, device in system.drive_mappings.items())
        return
    yield "Packages", system.package_format
    yield "Root", system.root
    yield "Mounts", ", ".join(f"{display_name(mount.mountpoint)} on {mount.mountable}" for mount in system.mountpoints)
