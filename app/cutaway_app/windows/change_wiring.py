"""Wiring of changes to a copy: new folder, rename, permissions, cut and paste, delete. GUI thread."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable

from cutaway.errors import EngineError
from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QClipboard, QGuiApplication

from cutaway_app.bridge.tasks import spawn
from cutaway_app.error_messages import explain
from cutaway_app.models.access import common
from cutaway_app.models.image_session import Place
from cutaway_app.names import display_name, join_path, parent_path
from cutaway_app.operations.browse import Navigator
from cutaway_app.operations.change_image import Changes, encoded, name_problem, outermost, title_of
from cutaway_app.widgets.access_dialog import AccessDialog
from cutaway_app.widgets.name_dialog import NameDialog
from cutaway_app.windows.actions import CHANGES_SELECTION
from cutaway_app.windows.chosen import Chosen
from cutaway_app.windows.delete_question import DeleteQuestion
from cutaway_app.windows.main_window import MainWindow
from cutaway_app.windows.notices import Notices
from cutaway_app.windows.where import Where

#: What lies in the clipboard says that it is this window's; the paths stay here.
CUT = "application/x-cutaway-cut"


class ChangeWiring(QObject):
    """Connects the window with the changes."""

    def __init__(
        self,
        window: MainWindow,
        navigator: Navigator,
        changes: Changes,
        *,
        chosen: Chosen,
        where: Where,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._window, self._navigator, self._changes = window, navigator, changes
        self._chosen, self._where, self._notices = chosen, where, notices
        self._table, self._view = window.models.table, window.browser.table
        self._cut: tuple[Place, list[bytes]] | None = None
        self._after: bytes | None = None
        actions = window.actions_
        for name in CHANGES_SELECTION:  # among the files only: elsewhere the keys mean other things
            window.removeAction(actions[name])
            actions[name].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._view.addAction(actions[name])
        actions["new_folder"].triggered.connect(self._ask_for_folder)
        actions["rename"].triggered.connect(self._ask_for_name)
        actions["delete"].triggered.connect(self._ask_to_delete)
        actions["access"].triggered.connect(self._ask_for_access)
        actions["cut"].triggered.connect(self._take_up)
        changes.changed.connect(self._on_changed)
        changes.failed.connect(self._on_failed)
        self._view.selectionModel().selectionChanged.connect(self.refresh)
        self._table.modelReset.connect(self.refresh)
        window.actions_["put_files"].enabledChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Enable what can be done with the selection."""
        can_change = self._window.actions_["put_files"].isEnabled()
        selection = self._view.selectionModel()
        is_any = can_change and selection.hasSelection()
        self._window.actions_.enable(("delete", "cut", "access"), is_any)
        self._window.actions_["rename"].setEnabled(is_any and len(self._view.selected_rows()) == 1)

    def _ask_for_folder(self) -> None:
        place = self._where.place
        if place is None:
            return
        question = f"Name of the new folder in {display_name(place.path)}:"
        dialog = NameDialog("New folder", question, "Make Folder", self._problem, self._window)
        dialog.suggest(self._free_name("New Folder"))
        dialog.chosen.connect(functools.partial(self._make_folder, place))
        self._open(dialog)

    def _make_folder(self, place: Place, text: str) -> None:
        """Make it; the keys that change things then mean the new folder, from wherever it was asked for."""
        self._view.setFocus()
        self._changes.make_folder(place, encoded(text))

    def _free_name(self, wish: str) -> str:
        names = (wish if number == 1 else f"{wish} {number}" for number in range(1, 1 << 20))
        return next(name for name in names if not self._is_taken(name.encode()))

    def _is_taken(self, name: bytes) -> bool:
        """Return whether something in the folder that is shown has a name; of what is hidden the guest tells."""
        return self._table.row_of(name) >= 0

    def _problem(self, text: str) -> str:
        return name_problem(text, self._is_taken)

    def _open(self, dialog: NameDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        dialog.line.setFocus()

    def _ask_for_name(self) -> None:
        place, paths = self._where.place, self._chosen.paths()
        if place is None or len(paths) != 1:
            return
        old = paths[0].rpartition(b"/")[2]
        shown = display_name(old)
        dialog = NameDialog("Rename", f"New name of {shown}:", "Rename", self._problem_but(shown), self._window)
        dialog.suggest(shown, selected=None if self._is_folder() else _stem_length(shown))
        dialog.chosen.connect(functools.partial(self._rename, place, paths[0], shown))
        self._open(dialog)

    def _is_folder(self) -> bool:
        status = self._table.entry(self._view.selected_rows()[0]).stat
        return status is not None and status.is_dir

    def _problem_but(self, shown: str) -> Callable[[str], str]:
        return lambda text: "" if text == shown else self._problem(text)

    def _rename(self, place: Place, path: bytes, shown: str, text: str) -> None:
        if text != shown:  # what is shown may be an escape of what the name is
            self._changes.move(place, [path], [join_path(parent_path(path), encoded(text))])

    def _ask_for_access(self) -> None:
        place, paths = self._where.place, outermost(self._chosen.paths())
        known = [self._table.entry(row).stat for row in self._view.selected_rows()]
        statuses = [status for status in known if status is not None]
        if place is None or not statuses:
            return
        dialog = AccessDialog(title_of(paths), common(statuses), self._window)
        dialog.chosen.connect(functools.partial(self._changes.set_access, place, paths))
        naming = spawn(self._name_accounts(dialog, place), name="accounts")
        dialog.finished.connect(naming.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _name_accounts(self, dialog: AccessDialog, place: Place) -> None:
        """Let users and groups be chosen by their names as soon as these are known."""
        with contextlib.suppress(EngineError):  # numbers will do; that the appliance has ended is told elsewhere
            dialog.set_accounts(*await self._changes.accounts(place))

    def _take_up(self) -> None:
        place, paths = self._where.place, self._chosen.paths()
        if place is not None and paths:
            self._cut = (place, outermost(paths))
            data = QMimeData()
            data.setData(CUT, b"1")
            QGuiApplication.clipboard().setMimeData(data)

    def paste(self, target: Place) -> bool:
        """Move here what was cut last; False if nothing was, or something else has been copied since."""
        data = QGuiApplication.clipboard().mimeData(QClipboard.Mode.Clipboard)
        if self._cut is None or data is None or not data.hasFormat(CUT):
            return False
        (place, paths), self._cut = self._cut, None
        QGuiApplication.clipboard().clear()
        if (place.session, place.tree) != (target.session, target.tree):
            error = EngineError(
                "What was cut is in another file system or image", remedy="Extract it, and put it in there."
            )
            self._on_failed("Nothing was moved", error)
            return True
        moved = [path for path in paths if parent_path(path) != target.path]
        self._changes.move(target, moved, [join_path(target.path, path.rpartition(b"/")[2]) for path in moved])
        return True

    def _ask_to_delete(self) -> None:
        place, paths = self._where.place, outermost(self._chosen.paths())
        if place is None or not paths:
            return
        after = self._name_after()

        def act() -> None:
            self._after = after
            self._changes.delete(place, paths)

        DeleteQuestion(self._changes, place, paths, act, self._window).open()

    def _name_after(self) -> bytes | None:
        """Return what is selected when the selection is gone: what stands below it, or else above."""
        rows = self._view.selected_rows()
        chosen = set(rows)
        below = range(rows[-1] + 1, self._table.rowCount())
        row = next((row for row in (*below[:1], *range(rows[0] - 1, -1, -1)) if row not in chosen), None)
        return None if row is None else self._table.entry(row).name

    def _on_changed(self, place: Place, path: bytes) -> None:
        """Show what has changed, if its folder is shown."""
        after, self._after = self._after, None
        if self._navigator.place == place and self._navigator.wanted is None:
            self._navigator.reload(select=path.rpartition(b"/")[2] if path else after)

    def _on_failed(self, doing: str, error: EngineError) -> None:
        self._notices.show_error(explain(error, doing=doing), about=self, is_local=True)


def _stem_length(name: str) -> int:
    """Return how long a name is without the end that tells its kind; all of a hidden one that has none else."""
    stem = name.rpartition(".")[0].removesuffix(".tar")
    return len(stem) if stem.strip(".") else len(name)
