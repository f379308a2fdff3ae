"""The path bar keeps bytes as they are, whatever a person sees of them."""

from __future__ import annotations

from cutaway_app.widgets.path_bar import PathBar
from cutaway_app.widgets.path_text import path_to_text, text_to_path
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot


@given(st.binary())
def test_any_path_survives_being_edited(path: bytes) -> None:
    text = path_to_text(path)
    assert text_to_path(text) == path
    text.encode()  # nothing Qt would lose
    assert text.isprintable()


def test_written_paths_are_read_as_a_person_means_them() -> None:
    assert text_to_path("/caf\\xe9") == b"/caf\xe9"
    assert text_to_path("/café") == "/café".encode()
    assert text_to_path("/a\\b") == b"/a\\b"
    assert path_to_text(b"/a\\xe9") == "/a\\\\xe9"


def _bar(qtbot: QtBot, path: bytes, width: int = 900) -> PathBar:
    bar = PathBar()
    qtbot.addWidget(bar)
    bar.resize(width, 40)
    bar.show()
    qtbot.waitExposed(bar)
    bar.set_location("debian.qcow2", "/ (vg0/root)", path)
    return bar


def _crumb(bar: PathBar, name: str) -> QToolButton:
    return next(one for one in bar.findChildren(QToolButton) if one.accessibleName() == name and one.isVisible())


def test_a_crumb_asks_for_its_own_bytes(qtbot: QtBot) -> None:
    bar = _bar(qtbot, b"/var/caf\xe9/log")
    assert bar.crumb_texts == ["debian.qcow2", "/ (vg0/root)", "var", "caf\\xe9", "log"]
    with qtbot.waitSignal(bar.path_requested) as asked:
        _crumb(bar, "Folder caf\\xe9").click()
    assert asked.args == [b"/var/caf\xe9"]
    with qtbot.waitSignal(bar.overview_requested):
        _crumb(bar, "Image debian.qcow2").click()


def test_crumbs_that_do_not_fit_are_in_the_menu(qtbot: QtBot) -> None:
    bar = _bar(qtbot, b"/" + b"/".join(b"folder%d" % number for number in range(12)), width=400)
    more = _crumb(bar, "Folders further up")
    hidden = [action.text() for action in more.menu().actions()]
    assert hidden[-1] == "debian.qcow2"
    assert _crumb(bar, "Folder folder11").isVisible()
    with qtbot.waitSignal(bar.path_requested) as asked:
        next(action for action in more.menu().actions() if action.text() == "folder0").trigger()
    assert asked.args == [b"/folder0"]
    bar.resize(3000, 40)
    assert not more.isVisible()


def test_editing_starts_with_the_path_and_escape_leaves_it(qtbot: QtBot) -> None:
    bar = _bar(qtbot, b"/var/caf\xe9")
    line = bar.findChild(QLineEdit)
    assert line is not None
    bar.edit()
    assert bar.is_editing
    assert line.text() == "/var/caf\\xe9"
    with qtbot.assertNotEmitted(bar.path_requested):
        qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not bar.is_editing
    bar.edit()
    with qtbot.waitSignal(bar.path_requested) as asked:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == [b"/var/caf\xe9"]


def test_a_relative_path_begins_here(qtbot: QtBot) -> None:
    bar = _bar(qtbot, b"/var")
    line = bar.findChild(QLineEdit)
    assert line is not None
    bar.edit()
    line.setText("log")
    with qtbot.waitSignal(bar.path_requested) as asked:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == [b"/var/log"]
