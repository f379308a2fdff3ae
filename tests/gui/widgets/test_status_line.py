"""The line at the bottom."""

from __future__ import annotations

import pytest
from cutaway_app.models.log import LogModel, log_line
from cutaway_app.windows import status_line
from cutaway_app.windows.status_line import StatusLine
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot


def test_a_line_of_the_log_is_shown_for_a_while_only(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_line, "LAST_MS", 100)
    log = LogModel()
    line = StatusLine(log, QAction("Log"), QAction("Stop"))
    qtbot.addWidget(line)
    log.append_many([log_line("kernel", "mounted", "info")])
    assert line.last_text == "kernel: mounted"
    qtbot.waitUntil(lambda: line.last_text == "")
    log.append_many([log_line("kernel", "unmounted", "info")])
    assert line.last_text == "kernel: unmounted"
