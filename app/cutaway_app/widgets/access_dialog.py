"""A dialog that asks for owners and permissions. GUI thread; waits for nobody, changes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import line, plain_label
from cutaway_app.controls.tab_order import OrderedDialog
from cutaway_app.models.access import Access, AccessChange
from cutaway_app.widgets.access_grid import AccessGrid
from cutaway_app.widgets.account_box import AccountBox

DIFFERENT = "A box that is neither on nor off leaves the permission as it is."
ALL_IN_IT = (
    "What you do not set stays as it is, everywhere. Execute is given to folders, and to files that somebody may "
    "execute already."
)
NO_MODES = "A symbolic link has an owner, and no permissions of its own."


class AccessDialog(OrderedDialog):
    """Asks.

    Args:
        title: What it is about, as a person calls it.
        access: What is so now.

    Signals:
        chosen(object): the person has decided: an AccessChange.
    """

    chosen = Signal(object)

    def __init__(self, title: str, access: Access, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Permissions")
        self.setMinimumWidth(420)
        self.owner = AccountBox("Owner", access.owner, self)
        self.group = AccountBox("Group", access.group, self)
        self.grid = AccessGrid(access.on, access.off, self)
        self.grid.setEnabled(access.has_modes)
        self.recursive = QCheckBox("&Also for all that is in it", self)
        self.recursive.setVisible(access.has_folder)
        self.recursive.toggled.connect(self._on_recursive)
        self._usual_hint = NO_MODES if not access.has_modes else DIFFERENT if access.on | access.off != 0o7777 else ""
        self._hint = plain_label(parent=self, role="muted")
        self._said = plain_label(parent=self)
        self._said.setAccessibleName("What is wrong")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._do = text_button("C&hange", self, role="primary")
        self._buttons.addButton(self._do, QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self._decide)
        self._buttons.rejected.connect(self.reject)
        for part in (self.grid, self.owner, self.group):
            part.changed.connect(self._check)
        self._build(title)
        self._on_recursive(wanted=False)

    def _build(self, title: str) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("O&wner", self.owner)
        form.addRow("&Group", self.group)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(plain_label(title, self, bold=True))
        column.addLayout(form)
        for part in (line(self), self.grid, line(self), self.recursive, self._hint, self._said, self._buttons):
            column.addWidget(part)

    def set_accounts(self, users: Mapping[int, str], groups: Mapping[int, str]) -> None:
        """Offer the users and groups of the image by their names."""
        self.owner.set_names(users)
        self.group.set_names(groups)
        self._check()

    def _on_recursive(self, wanted: bool) -> None:  # noqa: FBT001 connected to toggled(bool)
        for part in (self.grid, self.owner, self.group):
            part.leave_untouched(wanted=wanted)
        self._hint.setText(ALL_IN_IT if wanted else self._usual_hint)
        self._hint.setVisible(bool(self._hint.text()))
        self._check()

    def _check(self) -> None:
        said = " ".join(filter(None, (part.problem for part in (self.owner, self.group, self.grid))))
        self._said.setText(said)
        self._said.setVisible(bool(said))
        self._do.setEnabled(not said and self._is_changed)

    @property
    def _is_changed(self) -> bool:
        return self.grid.is_changed or self.owner.wish != -1 or self.group.wish != -1

    @property
    def change(self) -> AccessChange:
        """What is wished now."""
        add, remove = self.grid.wish if self.grid.isEnabled() else (0, 0)
        return AccessChange(self.owner.wish, self.group.wish, remove, add, recursive=self.recursive.isChecked())

    def _decide(self) -> None:
        if self._do.isEnabled():
            self.chosen.emit(self.change)
            self.accept()
