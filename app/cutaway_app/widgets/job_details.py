"""What is not as in the image after a job: a list that can be copied. GUI thread; a window of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.labels import plain_label
from cutaway_app.controls.tab_order import OrderedDialog
from cutaway_app.names import display_name, plain_tip

ModelIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
HEADINGS = ("Path", "Why")


class Left(Protocol):
    """Something that was not extracted as it is."""

    @property
    def path(self) -> bytes:
        """Its path in the image."""

    @property
    def reason(self) -> str:
        """Why, for a person."""


class LeftModel(QAbstractTableModel):
    """A row for each thing."""

    def __init__(self, left: Sequence[Left], parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = [(display_name(one.path), display_name(one.reason.encode("utf-8", "replace"))) for one in left]

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return the number of things."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """Return two: path and reason."""
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: ModelIndex, role: int = Role.DisplayRole) -> Any:
        """Return a text."""
        if not index.isValid() or role not in {Role.DisplayRole, Role.ToolTipRole}:
            return None
        text = self._rows[index.row()][index.column()]
        return plain_tip(text) if role == Role.ToolTipRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Return a heading."""
        is_heading = orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole
        return HEADINGS[section] if is_heading else None

    def text(self, rows: Sequence[int]) -> str:
        """Return rows as text, a line each."""
        return "\n".join("\t".join(self._rows[row]) for row in rows)


class JobDetails(OrderedDialog):
    """The list of one job.

    Signals:
        retry_requested(): what failed shall be tried again.
    """

    retry_requested = Signal()

    def __init__(
        self, title: str, *, failures: Sequence[Left], others: Sequence[Left], note: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{title}: what was not extracted as it is")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 420)
        self._model = LeftModel([*failures, *others], self)
        self.table = QTableView(self)
        self.table.setModel(self._model)
        self._set_up_table()
        self.copy = text_button("Copy", self, icon="copy")
        self.copy.setToolTip("Copy what is selected, or everything")
        self.copy.clicked.connect(self._on_copy_clicked)
        self.retry = text_button("Retry What Failed", self, role="primary")
        self.retry.setVisible(bool(failures))
        self.retry.clicked.connect(self._on_retry_clicked)
        close = text_button("Close", self)
        close.clicked.connect(self.close)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        shortcut.activated.connect(self._on_copy_clicked)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.retry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(plain_label(f"{title}: {note}.", self, bold=True))
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)

    def _set_up_table(self) -> None:
        self.table.setAccessibleName("What was not extracted as it is")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _on_copy_clicked(self) -> None:
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        rows = chosen or range(self._model.rowCount())
        QGuiApplication.clipboard().setText(self._model.text(list(rows)))

    def _on_retry_clicked(self) -> None:
        self.retry_requested.emit()
        self.close()
