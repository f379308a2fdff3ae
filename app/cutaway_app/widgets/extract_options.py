"""How files are extracted, as controls: what happens to names, links and special files, what is kept, what is proven.

GUI thread; shows choices and tells when the person changes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cutaway.transfer.policy import Conflict, ExtractPolicy, Specials, Symlinks
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from cutaway_app.settings import ExtractChoices

CONFLICTS: dict[Conflict, str] = {
    "rename": "Keep both", "replace": "Replace files, never folders", "skip": "Leave out",
}  # fmt: skip
SYMLINKS: dict[Symlinks, str] = {
    "keep-safe": "Keep those that stay inside", "keep": "Keep all as they are", "skip": "Leave out",
}  # fmt: skip
SPECIALS: dict[Specials, str] = {
    "skip": "Leave out", "pipes": "Keep pipes and sockets", "all": "Keep all, devices too (root only)",
}  # fmt: skip
NAMES = {
    "own": "As they are", "encoded": "Written for Windows: a:b becomes a%3Ab",
    "portable": "Leave out what Windows does not allow",
}  # fmt: skip


class ExtractOptions(QWidget):
    """The options of an extraction.

    Signals:
        changed(): the person has chosen something else.
    """

    changed = Signal()

    def __init__(self, choices: ExtractChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = choices.policy
        policy = choices.policy
        names = "encoded" if policy.encode_names else "portable" if policy.portable_names else "own"
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._conflict = self._list("If a &name is taken", CONFLICTS, policy.conflict)
        self._symlinks = self._list("S&ymbolic links", SYMLINKS, policy.symlinks)
        self._specials = self._list("&Special files", SPECIALS, policy.specials)
        self._names = self._list("Na&mes", NAMES, names)
        self._fold_case = self._check("Number names that differ only by &case", policy.fold_case)
        self._fold_case.setToolTip("Where the folder takes such names for one this is done anyway")
        self._times = self._check("&Times", policy.keep_times)
        self._modes = self._check("&Permissions", policy.keep_modes)
        self._xattrs = self._check("&Attributes", policy.keep_xattrs)
        self._xattrs.setToolTip("Extended attributes, access control lists and security labels, where the disk can")
        self._verify = self._check("Compare with the ima&ge afterwards", choices.verify)
        self._manifest = self._check("Write a &list of all that is found", choices.manifest)
        self._manifest.setToolTip("A file beside the others: owners, times, devices, what was left out or renamed")
        self._row("", [self._fold_case])
        self._row("Keep", [self._times, self._modes, self._xattrs])
        self._row("Prove", [self._verify])
        self._row("", [self._manifest])

    @property
    def choices(self) -> ExtractChoices:
        """What is chosen."""
        names = self._names.currentData()
        policy: ExtractPolicy = replace(
            self._usual, conflict=self._conflict.currentData(), symlinks=self._symlinks.currentData(),
            specials=self._specials.currentData(), portable_names=names == "portable", encode_names=names == "encoded",
            fold_case=self._fold_case.isChecked(), keep_times=self._times.isChecked(),
            keep_modes=self._modes.isChecked(), keep_xattrs=self._xattrs.isChecked(),
        )  # fmt: skip
        return ExtractChoices(policy, verify=self._verify.isChecked(), manifest=self._manifest.isChecked())

    def _list(self, label: str, words: dict[Any, str], chosen: str) -> QComboBox:
        box = QComboBox(self)
        for value, text in words.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.setAccessibleName(label.replace("&", ""))
        box.currentIndexChanged.connect(lambda _: self.changed.emit())
        caption = QLabel(label, self)
        caption.setBuddy(box)
        self._form.addRow(caption, box)
        return box

    def _check(self, text: str, is_on: bool) -> QCheckBox:  # noqa: FBT001 a value that is shown
        box = QCheckBox(text, self)
        box.setChecked(is_on)
        box.setAccessibleName(text.replace("&", ""))
        box.toggled.connect(lambda _: self.changed.emit())
        return box

    def _row(self, label: str, boxes: Sequence[QWidget]) -> None:
        row = QHBoxLayout()
        row.setSpacing(16)
        for box in boxes:
            row.addWidget(box)
        row.addStretch()
        self._form.addRow(label, row)
