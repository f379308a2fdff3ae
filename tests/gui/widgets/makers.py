"""Widgets with something in them, by name: for tests that look at all of them."""

from __future__ import annotations

from collections.abc import Callable

from cutaway.transfer.plan import LeftOut
from cutaway_app.crash_report import CrashDialog
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.models.log import LogModel, log_line
from cutaway_app.models.sidebar_roles import SUBTITLE, USE
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.hex import HexViewer
from cutaway_app.widgets.banner import Banner
from cutaway_app.widgets.edit_bar import EditBar
from cutaway_app.widgets.extract_preview import ExtractPreviewView
from cutaway_app.widgets.failed_page import FailedPage
from cutaway_app.widgets.file_table import FileTable
from cutaway_app.widgets.job_details import JobDetails
from cutaway_app.widgets.job_shelf import JobShelf
from cutaway_app.widgets.log_pane import LogPane
from cutaway_app.widgets.opening_page import OpeningPage
from cutaway_app.widgets.overview import OverviewPage
from cutaway_app.widgets.path_bar import PathBar
from cutaway_app.widgets.preview_pane import PreviewPane
from cutaway_app.widgets.sidebar_view import SidebarView
from cutaway_app.widgets.start_page import StartPage
from cutaway_app.widgets.unlock_page import UnlockPage
from gui.widgets.values import Rows, content, survey, use
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget


def _sidebar() -> SidebarView:
    view, model = SidebarView(), QStandardItemModel()
    item = QStandardItem("/")
    item.setData("ext4", SUBTITLE)
    item.setData(0.97, USE)
    root = QStandardItem("debian.qcow2")
    root.appendRow(item)
    model.appendRow(root)
    model.setParent(view)
    view.setModel(model)
    view.expandAll()
    return view


def _shelf() -> JobShelf:
    shelf, jobs = JobShelf(), JobsModel()
    jobs.setParent(shelf)
    shelf.set_model(jobs)
    for state in (JobState.FAILED, JobState.DONE, None):
        job = Job("log", destination="/tmp")
        jobs.add(job)
        job.start()
        if state:
            job.finish(state)
        else:
            job.hold(held=True)
    for place in (1, 2):
        job = Job("log", destination="/tmp/x.zip")
        jobs.add(job)
        job.wait_at(place, 2)
    shelf.expand()
    return shelf


def _job_details() -> JobDetails:
    failures, skipped = [LeftOut(b"/etc/\xff", "Input/output error")], [LeftOut(b"/dev/sda", "it is a block device")]
    return JobDetails("etc", failures=failures, others=skipped, note="1 could not be read, 1 left out")


def _log() -> LogPane:
    pane, log = LogPane(), LogModel()
    log.setParent(pane)
    log.append_many([log_line("kernel", "x", "error")])
    pane.set_model(log)
    return pane


def _path_bar() -> PathBar:
    bar = PathBar()
    bar.set_location("debian.qcow2", "/", b"/a/b")
    return bar


def _banner() -> Banner:
    banner = Banner()
    banner.show_message("Title", "Text", "warning", [("a", "Do it")], "details")
    return banner


def _table() -> FileTable:
    table = FileTable()
    rows = Rows(["a", "b"])
    rows.setParent(table)
    table.setModel(rows)
    return table


def _preview() -> PreviewPane:
    pane = PreviewPane()
    pane.show_content(content(b"x", bytes(range(32))))
    return pane


def _overview() -> OverviewPage:
    page = OverviewPage()
    page.show_survey("x", [("/x",)], survey(), {"/dev/sda1": use(0.5)})
    return page


def _start() -> StartPage:
    page = StartPage()
    page.set_recent(["/x/one.qcow2"])
    return page


def _details() -> DetailsViewer:
    viewer = DetailsViewer()
    viewer.show_content(content(b"x", b"y"))
    return viewer


def _failed() -> FailedPage:
    page = FailedPage()
    page.set_image("/x/one.qcow2", "The image is incomplete.")
    return page


def _unlock() -> UnlockPage:
    page = UnlockPage()
    page.set_volume("/dev/sda2", "LUKS · 1 GB · one.qcow2")
    return page


def _edit_bar() -> EditBar:
    bar = EditBar([])
    bar.show_state("one.qcow2", is_unsaved=True)
    return bar


def _extraction() -> ExtractPreviewView:
    view = ExtractPreviewView()
    view.show_failure("It cannot be read")
    return view


MAKERS: dict[str, Callable[[], QWidget]] = {
    "banner": _banner, "crash": lambda: CrashDialog(ValueError("x")), "details": _details, "edit bar": _edit_bar,
    "extraction": _extraction, "failed": _failed, "hex": HexViewer, "job details": _job_details, "log": _log,
    "opening": OpeningPage, "overview": _overview, "path bar": _path_bar, "preview": _preview, "shelf": _shelf,
    "sidebar": _sidebar, "start": _start, "table": _table, "unlock": _unlock,
}  # fmt: skip
