"""Details: all that is known about a file beside its content, exact and to be copied; its checksums. GUI thread."""

from __future__ import annotations

import os
import stat

from cutaway.records import ExtendedAttribute, Stat
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFormLayout, QScrollArea, QVBoxLayout, QWidget

from cutaway_app.controls.labels import plain_label
from cutaway_app.figures import count_text, exact_moment_text, exact_size_text, size_text
from cutaway_app.names import display_name
from cutaway_app.viewers.checksums import ChecksumPanel
from cutaway_app.viewers.content import LinkFacts, PreviewContent
from cutaway_app.viewers.fact_lines import value_label, word_label
from cutaway_app.viewers.folder_size import FolderSizePanel
from cutaway_app.viewers.streams import StreamsPanel

_MAX_ATTRIBUTES, _MAX_VALUE = 100, 256
#: Characters of the width below which values stand below their words.
_NARROW = 50
_TYPES = {
    stat.S_IFREG: "File", stat.S_IFDIR: "Folder", stat.S_IFLNK: "Symbolic link", stat.S_IFCHR: "Character device",
    stat.S_IFBLK: "Block device", stat.S_IFIFO: "Named pipe", stat.S_IFSOCK: "Socket",
}  # fmt: skip
Facts = list[tuple[str, str]]


def general_facts(content: PreviewContent) -> Facts:
    """Return what it is."""
    status = content.stat
    facts = [("Name", display_name(content.name)), ("Type", _TYPES.get(stat.S_IFMT(status.mode), "Unknown"))]
    if content.link is not None:
        facts += _link_facts(content.link)
    if stat.S_ISBLK(status.mode) or stat.S_ISCHR(status.mode):
        facts.append(("Device number", f"{os.major(status.rdev)}, {os.minor(status.rdev)}"))
    exact = f" ({exact_size_text(status.size)})" if status.size >= 1000 else ""
    facts.append(("Size", f"{size_text(status.size)}{exact}"))
    facts.append(("On disk", size_text(status.blocks * 512)))
    if display_name(content.name) != content.name.decode("utf-8", "replace") or not content.name.isascii():
        facts.append(("Name in bytes", content.name.hex(" ")))
    return facts


def _link_facts(link: LinkFacts) -> Facts:
    facts = [("Link to", display_name(link.target))]
    if link.problem:
        facts.append(("Leads to", f"nothing: {link.problem}"))
    elif link.real_path != link.target:
        facts.append(("Leads to", display_name(link.real_path)))
    return facts


def time_facts(status: Stat) -> Facts:
    """Return its times, to the nanosecond."""
    times = (("Modified", status.mtime_ns), ("Changed", status.ctime_ns), ("Accessed", status.atime_ns))
    return [(word, exact_moment_text(nanoseconds)) for word, nanoseconds in times]


def access_facts(status: Stat, owner: str = "") -> Facts:
    """Return who may do what, and where it lies; the owner by name if the image has one."""
    user = f"{owner} (user {status.uid})" if owner else f"user {status.uid}"
    return [
        ("Mode", f"{stat.filemode(status.mode)} ({stat.S_IMODE(status.mode):04o})"),
        ("Owner", f"{user}, group {status.gid}"),
        ("Links", count_text(status.nlink)),
        ("Inode", f"{status.ino} on device {os.major(status.dev)}:{os.minor(status.dev)}"),
    ]


def attribute_facts(attributes: list[ExtendedAttribute]) -> Facts:
    """Return its extended attributes."""
    facts = [(display_name(entry.name), _value(entry.value)) for entry in attributes[:_MAX_ATTRIBUTES]]
    more = len(attributes) - _MAX_ATTRIBUTES
    return facts + ([("…", f"{more} more")] if more > 0 else [])


def _value(value: bytes) -> str:
    shown = display_name(value.rstrip(b"\0")[:_MAX_VALUE])
    return f"{shown}… ({exact_size_text(len(value))})" if len(value) > _MAX_VALUE else shown


class DetailsViewer(QScrollArea):
    """All of it as sections of words and values; values can be selected with mouse and keyboard.

    Signals:
        content_requested(object): something else, a `PreviewContent`, shall be shown instead.
    """

    content_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Details")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.facts: Facts = []
        self._forms: list[QFormLayout] = []
        self.checksums: ChecksumPanel | None = None
        self.folder_size: FolderSizePanel | None = None
        self.streams: StreamsPanel | None = None
        self._show_page(QWidget())

    def show_content(self, content: PreviewContent) -> None:
        """Show a file."""
        sections = [("", general_facts(content)), ("Times", time_facts(content.stat))]
        sections.append(("Access", access_facts(content.stat, content.owner)))
        if content.link is not None and not content.stat.is_symlink:
            sections.append(("The link itself", time_facts(content.link.stat)[:2] + access_facts(content.link.stat)))
        if content.xattrs:
            sections.append(("Extended attributes", attribute_facts(content.xattrs)))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(8)
        self.facts, self._forms = [], []
        self._stop()
        for title, facts in sections:
            if title:
                column.addSpacing(8)
                column.addWidget(plain_label(title, page, bold=True))
            column.addLayout(self._section(facts, page))
            self.facts += facts
        self._add_panels(content, page, column)
        column.addStretch(1)
        self._show_page(page)

    def _add_panels(self, content: PreviewContent, page: QWidget, column: QVBoxLayout) -> None:
        panels: list[tuple[str, QWidget]] = []
        if content.streams is not None:
            self.streams = StreamsPanel(content, content.streams, page)
            self.streams.content_requested.connect(self.content_requested)
            panels.append(("Alternate data streams", self.streams))
        if content.stat.is_file:
            self.checksums = ChecksumPanel(content, page)
            panels.append(("Checksums", self.checksums))
        if content.measure is not None:
            self.folder_size = FolderSizePanel(content.measure, page)
            panels.append(("All that is in it", self.folder_size))
        for title, panel in panels:
            column.addSpacing(8)
            column.addWidget(plain_label(title, page, bold=True))
            column.addWidget(panel)

    def clear(self) -> None:
        """Show nothing."""
        self._stop()
        self.facts, self._forms = [], []
        self._show_page(QWidget())

    def stop_work(self) -> None:
        """Stop what is being computed, and say so."""
        for panel in (self.checksums, self.folder_size):
            if panel is not None:
                panel.stop()

    def _stop(self) -> None:
        if self.checksums is not None:
            self.checksums.close_work()
            self.checksums = None
        if self.folder_size is not None:
            self.folder_size.close_work()
            self.folder_size = None
        if self.streams is not None:
            self.streams.close_work()
            self.streams = None

    def _wrap_policy(self) -> QFormLayout.RowWrapPolicy:
        """Return where values stand: below their words, where there is no room beside them."""
        is_narrow = self.viewport().width() < _NARROW * self.fontMetrics().averageCharWidth()
        return QFormLayout.RowWrapPolicy.WrapAllRows if is_narrow else QFormLayout.RowWrapPolicy.WrapLongRows

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the sections into the new width."""
        super().resizeEvent(event)
        for form in self._forms:
            form.setRowWrapPolicy(self._wrap_policy())

    def _show_page(self, page: QWidget) -> None:
        page.setProperty("role", "content")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(page)

    def _section(self, facts: Facts, page: QWidget) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setRowWrapPolicy(self._wrap_policy())
        self._forms.append(form)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        for word, value in facts:
            form.addRow(word_label(word, page), value_label(word, value, page))
        return form
