"""The sheet of all keys: those of the actions, and those of the views. GUI thread; not modal, one at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from cutaway_app.controls.tab_order import OrderedDialog
from cutaway_app.windows.actions import TABLE

#: Title and names of actions; an action without a key is left out.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Going about", ("back", "forward", "up", "home", "edit_path", "next_pane", "previous_pane", "reload", "stop")),
    ("Finding", ("filter", "search", "show_in_folder", "hidden", "select_all")),
    ("Files", ("extract", "extract_archive", "copy", "copy_path", "properties", "details")),
    ("Images", ("open", "overview", "save_image", "close_image", "quit")),
    ("Editing a copy", ("edit", "put_files", "put_folder", "paste", "new_folder", "rename", "access", "cut", "delete")),
    ("Window", ("sidebar", "folders", "log", "shortcuts")),
)
#: Keys that belong to one view only: what they do, and which they are.
IN_VIEWS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "In the table of files",
        (
            ("Open a folder, look into a file", "Return"), ("Show or hide the preview", "Space"),
            ("Go to a name", "Type its beginning"), ("First, last", "Home, End"),
            ("Menu of what is selected", "Menu"), ("End the filter", "Escape"),
        ),
    ),
    (
        "In the list of jobs",
        (
            ("Do a waiting job next", "Ctrl+Home"), ("Move it up, down", "Ctrl+Up, Ctrl+Down"), ("Cancel", "Delete"),
        ),
    ),
    (
        "In text and bytes",
        (
            ("Search", "Ctrl+F"), ("Next, previous", "Return, Shift+Return"), ("Go to an offset (bytes)", "Ctrl+G"),
            ("End the search", "Escape"),
        ),
    ),
    ("Menus", (("Open the menu", "F10"),)),
)  # fmt: skip


class ShortcutSheet(OrderedDialog):
    """All keys, to be read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QTreeWidget(self)
        self.list.setAccessibleName("Keyboard shortcuts")
        self.list.setProperty("role", "sheet")
        self.list.setColumnCount(2)
        self.list.setHeaderLabels(["What it does", "Keys"])
        self.list.setRootIsDecorated(False)
        self.list.setItemsExpandable(False)
        self.list.setIndentation(16)
        self.list.setFrameShape(QTreeWidget.Shape.NoFrame)
        for title, names in GROUPS:
            self._add(title, [(TABLE[name][0].rstrip("…"), _keys(TABLE[name][1])) for name in names if TABLE[name][1]])
        for title, keys in IN_VIEWS:
            self._add(title, list(keys))
        self.list.expandAll()
        self.list.resizeColumnToContents(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        self.resize(520, min(620, max(320, parent.height() - 48)))

    def _add(self, title: str, rows: list[tuple[str, str]]) -> None:
        if self.list.topLevelItemCount():
            QTreeWidgetItem(self.list).setFlags(Qt.ItemFlag.NoItemFlags)  # room above
        group = QTreeWidgetItem(self.list, [title])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        group.setFirstColumnSpanned(True)
        for what, keys in rows:
            QTreeWidgetItem(group, [what, keys])


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
