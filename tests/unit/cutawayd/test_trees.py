"""Listing folders and trees: names are bytes, links are not followed, depth and damage are no end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cutaway.protocol.messages import CancelMessage
from cutawayd import listing, trees
from cutawayd.sysroot import open_below
from cutawayd.work import Cancelled, Work


def names_below(work: Work, tree: Path) -> list[bytes]:
    folder = os.open(tree, os.O_RDONLY)
    try:
        return [path for path, _, _ in trees.walk_entries(work, folder)]
    finally:
        os.close(folder)


@pytest.fixture
def deep(tree: Path) -> bytes:
    """Make folders in each other, deeper than any path can say; return the relative path of the last."""
    folder, path = os.open(tree, os.O_RDONLY), b""
    for number in range(40):
        name = b"%03d" % number + b"x" * 200
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder, path = below, path + b"/" + name if path else name
    os.close(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    return path + b"/end"


def test_a_tree_deeper_than_a_path_may_be_long(work: Work, tree: Path, deep: bytes) -> None:
    assert len(deep) > 2 * 4096 - 200
    found = names_below(work, tree)
    assert found[0] == b""
    assert found[-1] == deep
    assert len(found) == 42


def test_a_file_at_the_end_of_a_very_long_path_can_be_opened(tree: Path, deep: bytes) -> None:
    folder = os.open(tree, os.O_RDONLY)
    os.close(open_below(folder, deep, os.O_RDONLY))
    with pytest.raises(OSError, match="too long"):
        open_below(folder, b"x" * 5000, os.O_RDONLY)
    os.close(folder)


@pytest.mark.parametrize("path", [b"../secret", b"out/secret", b"to-self/../../secret", b"/etc/passwd"])
def test_nothing_outside_can_be_opened_below(tree: Path, path: bytes) -> None:
    (tree.parent / "secret").write_text("the host's")
    (tree / "out").symlink_to(tree.parent)
    (tree / "to-self").symlink_to(".")
    folder = os.open(tree, os.O_RDONLY)
    try:
        with pytest.raises(OSError):  # noqa: PT011 which errno depends on the way out
            os.close(open_below(folder, path, os.O_RDONLY))
    finally:
        os.close(folder)


def test_a_walk_gives_folders_before_their_content_and_follows_no_link(work: Work, tree: Path) -> None:
    (tree / "a/b").mkdir(parents=True)
    (tree / "a/b/file").write_text("x")
    (tree / "a/loop").symlink_to("..")
    (tree / os.fsdecode(b"\xff")).write_text("x")
    found = names_below(work, tree)
    assert sorted(found) == [b"", b"a", b"a/b", b"a/b/file", b"a/loop", b"\xff"]
    assert all(found.index(path.rpartition(b"/")[0]) < found.index(path) for path in found[1:])


def test_a_folder_that_cannot_be_read_is_told_and_left_out(
    work: Work, host: Any, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bad", "good"):
        (tree / name).mkdir()
        (tree / name / "file").write_text("x")
    real = trees.open_below

    def broken(folder: int, path: bytes, flags: int) -> int:
        if path == b"bad":
            raise OSError(117, "Structure needs cleaning")
        return real(folder, path, flags)

    monkeypatch.setattr(trees, "open_below", broken)
    assert sorted(names_below(work, tree)) == [b"", b"bad", b"good", b"good/file"]
    (message,) = host.received()
    assert message.text == "a part of bad cannot be read: Structure needs cleaning"


def test_a_walk_can_be_cancelled(work: Work, host: Any, tree: Path) -> None:
    for number in range(20):
        (tree / str(number)).mkdir()
    host.send(CancelMessage(7))
    work._next_check = 0.0
    with pytest.raises(Cancelled):
        names_below(work, tree)


def test_a_batch_is_in_the_order_of_the_disk(tree: Path) -> None:
    for number in range(600):
        (tree / str(number)).touch()
    folder = os.open(tree, os.O_RDONLY)
    found = list(trees.batches(folder))
    os.close(folder)
    assert [len(batch) for batch in found] == [trees.FIRST_BATCH, 600 - trees.FIRST_BATCH]
    for batch in found:
        assert [entry.inode() for entry in batch] == sorted(entry.inode() for entry in batch)


def test_scandir_tells_where_links_lead_inside_the_image(work: Work, tree: Path) -> None:
    (tree / "folder").mkdir()
    (tree / "file").write_text("x")
    for name, target in {"in": "/folder", "out": str(tree.parent), "up": "../../folder", "no": "/file"}.items():
        (tree / name).symlink_to(target)
    found = {item[0]: item[2:] for item in listing.scandir(work, b"/")}
    assert found == {
        b"folder": (b"", True), b"file": (), b"in": (b"/folder", True), b"no": (b"/file", False),
        b"out": (os.fsencode(tree.parent), False), b"up": (b"../../folder", True),
    }  # fmt: skip


def test_a_walk_of_a_link_gives_the_link(work: Work, tree: Path) -> None:
    (tree / "link").symlink_to("nowhere")
    ((path, _, target),) = listing.walk(work, b"/link")
    assert (path, target) == (b"", b"nowhere")
