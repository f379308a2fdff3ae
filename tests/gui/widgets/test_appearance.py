"""Both themes can be read, all icons exist, every control has a name, right-to-left and sharp screens work."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import cutaway_app
import pytest
from cutaway.transfer.plan import LeftOut
from cutaway_app import resources, theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.crash_report import CrashDialog
from cutaway_app.models.jobs import Job, JobsModel, JobState
from cutaway_app.models.log import LogModel, log_line
from cutaway_app.models.sidebar_roles import SUBTITLE, USE
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.hex import HexViewer
from cutaway_app.widgets.banner import Banner
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
from gui.widgets.values import Rows, content, survey, use
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot


def _luminance(color: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, two: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_text_can_be_read(colors: theme.Colors) -> None:
    pairs = [(name, ground) for name in ("text", "muted") for ground in ("window", "base", "raised", "accent_soft")]
    pairs += [
        (name, "base") for name in ("keyword", "string", "comment", "number", "name", "error", "warning", "success")
    ]
    pairs += [
        ("text", "error_soft"),
        ("text", "warning_soft"),
        ("selected_text", "selected"),
        ("base", "accent_strong"),
    ]
    for text, ground in pairs:
        assert contrast(getattr(colors, text), getattr(colors, ground)) >= 4.5, f"{text} on {ground}"
    for mark in ("icon", "accent", "control_line"):
        assert contrast(getattr(colors, mark), colors.base) >= 3, mark


def test_every_icon_that_is_named_exists() -> None:
    folder = Path(cutaway_app.__file__).parent
    names = set()
    for path in folder.rglob("*.py"):
        names |= set(
            re.findall(
                r'(?:set_icon\([^,()]+(?:\(\))?, |tool_button\(|[( ]icon\(|tinted_icon\(|icon=)"([a-z-]+)"',
                path.read_text(),
            )
        )
    assert len(names) > 15
    there = {path.stem for path in (Path(resources.data_folder()) / "icons").glob("*.svg")}
    assert names <= there


def _ink(button: QWidget) -> QColor:
    image = button.grab().toImage()
    ground = image.pixelColor(1, 1)
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda pixel: contrast(pixel, ground))


def test_icons_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    button = tool_button("close", "Close")
    qtbot.addWidget(button)
    light = _ink(button)
    theme.apply(qapp, "dark")
    assert _luminance(_ink(button)) > _luminance(light) + 0.2
    assert theme.is_dark()
    theme.apply(qapp, "light")
    assert _luminance(_ink(button)) == pytest.approx(_luminance(light), abs=0.02)


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
    page.show_survey("x", ["/x"], survey(), {"/dev/sda1": use(0.5)})
    return page


def _start() -> StartPage:
    page = StartPage()
    page.set_recent(["/x/one.qcow2"])
    return page


def _details() -> DetailsViewer:
    viewer = DetailsViewer()
    viewer.show_content(content(b"x", b"y"))
    return viewer


MAKERS: dict[str, Callable[[], QWidget]] = {
    "banner": _banner, "crash": lambda: CrashDialog(ValueError("x")), "details": _details, "hex": HexViewer,
    "job details": _job_details, "log": _log, "opening": OpeningPage, "overview": _overview, "path bar": _path_bar,
    "preview": _preview, "shelf": _shelf, "sidebar": _sidebar, "start": _start, "table": _table,
}  # fmt: skip


@pytest.fixture(params=sorted(MAKERS))
def widget(request: pytest.FixtureRequest, qtbot: QtBot) -> QWidget:
    made = MAKERS[request.param]()
    qtbot.addWidget(made)
    made.resize(700, 420)
    made.show()
    return made


def test_everything_that_takes_the_focus_has_a_name(widget: QWidget) -> None:
    everything = [widget, *widget.findChildren(QWidget)]
    focusable = [
        one for one in everything if one.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(one, QScrollBar)
    ]
    nameless = []
    for one in focusable:
        interface = QAccessible.queryAccessibleInterface(one)
        is_inner = one.objectName().startswith("qt_") or not one.isVisibleTo(widget)
        if not is_inner and not (interface and interface.text(QAccessible.Text.Name).strip()):
            nameless.append(f"{type(one).__name__} in {type(one.parent()).__name__}")
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_drawn_in_both_themes_and_directions(
    widget: QWidget, qapp: QApplication, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)
    left = widget.grab().toImage()
    assert len({left.pixel(x, y) for x in range(0, left.width(), 3) for y in range(0, left.height(), 3)}) > 1
    widget.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert widget.grab().toImage().size() == left.size()
