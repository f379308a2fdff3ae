"""All actions of the window in one table: words, keys, icons. GUI thread; says nothing about what they do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from cutaway_app import resources

#: Name: text, shortcuts, icon, what it does in a sentence.
TABLE: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "open": ("Open Image…", ("Ctrl+O",), "image", "Open a disk image"),
    "open_sample": ("Open Sample Image", (), "sample", "Look around in a small built-in image"),
    "close_image": ("Close Image", ("Ctrl+W",), "eject", "Close the image and end its appliance"),
    "add_disk": ("Add a Disk…", (), "image", "Add another disk of the same machine, for volumes over several disks"),
    "mount": ("Mount as Folder", (), "open-external", "Show the image as a folder to other programs, read-only"),
    "unmount": ("Unmount Folder", (), "eject", "End the folder that shows the image to other programs"),
    "save_image": ("Save as Image…", ("Ctrl+S",), "save", "Save the whole drive to a new image file"),
    "edit": (
        "Edit a Copy",
        ("Ctrl+Shift+E",),
        "layers",
        "Change what is in it; changes stay in a layer beside the image",
    ),
    "edit_end": ("Stop Editing", (), "close", "Show the image as it is again; what is not saved is lost"),
    "put_files": ("Put Files Here…", ("Ctrl+P",), "put", "Copy files of this computer into the folder that is shown"),
    "put_folder": ("Put Folder Here…", ("Ctrl+Shift+P",), "put-folder", "Copy a folder of this computer into this one"),
    "new_folder": ("New Folder…", ("Ctrl+Shift+N",), "new-folder", "Make a folder in the one that is shown"),
    "rename": ("Rename…", ("F2",), "edit", "Give what is selected another name"),
    "delete": ("Delete…", ("Del",), "delete", "Remove the selection from the copy; the image itself is never written"),
    "access": ("Permissions…", ("Ctrl+Alt+P",), "lock", "Change who may read and write the selection, and whose it is"),
    "cut": ("Cut", ("Ctrl+X",), "cut", "Move the selection to where you paste it, in the same file system"),
    "paste": ("Paste", ("Ctrl+V",), "paste", "Put the files that were copied in a file manager into this folder"),
    "restart": ("Restart Appliance", (), "retry", "Start the image's appliance again"),
    "in_menu": (
        "In the Applications Menu",
        (),
        "",
        "Show Cutaway in the desktop's menu, and for images in file managers",
    ),
    "quit": ("Quit", ("Ctrl+Q",), "close", "Close the window"),
    "back": ("Back", ("Alt+Left",), "back", "Go back to the folder before"),
    "forward": ("Forward", ("Alt+Right",), "forward", "Go forward again"),
    "up": ("Up", ("Alt+Up", "Backspace"), "up", "Go to the folder above"),
    "home": ("File System Root", ("Alt+Home",), "home", "Go to the root folder"),
    "reload": ("Reload", ("F5",), "retry", "List the folder again"),
    "stop": ("Stop", ("Esc",), "close", "Stop waiting for the folder, and stay"),
    "next_pane": ("Next Pane", ("F6",), "", "Go on to the next part of the window"),
    "previous_pane": ("Previous Pane", ("Shift+F6",), "", "Go back to the part of the window before"),
    "shortcuts": ("Keyboard Shortcuts", ("Ctrl+?", "F1"), "help", "Show all keys"),
    "edit_path": ("Edit Path", ("Ctrl+L",), "edit", "Type a path to go to"),
    "filter": ("Filter…", ("Ctrl+F",), "filter", "Show only names that hold a text"),
    "search": ("Find in Subfolders…", ("Ctrl+Shift+F",), "search", "Look for names or contents below this folder"),
    "show_in_folder": ("Show in Folder", ("Ctrl+Return",), "folder-open", "Show what was found among its neighbours"),
    "hidden": ("Show Hidden Files", ("Ctrl+H",), "eye", "Show names that begin with a dot"),
    "select_all": ("Select All", ("Ctrl+A",), "check", "Select everything in the folder"),
    "copy": ("Copy", ("Ctrl+C",), "copy", "Make the selection ready to be pasted in a file manager"),
    "open_entry": ("Open", (), "folder-open", "Go into the folder, or look into the file"),
    "open_inside": ("Open as Image", (), "image", "Look into the disk image that the file is, without extracting it"),
    "go_to_target": ("Go to Target", (), "goto", "Show what the link leads to, in its folder"),
    "copy_name": ("Copy Name", (), "copy", "Copy the names of the selection as text"),
    "copy_path": ("Copy Path", ("Ctrl+Shift+C",), "copy", "Copy the paths of the selection as text"),
    "extract": ("Extract…", ("Ctrl+E",), "extract", "Copy the selection into a folder of this computer"),
    "extract_archive": (
        "Extract as Archive…",
        ("Ctrl+Alt+E",),
        "file-archive",
        "Pack the selection into a tar or zip file",
    ),
    "details": ("Preview", ("F3",), "preview", "Show what is in the file"),
    "properties": ("Properties", ("Alt+Return",), "details", "Show size, times, owner and attributes"),
    "sidebar": ("Sidebar", ("F9",), "sidebar", "Show images and file systems"),
    "folders": ("Folder Tree", ("F8",), "columns", "Show the folders as a tree"),
    "log": ("Log", ("Ctrl+Shift+L",), "log", "Show what the appliances say"),
    "overview": ("Image Overview", ("Ctrl+I",), "info", "Show what is in the image"),
    "conflict_rename": ("Keep Both", (), "", "If a name is taken, copy under a new one"),
    "conflict_replace": ("Replace Files", (), "", "If a name is taken, replace the file; folders are never replaced"),
    "conflict_skip": ("Leave Out", (), "", "If a name is taken, keep what is there"),
    "theme_system": ("As the Desktop", (), "", "Light or dark as the desktop is"),
    "theme_light": ("Light", (), "", "Dark text on light ground"),
    "theme_dark": ("Dark", (), "", "Light text on dark ground"),
}
CONFLICT_ACTIONS = ("conflict_rename", "conflict_replace", "conflict_skip")
THEME_ACTIONS = ("theme_system", "theme_light", "theme_dark")
CHECKABLE = {"hidden", "details", "sidebar", "folders", "log", "in_menu", *CONFLICT_ACTIONS, *THEME_ACTIONS}
#: The menu of the window: what is wanted most at once, so that it fits low screens; the rest below titles.
MENU: tuple[tuple[str, ...], ...] = (
    ("open", "open_sample"),
    ("extract", "extract_archive", "properties"),
    ("filter", "search", "reload"),
    ("edit", "edit_end", "save_image"),
    ("overview", "close_image"),
)
SUBMENUS = {
    "Copy and Select": ("copy", "copy_name", "copy_path", "select_all"),
    "Image": ("add_disk", "mount", "unmount", "restart"),
    "Change": ("put_files", "put_folder", "new_folder", "rename", "access", "cut", "paste", "delete"),
    "View": ("hidden", "sidebar", "folders", "details", "log"),
    "Appearance": (*THEME_ACTIONS, "in_menu"),
}
MENU_END = ("shortcuts", "quit")
NEEDS_PLACE = ("home", "details", "reload", "edit_path", "filter", "search", "select_all", "copy_path")
NEEDS_EDITED = ("put_files", "put_folder", "new_folder")
CHANGES_SELECTION = ("rename", "access", "cut", "delete")
EDIT_ONLY = (*NEEDS_EDITED, *CHANGES_SELECTION, "edit_end")
EDIT_BAR = ("put_files", "put_folder", "new_folder", "save_image", "edit_end")
NEEDS_SURVEY = ("save_image",)
NEEDS_IMAGE = ("close_image", "overview", "restart")
NEEDS_SELECTION = ("extract", "extract_archive", "copy_name", "properties", "open_entry")


class Actions:
    """The actions by name, as children of the window.

    Args:
        window: Gets them, so that their keys work everywhere in it.
    """

    def __init__(self, window: QWidget) -> None:
        self._actions = {name: _make(window, name) for name in TABLE}

    def __getitem__(self, name: str) -> QAction:
        """Return an action."""
        return self._actions[name]

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:  # noqa: FBT001 as setEnabled
        """Enable or disable some."""
        for name in names:
            self._actions[name].setEnabled(enabled)


def _make(window: QWidget, name: str) -> QAction:
    text, keys, icon, sentence = TABLE[name]
    action = QAction(text, window)
    action.setObjectName(f"action_{name}")
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setToolTip(f"{sentence} ({keys[0]})" if keys else sentence)
    action.setStatusTip(sentence)
    action.setCheckable(name in CHECKABLE)
    if icon:
        resources.set_icon(action, icon)
    window.addAction(action)
    return action
