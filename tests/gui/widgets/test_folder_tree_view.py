"""The view of the folder tree."""

from __future__ import annotations

from cutaway_app.widgets.folder_tree_view import FolderTreeView
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

DEPTH = 15
#: Icon and some letters.
NAME = 100


def chain() -> QStandardItemModel:
    """Return a model in which each folder has one in it."""
    model = QStandardItemModel(0, 1)
    parent = model.invisibleRootItem()
    for number in range(DEPTH):
        item = QStandardItem(f"folder-{number}")
        parent.appendRow(item)
        parent = item
    return model


def deepest(model: QStandardItemModel) -> QModelIndex:
    index = model.index(0, 0)
    while model.hasChildren(index):
        index = model.index(0, 0, index)
    return index


def test_a_folder_deep_down_has_its_name_in_sight(qtbot: QtBot) -> None:
    tree, model = FolderTreeView(), chain()
    qtbot.addWidget(tree)
    tree.setModel(model)
    tree.resize(180, 600)
    tree.show()
    tree.expandAll()
    index = deepest(model)
    tree.setCurrentIndex(index)
    tree.scrollTo(index)
    rect = tree.visualRect(index)
    assert rect.left() >= 0
    assert rect.left() + NAME <= tree.viewport().width()
    assert rect.width() >= NAME
    tree.scrollTo(model.index(0, 0))
    assert tree.horizontalScrollBar().value() == 0
    assert tree.visualRect(model.index(0, 0)).right() >= tree.viewport().width() - 1
