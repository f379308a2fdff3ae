"""Trees copied and removed: links lead nowhere, depth does not matter, and a cancelled removal stops."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutaway.protocol.messages import CancelMessage
from cutawayd import entries, removing, treecopies, treecopy, writing
from cutawayd.work import Cancelled, Work


def test_nothing_is_copied_through_a_link_that_is_in_its_place(work: Work, tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tree / "from" / "x").mkdir(parents=True)
    (tree / "from" / "x" / "file").write_text("image's")
    (tree / "to" / "x").mkdir(parents=True)
    (tree / "to" / "x" / "file").symlink_to(outside)
    treecopies.cp_a(work, b"/from/x", b"/to")
    assert outside.read_text() == "mine"
    assert (tree / "to" / "x" / "file").read_text() == "image's"
    assert not (tree / "to" / "x" / "file").is_symlink()


def test_a_path_through_a_link_stays_in_the_image(work: Work, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tree / "link").symlink_to(tmp_path / "outside")
    for change in (
        lambda: writing.write(work, b"/link/file", b"x"),
        lambda: entries.mkdir_p(work, b"/link/a/b"),
        lambda: entries.ln_s(work, b"x", b"/link/y"),
    ):
        with pytest.raises(OSError, match="link"):
            change()
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_depth_of_a_tree_does_not_matter_for_its_removal(work: Work, tree: Path) -> None:
    here = os.open(tree, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("a" * 200, dir_fd=here)
        below = os.open("a" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    removing.rm_rf(work, b"/" + b"a" * 200)
    assert list(tree.iterdir()) == []


def test_what_a_removal_says_is_the_path_in_the_image(work: Work, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "a" / "b").mkdir(parents=True)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "rmdir", refuse)
    with pytest.raises(PermissionError) as caught:
        removing.rm_rf(work, b"/a")
    assert caught.value.filename == b"/a/b"


def test_a_cancelled_removal_stops(work: Work, tree: Path, host: object) -> None:
    (tree / "a").mkdir()
    for number in range(20):
        (tree / "a" / str(number)).touch()
    host.send(CancelMessage(7))  # type: ignore[attr-defined] the fixture's class is in conftest
    work._next_check = 0
    with pytest.raises(Cancelled):
        removing.rm_rf(work, b"/a")
    assert (tree / "a").is_dir()


def test_a_copy_that_fails_leaves_nothing(work: Work, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "a").mkdir()
    (tree / "a" / "file").write_text("x")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for module in (treecopies, treecopy):
        monkeypatch.setattr(module, "copy_content", full)
    for copy in (treecopies.cp_a, treecopies.cp_r):
        with pytest.raises(OSError, match="No space"):
            copy(work, b"/a", b"/b")
    with pytest.raises(OSError, match="No space"):
        treecopies.cp(work, b"/a/file", b"/c")
    assert [item.name for item in tree.iterdir()] == ["a"]
