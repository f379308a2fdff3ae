"""The columns of the file table: which the person wants, how wide they are, which fit. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

#: Widths in average characters; the first column takes what is left.
_WIDTHS = (0, 10, 20, 12, 10, 22)
_MIN_NAME_WIDTH = 140


class FileColumns(QObject):
    """Shows as many of the wanted columns as there is room for, and remembers how the person wants them.

    Args:
        table: Whose columns they are.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._unwanted: set[int] = set()
        self._widths: dict[int, int] = {}
        self._set_header()

    @property
    def _header(self) -> QHeaderView:
        return self._table.horizontalHeader()

    def _set_header(self) -> None:
        header = self._header
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(48)
        header.setStretchLastSection(False)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        header.setAccessibleName("Columns")
        header.sectionResized.connect(self._on_section_resized)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_menu_requested)

    def begin(self) -> None:
        """Give the columns of a new model their first widths."""
        width = self._table.fontMetrics().averageCharWidth()
        for column in range(1, min(self._header.count(), len(_WIDTHS))):
            self._widths[column] = _WIDTHS[column] * width + 16
            self._header.resizeSection(column, self._widths[column])
        self.fit()

    def _on_menu_requested(self, place: QPoint) -> None:
        model = self._table.model()
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in range(1, model.columnCount()):
            action = menu.addAction(str(model.headerData(column, Qt.Orientation.Horizontal)))
            action.setCheckable(True)
            action.setChecked(column not in self._unwanted)
            action.toggled.connect(lambda shown, column=column: self.show_column(column, shown=shown))
        menu.popup(self._header.mapToGlobal(place))

    def _on_section_resized(self, column: int, _old: int, new: int) -> None:
        if column > 0 and new > 0:
            self._widths[column] = new

    def show_column(self, column: int, *, shown: bool) -> None:
        """Show a column, if there is room for it, or do not."""
        (self._unwanted.discard if shown else self._unwanted.add)(column)
        self.fit()

    def save_state(self) -> QByteArray:
        """Return which columns the person wants, how wide, in which order, and by which it is sorted."""
        unwanted = ",".join(str(column) for column in sorted(self._unwanted))
        return QByteArray(unwanted.encode() + b"\n" + self._header.saveState().data())

    def restore_state(self, state: QByteArray) -> bool:
        """Show columns as they were when the state was saved; False if it makes no sense."""
        unwanted, _, columns = bytes(state.data()).partition(b"\n")
        header = self._header
        if not header.restoreState(QByteArray(columns)):
            return False
        self._unwanted = {int(column) for column in unwanted.split(b",") if column.isdigit()}
        visible = [column for column in range(1, header.count()) if not header.isSectionHidden(column)]
        self._widths.update((column, header.sectionSize(column)) for column in visible)
        self.fit()
        return True

    def fit(self) -> None:
        """Show as many of the wanted columns as there is room for, from the left; the names take the rest."""
        header = self._header
        room = self._table.viewport().width() - _MIN_NAME_WIDTH
        for column in range(1, header.count()):
            width = self._widths.get(column, header.sectionSize(column))
            fits = column not in self._unwanted and width <= room
            room -= width if fits else (0 if column in self._unwanted else room)
            if header.isSectionHidden(column) == fits:
                header.setSectionHidden(column, not fits)
        if header.count() > 1:
            header.resizeSection(0, _MIN_NAME_WIDTH + max(0, self._left_over()))

    def _left_over(self) -> int:
        header = self._header
        others = sum(header.sectionSize(column) for column in range(1, header.count()))
        return self._table.viewport().width() - others - _MIN_NAME_WIDTH
