"""The page of an image: what it is, what was found, where it lies, what to beware of. GUI thread; shows, never asks."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cutaway.mount_plan import is_mountable, letters_of
from cutaway.records import LACKING, Filesystem, StatVfs, Survey
from cutaway.unlocking import ENCRYPTED, UNCERTAIN, locked
from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cutaway_app import theme
from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.flow_row import FlowRow
from cutaway_app.controls.labels import ElidedLabel, IconLabel, plain_label
from cutaway_app.controls.placeholder import Placeholder
from cutaway_app.figures import size_text
from cutaway_app.names import display_line
from cutaway_app.widgets.disk_map import DiskMap
from cutaway_app.widgets.disk_plan import drive_maps
from cutaway_app.widgets.filesystem_table import FilesystemTable
from cutaway_app.widgets.system_card import SystemCard
from cutaway_app.widgets.times_box import Times, TimesBox

SAVE_TIP = "Save the whole drive to a new image file; what is empty takes no space"
EDIT_TIP = "Put files in; the changes stay in a layer beside the image, which is never written"


class OverviewPage(QScrollArea):
    """The page.

    Signals:
        filesystem_opened(str): the person wants to look into this mountable, or to unlock it.
        device_menu_requested(str, object): a menu for this device is wanted at this global QPoint.
        save_requested(), edit_requested(): the whole drive shall be saved; a copy of the image be edited.
        disk_requested(): another disk of the same machine shall be added.
        device_save_requested(str): this one of several drives shall be saved.
        time_requested(object): the image shall be shown as it was at this snapshot; None: as it is now.
        software_requested(str): what is installed in the system of this root shall be listed.
        journal_requested(str): the journal of the system of this root shall be shown.
    """

    filesystem_opened = Signal(str)
    device_menu_requested = Signal(str, object)
    save_requested = Signal()
    edit_requested = Signal()
    disk_requested = Signal()
    device_save_requested = Signal(str)
    time_requested = Signal(object)
    software_requested = Signal(str)
    journal_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview of the image")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        empty = Placeholder()
        empty.set_message("Nothing known yet", "", "image")
        self._show_page(empty)

    def show_survey(
        self,
        image_name: str,
        chains: Sequence[tuple[str, ...]],
        survey: Survey,
        use: dict[str, StatVfs],
        *,
        is_edited: bool = False,
        times: Times = ((), None),
    ) -> None:
        """Show an image.

        Args:
            image_name: What a person calls it.
            chains: The files it is made of: for each disk its image, then what that builds on.
            survey: What was found.
            use: How full file systems are, by mountable, as far as known.
            is_edited: Whether it is edited already.
            times: The points in time that the image keeps, and the name of the one that is shown.
        """
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        is_one = len(survey.devices) == 1
        can_open = any(is_mountable(found) for found in survey.filesystems)
        self._add_title(column, image_name, survey, can_edit=can_open and is_one and not is_edited)
        if times[0]:
            box = TimesBox(*times, parent=page)
            box.requested.connect(self.time_requested)
            column.addWidget(box)
        for warning in survey.warnings:
            column.addWidget(self._survey_warning(display_line(warning), page))
        closed = locked(survey.filesystems)
        if not can_open and not closed and not survey.lacks_disk:
            column.addWidget(_warning(_nothing_to_open(survey), page))
        for volume in closed:
            column.addWidget(self._locked_card(volume, page))
        for system in survey.systems:
            card = SystemCard(system, page)
            card.software_requested.connect(functools.partial(self.software_requested.emit, system.root))
            card.journal_requested.connect(functools.partial(self.journal_requested.emit, system.root))
            column.addWidget(card)
        self._add_drives(column, survey, use)
        self._add_filesystems(column, survey, use)
        if len(chains) > 1 or any(len(chain) > 1 for chain in chains):
            self._add_files(column, chains)
        column.addStretch(1)
        self._show_page(page)

    def _show_page(self, page: QWidget) -> None:
        page.setProperty("role", "content")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(page)

    def _add_title(self, column: QVBoxLayout, image_name: str, survey: Survey, *, can_edit: bool) -> None:
        row = FlowRow()
        title = ElidedLabel(image_name)
        title.setFont(theme.scaled(title.font(), 1.5, bold=True))
        column.addWidget(title)
        row.addWidget(plain_label(_drive_facts(survey), role="muted"))
        if can_edit:
            row.addWidget(_link("Edit a Copy", "layers", self.edit_requested, EDIT_TIP))
        if len(survey.devices) == 1:
            row.addWidget(_link("Save as Image…", "save", self.save_requested, SAVE_TIP))
        column.addLayout(row)
        column.addSpacing(8)

    def _save_link(self, device: str) -> QPushButton:
        """Return the button that saves one of several drives."""
        button = text_button("Save as Image…", role="link", icon="save")
        button.setAccessibleName(f"Save {device.removeprefix('/dev/')} as Image…")
        button.setToolTip(SAVE_TIP)
        button.clicked.connect(lambda: self.device_save_requested.emit(device))
        return button

    def _survey_warning(self, text: str, parent: QWidget) -> QFrame:
        """Return a warning, with what can be done about it if a disk is missing."""
        frame = _warning(text, parent)
        layout = frame.layout()
        if LACKING in text and layout is not None:
            button = text_button("Add a Disk…", frame, icon="image")
            button.clicked.connect(self.disk_requested)
            layout.addWidget(button)
        return frame

    def _locked_card(self, volume: Filesystem, parent: QWidget) -> QFrame:
        """Return what is said of an encrypted volume, with the way into it."""
        kind, device = ENCRYPTED[volume.vfs_type], volume.mountable
        name = display_line(device.removeprefix("/dev/"))
        said = f"{name} is encrypted ({kind}), and locked."
        if volume.vfs_type in UNCERTAIN:
            said = f"Nothing in {name} is known. It may be encrypted as a whole, by VeraCrypt."
        frame, row = _card("lock", said, parent)
        button = text_button("Unlock…", frame, icon="unlock")
        button.setAccessibleName(f"Unlock {name}")
        button.clicked.connect(lambda: self.filesystem_opened.emit(device))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return frame

    def _add_drives(self, column: QVBoxLayout, survey: Survey, use: dict[str, StatVfs]) -> None:
        is_one = len(survey.devices) == 1
        for drive in drive_maps(survey, use):
            column.addSpacing(8)
            row = QHBoxLayout()
            title = "Layout" if is_one else f"{drive.title} · {size_text(drive.size_bytes)}"
            row.addWidget(plain_label(title, bold=True), 1)
            if not is_one:
                row.addWidget(self._save_link(drive.title))
            column.addLayout(row)
            chart = DiskMap(drive)
            chart.opened.connect(self.filesystem_opened)
            chart.context_menu_requested.connect(self.device_menu_requested)
            column.addWidget(chart)

    def _add_filesystems(self, column: QVBoxLayout, survey: Survey, use: dict[str, StatVfs]) -> None:
        column.addSpacing(8)
        column.addWidget(plain_label("File systems", bold=True))
        if not survey.filesystems:
            column.addWidget(plain_label("None was found.", role="muted"))
            return
        letters = {found.mountable: letters_of(survey, found) for found in survey.filesystems}
        table = FilesystemTable(survey.filesystems, use, letters)
        table.opened.connect(self.filesystem_opened)
        table.context_menu_requested.connect(self.device_menu_requested)
        column.addWidget(table)

    def _add_files(self, column: QVBoxLayout, chains: Sequence[tuple[str, ...]]) -> None:
        column.addSpacing(8)
        column.addWidget(plain_label("Made of these files", bold=True))
        for place, path in (member for chain in chains for member in enumerate(chain)):
            text = path if place == 0 else f"builds on {path}"
            label = plain_label(display_line(text), role="muted")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setContentsMargins(16 * place, 0, 0, 0)
            column.addWidget(label)


def _drive_facts(survey: Survey) -> str:
    drives = f"{len(survey.devices)} disks" if len(survey.devices) != 1 else survey.devices[0].device
    tables = {device.partition_table for device in survey.devices if device.partition_table}
    facts = [drives, size_text(sum(device.size_bytes for device in survey.devices)), *sorted(tables)]
    return " · ".join(fact for fact in facts if fact)


def _link(text: str, icon: str, wish: SignalInstance, tip: str) -> QPushButton:
    button = text_button(text, role="link", icon=icon)
    button.setToolTip(tip)
    button.clicked.connect(wish)
    return button


def _nothing_to_open(survey: Survey) -> str:
    """Return why there is nothing to look into."""
    if any(found.vfs_type != "unknown" for found in survey.filesystems):
        return "Nothing in it can be shown: it holds no files, or only a part of what a set of drives holds together."
    return (
        "No file system was found that is known. The drive may be empty, damaged or encrypted as a whole, or the file "
        "may be no disk image at all."
    )


def _warning(text: str, parent: QWidget) -> QFrame:
    frame = QFrame(parent)
    frame.setProperty("level", "warning")
    row = QHBoxLayout(frame)
    row.setContentsMargins(16, 8, 16, 8)
    row.setSpacing(8)
    picture = IconLabel(16, frame)
    picture.show_icon("warning", "warning")
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(plain_label(text, frame), 1)
    return frame


def _card(icon: str, text: str, parent: QWidget) -> tuple[QFrame, QHBoxLayout]:
    """Return a card with a sentence, and the row for what can be done about it."""
    frame = QFrame(parent)
    frame.setProperty("role", "card")
    row = QHBoxLayout(frame)
    row.setContentsMargins(16, 8, 8, 8)
    row.setSpacing(8)
    picture = IconLabel(16, frame)
    picture.show_icon(icon, "icon")
    row.addWidget(picture)
    row.addWidget(plain_label(text, frame), 1)
    return frame, row
