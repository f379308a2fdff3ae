"""Tool tips show names as they are: Qt would take some for markup, and show pictures of this computer in them."""

from __future__ import annotations

import stat

import pytest
from cutaway.records import FolderEntry, Stat
from cutaway_app.controls.labels import ElidedLabel
from cutaway_app.models.folder_table import FolderTableModel
from cutaway_app.names import plain_tip
from cutaway_app.widgets.path_bar import PathBar
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

NAMES = ["<b>bold", "<img src='file:", "a &lt; b", "two  spaces & more <i>", "plain", "1 < 2", "&amp;"]
EVIL = "<b>bold"


def seen(tip: str) -> str:
    """Return what a person sees of a tool tip."""
    if not Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText().replace("\xa0", " ")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_seen_as_it_is(name: str) -> None:
    assert seen(plain_tip(name)) == name


def test_files_labels_and_crumbs_have_such_tips(qtbot: QtBot) -> None:
    table = FolderTableModel()
    table.begin()
    status = Stat(1, 1, stat.S_IFREG | 0o644, 1, 0, 0, 0, 0, 4096, 0, 0, 0, 0)
    table.append([FolderEntry(EVIL.encode(), status, leads_to_folder=False)])
    table.finish()
    assert seen(table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)) == EVIL
    label = ElidedLabel(EVIL * 20)
    qtbot.addWidget(label)
    label.resize(50, 20)
    label.grab()
    assert seen(label.toolTip()) == EVIL * 20
    bar = PathBar()
    qtbot.addWidget(bar)
    bar.resize(900, 40)
    bar.set_location("disk.img", "/", b"/" + EVIL.encode())
    tips = {seen(button.toolTip()) for button in bar.findChildren(QToolButton)}
    assert f"Go to {EVIL}" in tips
