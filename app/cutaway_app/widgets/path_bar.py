"""The path bar: where one is, as crumbs to click, or as a line to edit.

GUI thread. Paths are bytes all the way; a crumb carries its path as an object, the line shows escapes that can be
turned back. Crumbs that do not fit go into a menu at the left. It does not know whether a path exists.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QStackedLayout, QToolButton, QWidget

from cutaway_app.controls.buttons import tool_button
from cutaway_app.names import display_name
from cutaway_app.widgets.crumbs import Crumb, CrumbButton, Separator, shorten
from cutaway_app.widgets.path_text import path_to_text, text_to_path


class PathBar(QFrame):
    """Crumbs and an editable line.

    Signals:
        path_requested(object): the person wants to go to this path (bytes).
        overview_requested(): the person clicked the name of the image.
        edit_ended(): the person ended editing by a key; the focus shall go where it is of use.
    """

    path_requested = Signal(object)
    overview_requested = Signal()
    edit_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "field")
        self.setAccessibleName("Location")
        self._path = b"/"
        self._crumbs: list[Crumb] = []
        self._trail = QWidget(self)
        self._row = QHBoxLayout(self._trail)
        self._row.setContentsMargins(4, 0, 4, 0)
        self._row.setSpacing(0)
        self._line = QLineEdit(self)
        self._line.setAccessibleName("Path")
        self._line.setPlaceholderText("Path in the image")
        self._line.returnPressed.connect(self._on_line_return_pressed)
        self._line.installEventFilter(self)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._trail)
        self._pages.addWidget(self._line)
        self._overflow = tool_button("more", "Folders further up", self._trail)
        self._overflow.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._overflow.setMenu(QMenu(self._overflow))
        self.setMinimumWidth(120)
        self.setFixedHeight(max(32, self._line.sizeHint().height()))
        self._build()

    def set_location(self, image_name: str, tree_title: str, path: bytes) -> None:
        """Show where one is: an image, a tree of file systems in it, a folder in that."""
        self._path = path
        self.leave_edit()
        crumbs = _crumbs_of(image_name, tree_title, path)
        if crumbs != self._crumbs:  # building them anew costs some 20 ms
            self._crumbs = crumbs
            self._build()

    @property
    def crumb_texts(self) -> list[str]:
        """The texts of all crumbs, shown or in the menu."""
        return [crumb.text for crumb in self._crumbs]

    def edit(self) -> None:
        """Turn into a line to edit."""
        self.edit_again(self._path)

    def edit_again(self, path: bytes) -> None:
        """Turn into a line to edit another path than that of where one is."""
        self._line.setText(path_to_text(path))
        self._pages.setCurrentWidget(self._line)
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def leave_edit(self) -> None:
        """Turn into crumbs again; what was written is forgotten."""
        self._pages.setCurrentWidget(self._trail)

    @property
    def is_editing(self) -> bool:
        """Whether the line is shown."""
        return self._pages.currentWidget() is self._line

    def _on_line_return_pressed(self) -> None:
        path = text_to_path(self._line.text())
        self.leave_edit()
        self.edit_ended.emit()
        if path and b"\0" not in path:
            self.path_requested.emit(path if path.startswith(b"/") else self._path.rstrip(b"/") + b"/" + path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the line with Escape, and when the focus goes elsewhere."""
        if watched is self._line and self.is_editing:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                if event.key() == Qt.Key.Key_Escape:
                    self.leave_edit()
                    self.edit_ended.emit()
                    return True
            elif event.type() == QEvent.Type.FocusOut and not self._line.hasFocus() and self.isActiveWindow():
                self.leave_edit()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Edit when the empty part is clicked."""
        if event.button() == Qt.MouseButton.LeftButton and self._crumbs:
            self.edit()
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the crumbs to the new width."""
        super().resizeEvent(event)
        self._build()

    def _build(self) -> None:
        self._clear()
        hidden, shown = shorten(self._crumbs, self.contentsRect().width() - 40, self.fontMetrics())
        self._overflow.setVisible(bool(hidden))
        self._fill_menu(hidden)
        if hidden:
            self._row.addWidget(self._overflow)
        for number, crumb in enumerate(shown):
            if number or hidden:
                self._row.addWidget(Separator(self._trail))
            button = CrumbButton(crumb, is_last=crumb is self._crumbs[-1], parent=self._trail)
            button.clicked.connect(partial(self._on_crumb_clicked, crumb))
            self._row.addWidget(button)
            button.show()
        self._row.addStretch(1)

    def _clear(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self._overflow:
                widget.hide()
                widget.deleteLater()

    def _fill_menu(self, hidden: list[Crumb]) -> None:
        menu = self._overflow.menu()
        menu.clear()
        for crumb in reversed(hidden):
            menu.addAction(crumb.text.replace("&", "&&"), partial(self._on_crumb_clicked, crumb))

    def _on_crumb_clicked(self, crumb: Crumb, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 Qt's slot
        if crumb.path is None:
            self.overview_requested.emit()
        else:
            self.path_requested.emit(crumb.path)


def _crumbs_of(image_name: str, tree_title: str, path: bytes) -> list[Crumb]:
    crumbs = [Crumb(image_name, None)] if image_name else []
    if tree_title:
        crumbs.append(Crumb(tree_title, b"/"))
        parts = [part for part in path.split(b"/") if part]
        crumbs += [Crumb(display_name(part), b"/" + b"/".join(parts[: depth + 1])) for depth, part in enumerate(parts)]
    return crumbs
