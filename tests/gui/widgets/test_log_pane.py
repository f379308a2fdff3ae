"""The log: filtered, searched, copied, saved, followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway_app.models.log import LogModel, log_line
from cutaway_app.widgets.log_pane import LogPane
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot


@pytest.fixture
def log() -> LogModel:
    return LogModel()


@pytest.fixture
def pane(qtbot: QtBot, log: LogModel) -> LogPane:
    pane = LogPane()
    qtbot.addWidget(pane)
    pane.resize(600, 200)
    pane.set_model(log)
    pane.show()
    levels = ("debug", "info", "warning", "error")
    log.append_many([log_line("kernel", f"line {number} of {level}", level) for number, level in enumerate(levels)])
    return pane


def test_levels_hide_what_is_less_grave(pane: LogPane, log: LogModel) -> None:
    counts = []
    for level in ("debug", "info", "warning", "error"):
        pane.set_filter(level)
        counts.append(pane.shown_count)
    assert counts == [4, 3, 2, 1]
    log.append_many([log_line("daemon", "new", "info"), log_line("daemon", "bad", "error")])
    assert pane.shown_count == 2


def test_search_is_without_regard_to_case_and_finds_sources(pane: LogPane) -> None:
    pane.set_filter("debug", "OF ERR")
    assert pane.shown_count == 1
    pane.set_filter("debug", "Kernel")
    assert pane.shown_count == 4


def test_copied_and_saved_is_what_is_shown(qtbot: QtBot, pane: LogPane, tmp_path: Path) -> None:
    pane.set_filter("warning")
    pane.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("  ")[2] for line in lines] == ["line 2 of warning", "line 3 of error"]
    with qtbot.waitSignal(pane.saved):
        pane.save_to(str(tmp_path / "log"))
    assert (tmp_path / "log").read_text().splitlines() == lines


def test_a_failed_save_is_told(qtbot: QtBot, pane: LogPane, tmp_path: Path) -> None:
    with qtbot.waitSignal(pane.save_failed) as failed:
        pane.save_to(str(tmp_path))
    assert isinstance(failed.args[0], OSError)


def test_new_lines_are_followed(pane: LogPane, log: LogModel) -> None:
    log.append_many([log_line("kernel", f"more {number}") for number in range(200)])
    bar = pane.findChild(QTableView).verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
