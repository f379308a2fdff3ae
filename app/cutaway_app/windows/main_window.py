"""The main window: builds its widgets and lays them out. What they do is wired elsewhere. GUI thread.

top bar      back forward up, path, filter, extract, menu
banner       only when there is something to answer
edit bar     while the image that is shown is edited
content      sidebar | start, opening, failed, unlock, overview or browser page | preview
bottom       job shelf, log, status line
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cutaway_app.controls.buttons import text_button
from cutaway_app.controls.tab_order import go_on
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.models.folder_tree import FolderTreeModel
from cutaway_app.models.jobs import JobsModel
from cutaway_app.models.log import LogModel
from cutaway_app.models.sidebar import SidebarModel
from cutaway_app.settings import WindowSettings
from cutaway_app.widgets.banner import Banner
from cutaway_app.widgets.edit_bar import EditBar
from cutaway_app.widgets.failed_page import FailedPage
from cutaway_app.widgets.file_table import FileTable
from cutaway_app.widgets.job_shelf import JobShelf
from cutaway_app.widgets.log_pane import LogPane
from cutaway_app.widgets.opening_page import OpeningPage
from cutaway_app.widgets.overview import OverviewPage
from cutaway_app.widgets.preview_pane import PreviewPane
from cutaway_app.widgets.sidebar_view import SidebarView
from cutaway_app.widgets.start_page import StartPage
from cutaway_app.widgets.unlock_page import UnlockPage
from cutaway_app.windows.actions import EDIT_BAR, Actions
from cutaway_app.windows.browser_page import BrowserPage
from cutaway_app.windows.status_line import StatusLine
from cutaway_app.windows.top_bar import TopBar


@dataclass(frozen=True, slots=True)
class Models:
    """What the window shows."""

    table: FolderTableModel
    tree: FolderTreeModel
    sidebar: SidebarModel
    jobs: JobsModel
    log: LogModel


class MainWindow(QMainWindow):
    """The window.

    Attributes:
        actions_: All actions by name.
        start, opening, failed, unlock, overview, browser: The pages in the middle.
        before_closing: Gets what closes the window when the person wants that; calls it at once, later or never.
        side: The sidebar with the button below it.

    Signals:
        closing(): the person closed it; it is hidden, its program must end now.
        paths_dropped(object): files (list of str) were dropped on it.
    """

    closing = Signal()
    paths_dropped = Signal(object)

    def __init__(self, models: Models, settings: WindowSettings) -> None:
        super().__init__()
        self.models = models
        self._settings = settings
        self.actions_ = Actions(self)
        self.top_bar = TopBar(self.actions_)
        self.banner = Banner()
        self.edit_bar = EditBar([self.actions_[name] for name in EDIT_BAR])
        self.before_closing: Callable[[Callable[[], None]], None] = lambda close: close()
        self.sidebar = SidebarView()
        self.sidebar.setModel(models.sidebar)
        self.start, self.opening, self.failed, self.overview = StartPage(), OpeningPage(), FailedPage(), OverviewPage()
        self.unlock = UnlockPage()
        self.browser = BrowserPage(models.table, models.tree)
        self.preview = PreviewPane()
        self.shelf, self.log_pane = JobShelf(), LogPane()
        self.shelf.set_model(models.jobs)
        self.log_pane.set_model(models.log)
        self.status = StatusLine(models.log, self.actions_["log"], self.actions_["stop"])
        self.pages = QStackedWidget()
        self.open_button = text_button("Open image…", role="link", icon="plus")
        self._build()
        self._restore()

    def _build(self) -> None:
        self.setWindowTitle("Cutaway")
        self.setAcceptDrops(True)
        self.pages.setMinimumWidth(240)  # the files need no more; a wider page has no preview beside it
        for page in (self.start, self.opening, self.failed, self.unlock, self.overview, self.browser):
            self.pages.addWidget(page)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.side = self._side()
        for widget in (self.side, self.pages, self.preview):
            self.columns.addWidget(widget)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([232, 788, 340])
        self.columns.setCollapsible(1, False)  # noqa: FBT003 Qt's own
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.addWidget(self.columns)
        self.rows.addWidget(self.log_pane)
        self.rows.setStretchFactor(0, 1)
        self.rows.setSizes([620, 160])
        self.log_pane.hide()
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.top_bar, self.banner, self.edit_bar, self.rows, self.shelf, self.status):
            layout.addWidget(part)
        layout.setStretchFactor(self.rows, 1)
        self.setCentralWidget(middle)

    def _side(self) -> QWidget:
        side = QWidget()
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(0)
        layout.addWidget(self.sidebar, 1)
        layout.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        return side

    def _restore(self) -> None:
        self.resize(QSize(1360, 840).boundedTo(self.screen().availableSize() * 0.9))
        geometry = self._settings.layout("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        for name, part in self._remembered.items():
            state = self._settings.layout(name)
            if state is not None:
                part.restoreState(state)

    @property
    def _remembered(self) -> dict[str, QSplitter | FileTable]:
        table = self.browser.table
        return {"columns": self.columns, "rows": self.rows, "browser": self.browser.splitter, "files": table}

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 Qt's own
        """Go on with Tab, in the order in which parts are laid out."""
        middle = self.centralWidget()
        return go_on(middle, forward=forward) if middle is not None else super().focusNextPrevChild(forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what stands before it, then hide at once and let the program end in its own time."""
        event.ignore()
        if self.isVisible():
            self.before_closing(self.end)

    def end(self) -> None:
        """Close without a question."""
        if self.isVisible():
            self._settings.set_layout("window", self.saveGeometry())
            for name, part in self._remembered.items():
                self._settings.set_layout(name, part.saveState())
            self.hide()
            self.closing.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files of this computer, unless they come from this very window."""
        if event.source() is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which files were dropped."""
        event.acceptProposedAction()
        self.paths_dropped.emit([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])
