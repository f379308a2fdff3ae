"""Banner, crash report, start and opening pages."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
import shiboken6
from cutaway_app.crash_report import CrashDialog, CrashReporter, report_text
from cutaway_app.widgets.banner import Banner
from cutaway_app.widgets.opening_page import OpeningPage
from cutaway_app.widgets.recent_button import RecentButton
from cutaway_app.widgets.start_page import StartPage
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot


def _tool(parent: object, name: str) -> QToolButton:
    return next(one for one in parent.findChildren(QToolButton) if one.accessibleName() == name)  # type: ignore[attr-defined]


def test_a_banner_offers_what_can_be_done(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.isHidden()
    banner.show_message(
        "It stopped", "Your place is kept.", "error", [("restart", "Restart"), ("quit", "Quit")], "trace"
    )
    assert banner.accessibleDescription() == "It stopped. Your place is kept."
    restart = next(one for one in banner.findChildren(QPushButton) if one.text() == "Restart")
    with qtbot.waitSignal(banner.action_requested) as wish:
        restart.click()
    assert wish.args == ["restart"]
    details = banner.findChild(QPlainTextEdit)
    assert details is not None
    assert not details.isVisible()
    _tool(banner, "Show details").click()
    assert details.isVisible()
    _tool(banner, "Copy details").click()
    assert "trace" in QGuiApplication.clipboard().text()
    banner.show_message("Other", "", "info", [])
    assert [one.text() for one in banner.findChildren(QPushButton) if not one.isHidden()] == []
    assert _tool(banner, "Show details").isHidden()
    with qtbot.waitSignal(banner.dismissed):
        qtbot.keyClick(banner, Qt.Key.Key_Escape)
    assert banner.isHidden()


@pytest.mark.parametrize("width", [560, 1400])
def test_the_words_of_a_banner_have_room_and_are_whole(qtbot: QtBot, width: int) -> None:
    frame = QWidget()
    qtbot.addWidget(frame)
    banner = Banner(frame)
    layout = QVBoxLayout(frame)
    layout.addWidget(banner)
    layout.addStretch(1)
    frame.resize(width, 500)
    frame.show()
    answers = [("allow", "Allow a-long-name.qcow2"), ("again", "Try again"), ("close", "Close")]
    banner.show_message("It cannot be opened", "It is incomplete: it ends too early. " * 6, "error", answers, "trace")
    qtbot.wait(50)
    words = banner._text
    assert frame.width() == width
    assert words.width() >= 380
    assert words.height() >= words.heightForWidth(words.width())
    button = next(one for one in banner.findChildren(QPushButton) if one.text() == "Close")
    assert (button.y() >= words.geometry().bottom()) is (width == 560)


def test_markup_in_messages_is_no_markup(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_message("<h1>x</h1>", "<img src='file:///etc/passwd'>", "warning", [])
    assert banner._title.textFormat() == banner._text.textFormat() == Qt.TextFormat.PlainText


@pytest.fixture
def reporter() -> CrashReporter:
    return CrashReporter(lambda: None)


@pytest.fixture
def dialogs() -> Callable[[], list[CrashDialog]]:
    """What has been shown since the test began; Qt may still have those of others."""
    before = _all_dialogs()
    return lambda: [one for one in _all_dialogs() if one not in before]


def _all_dialogs() -> list[CrashDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, CrashDialog)]


def test_a_thread_that_fails_after_the_window_is_only_logged(
    reporter: CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    shiboken6.delete(reporter)
    reporter.report(ValueError("too late"))
    assert "unexpected error" in caplog.text


def test_a_crash_in_another_thread_is_shown_once(
    qtbot: QtBot, reporter: CrashReporter, dialogs: Callable[[], list[CrashDialog]]
) -> None:
    def fail() -> None:
        reporter.report(ValueError("from a thread"))

    for _ in range(2):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    dialog = dialogs()[0]
    assert "ValueError: from a thread" in dialog.report.toPlainText()
    dialog.copy()
    assert "ValueError" in QGuiApplication.clipboard().text()
    dialog.close()


def test_install_catches_what_nobody_did(
    qtbot: QtBot, reporter: CrashReporter, dialogs: Callable[[], list[CrashDialog]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    reporter.install()
    with qtbot.waitSignal(reporter.failed) as failed:
        sys.excepthook(KeyError, KeyError("x"), None)
    assert isinstance(failed.args[0], KeyError)
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    dialogs()[0].close()


def test_the_report_names_versions(qtbot: QtBot) -> None:
    text = report_text(RuntimeError("boom"))
    assert "Python" in text
    assert "RuntimeError: boom" in text


def test_start_page_offers_recent_images_safely(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent(["/old/gone.qcow2"])
    page.set_recent(["/a/one.qcow2", "/a/bad\udce9.raw"])
    buttons = {
        one.accessibleName(): one for one in page.findChildren(object) if hasattr(one, "click") and not one.isHidden()
    }
    with qtbot.waitSignal(page.recent_requested) as wish:
        buttons["Open one.qcow2"].click()
    assert wish.args == ["/a/one.qcow2"]
    assert "Open bad\\xe9.raw" in buttons
    assert "Open gone.qcow2" not in buttons
    with qtbot.waitSignal(page.open_requested):
        page.open_button.click()
    with qtbot.waitSignal(page.sample_requested):
        page.sample_button.click()


def test_a_pinned_image_comes_first_and_its_menu_unpins_it(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent(["/a/new.qcow2", "/a/kept.qcow2"], ["/a/kept.qcow2"])
    buttons = page.findChildren(RecentButton)
    assert [button.accessibleName() for button in buttons] == ["Open kept.qcow2", "Open new.qcow2"]
    assert buttons[0].accessibleDescription() == "/a, pinned"
    for button, word, path, pinned in (
        (buttons[0], "Unpin", "/a/kept.qcow2", False),
        (buttons[1], "Pin", "/a/new.qcow2", True),
    ):
        menu = button.menu()
        with qtbot.waitSignal(page.pin_requested) as wish:
            next(action for action in menu.actions() if action.text() == word).trigger()
        assert wish.args == [path, pinned]
    with qtbot.waitSignal(page.forget_requested) as wish:
        menu.actions()[-1].trigger()
    assert wish.args == ["/a/new.qcow2"]


def test_opening_page_shows_progress_and_stops(qtbot: QtBot) -> None:
    page = OpeningPage()
    qtbot.addWidget(page)
    page.set_image("/x/debian.qcow2")
    bar = page.findChild(QProgressBar)
    assert bar is not None
    assert page.accessibleName() == "Opening debian.qcow2"
    assert bar.maximum() == 0
    page.show_phase("Mounting", 0.5)
    assert bar.value() == bar.maximum() // 2
    page.show_phase("Mounting", 7.0)
    assert bar.value() == bar.maximum()
    with qtbot.waitSignal(page.stop_requested):
        page.stop_button.click()
