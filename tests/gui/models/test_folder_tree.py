"""The folder tree: laziness, order, what happens to nodes that stay, and folders of hostile size."""

from __future__ import annotations

import gc

import pytest
from cutaway_app.models.folder_tree import MAX_CHILDREN, FolderNode, FolderTreeModel
from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot


@pytest.fixture
def tree(qtmodeltester: ModelTester) -> FolderTreeModel:
    model = FolderTreeModel()
    qtmodeltester.check(model)
    model.reset("/")
    return model


@pytest.fixture
def bare() -> FolderTreeModel:
    """A tree without Qt's tester, which asks for children and visits all rows at each change."""
    model = FolderTreeModel()
    model.reset("/")
    return model


def names(tree: FolderTreeModel, path: bytes) -> list[str]:
    parent = tree.index_of(path)
    return [tree.index(row, 0, parent).data() for row in range(tree.rowCount(parent))]


def test_children_are_asked_for_once_and_shown_in_natural_order(bare: FolderTreeModel) -> None:
    asked: list[FolderNode] = []
    bare.children_requested.connect(asked.append)
    root = bare.index_of(b"/")
    assert bare.hasChildren(root)
    bare.fetchMore(root)
    bare.fetchMore(root)
    assert [node.path for node in asked] == [b"/"]
    bare.set_children(b"/", [b"b10", b"a", b"B9"])
    assert names(bare, b"/") == ["a", "B9", "b10"]
    assert not bare.canFetchMore(root)


def test_a_directory_without_sub_folders_loses_its_arrow(tree: FolderTreeModel) -> None:
    tree.set_children(b"/", [b"empty"])
    assert tree.hasChildren(tree.index_of(b"/empty"))
    tree.set_children(b"/empty", [])
    assert not tree.hasChildren(tree.index_of(b"/empty"))


def test_a_revealed_folder_keeps_its_node_when_its_siblings_come(tree: FolderTreeModel) -> None:
    revealed = tree.reveal(b"/m/deep")
    number = revealed.internalId()
    tree.set_children(b"/", [b"z", b"m", b"a", b"n"])
    assert names(tree, b"/") == ["a", "m", "n", "z"]
    assert tree.index_of(b"/m/deep").internalId() == number
    assert tree.index_of(b"/m").row() == 1
    assert tree.parent(tree.index_of(b"/m/deep")) == tree.index_of(b"/m")


def test_folders_that_are_gone_are_removed_with_all_below_them(tree: FolderTreeModel) -> None:
    tree.set_children(b"/", [b"a", b"b", b"c", b"d"])
    tree.set_children(b"/b", [b"inner"])
    tree.set_children(b"/", [b"a", b"d", b"e"])
    assert names(tree, b"/") == ["a", "d", "e"]
    assert not tree.index_of(b"/b/inner").isValid()
    assert [tree.index_of(path).row() for path in (b"/a", b"/d", b"/e")] == [0, 1, 2]


def test_a_failed_request_can_be_made_again(bare: FolderTreeModel) -> None:
    root = bare.index_of(b"/")
    bare.fetchMore(root)
    bare.forget_request(b"/")
    assert bare.canFetchMore(root)


def test_names_that_differ_only_in_invalid_bytes_are_two_folders(tree: FolderTreeModel) -> None:
    tree.set_children(b"/", [b"caf\xe9", b"caf\xea"])
    assert names(tree, b"/") == ["caf\\xe9", "caf\\xea"]
    assert tree.node(tree.index_of(b"/caf\xea")).path == b"/caf\xea"


def test_a_hundred_thousand_sub_folders_neither_stall_nor_fill_the_tree(bare: FolderTreeModel) -> None:
    bare.reveal(b"/folder-50000")
    bare.set_children(b"/", [b"folder-%05d" % number for number in range(100_000)])
    assert bare.rowCount(bare.index_of(b"/")) == MAX_CHILDREN + 1
    assert bare.index_of(b"/folder-50000").isValid()
    bare.set_children(b"/", [])
    assert bare.rowCount(bare.index_of(b"/")) == 0


def test_indexes_survive_a_garbage_collection(tree: FolderTreeModel, qtbot: QtBot) -> None:
    tree.set_children(b"/", [b"a"])
    index = tree.index(0, 0, tree.index(0, 0, QModelIndex()))
    gc.collect()
    assert tree.node(index).path == b"/a"
