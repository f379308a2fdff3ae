"""The guest's side of an insertion: hidden folders, names by the rule, all or nothing, and what tar says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cutawayd import insertion, staged, tars
from cutawayd.work import Work


@pytest.fixture
def staging(work: Work, tree: Path) -> Path:
    """Give a hidden folder that holds 0, a file, and 1, a folder."""
    hidden = tree / os.fsdecode(insertion.insert_begin(work, b"/").path.strip(b"/"))
    (hidden / "0").write_text("new")
    (hidden / "1").mkdir()
    return hidden


def finish(work: Work, staging: Path, names: dict[bytes, bytes], conflict: str) -> list[tuple[bytes, str]]:
    path = b"/" + os.fsencode(staging.name)
    places = insertion.insert_finish(work, path, list(names), list(names.values()), conflict, sync=True)
    return [(place.path, place.reason) for place in places]


@pytest.mark.parametrize("conflict", ["rename", "replace", "skip", "fail"])
def test_free_names_are_taken_by_every_rule(work: Work, tree: Path, staging: Path, conflict: str) -> None:
    assert finish(work, staging, {b"0": b"a", b"1": b"b"}, conflict) == [(b"/a", ""), (b"/b", "")]
    assert sorted(path.name for path in tree.iterdir()) == ["a", "b"]


def test_what_cannot_be_placed_takes_all_back(work: Work, tree: Path, staging: Path) -> None:
    (tree / "b").mkdir()
    (tree / "a").write_text("old")
    with pytest.raises(FileExistsError):
        finish(work, staging, {b"0": b"a", b"1": b"b"}, "replace")
    assert (tree / "a").read_text() == "old"
    assert (staging / "0").read_text() == "new"


def test_a_missing_root_and_a_taken_name_are_told(work: Work, tree: Path, staging: Path) -> None:
    (tree / "a").write_text("old")
    found = finish(work, staging, {b"0": b"a", b"9": b"never", b"1": b"x" * 256}, "skip")
    assert found == [(b"", "EEXIST"), (b"", "ENOENT"), (b"", "ENAMETOOLONG")]
    assert [path.name for path in tree.iterdir()] == ["a"]


def test_the_next_free_name_is_found(work: Work, tree: Path, staging: Path) -> None:
    for name in ("a.txt", "a (2).txt", "b"):
        (tree / name).write_text("old")
    assert finish(work, staging, {b"0": b"a.txt", b"1": b"b"}, "rename") == [(b"/a (3).txt", ""), (b"/b (2)", "")]


@pytest.mark.parametrize("name", [b"/etc", b"/.cutaway-1.part", b"/.cutaway-zzzzzzzzzzzzzzzz.part"])
def test_nothing_but_hidden_folders_is_removed(work: Work, tree: Path, name: bytes) -> None:
    (tree / os.fsdecode(name.strip(b"/"))).mkdir()
    with pytest.raises(OSError, match="hidden folder"):
        insertion.insert_finish(work, name, [], [], "fail", sync=False)
    assert (tree / os.fsdecode(name.strip(b"/"))).is_dir()


def test_leftovers_are_removed_and_what_is_in_use_is_not(work: Work, tree: Path, staging: Path) -> None:
    old = tree / ".cutaway-0123456789abcdef.part"
    old.mkdir()
    (old / "rest").write_text("x")
    insertion.insert_begin(work, b"/")
    assert not old.exists()
    assert staging.exists()


def test_a_link_in_the_place_of_a_hidden_folder_is_not_followed(work: Work, tree: Path) -> None:
    (tree / "victim").mkdir()
    (tree / ".cutaway-0123456789abcdef.part").symlink_to("victim")
    hidden = staged.opened(work, b"/.cutaway-0123456789abcdef.part")
    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        hidden.__enter__()


@pytest.mark.parametrize(
    ("written", "meant"),
    [(b"plain", b"plain"), (b"a\\:b", b"a:b"), (b"caf\\351\\n", b"caf\xe9\n"), (b"back\\\\slash", b"back\\slash")],
)
def test_names_that_tar_writes_are_understood(written: bytes, meant: bytes) -> None:
    assert tars.unescaped(written) == meant


@pytest.mark.parametrize(
    "line", [b"tar: 0/a: Cannot write: No space left on device\n", b"tar: 0/a: Wrote only 512 of 10240 bytes\n"]
)
def test_a_full_disk_ends_all(line: bytes) -> None:
    with pytest.raises(OSError, match="No space left"):
        tars.Said().add(line)


def test_single_failures_are_collected_across_pieces() -> None:
    said = tars.Said()
    for piece in (b"tar: 0/a: Cannot op", b"en: Invalid argument\ntar: Exiting with failure status", b"\n"):
        said.add(piece)
    assert [(item.path, item.message) for item in said.failures] == [(b"0/a", "cannot open: Invalid argument")]
