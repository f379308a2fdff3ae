"""The plan of an extraction: hostile walks lose what is wrong with them, and say so."""

from __future__ import annotations

import stat
from dataclasses import dataclass

import pytest
from cutaway.records import ExportItem, Stat
from cutaway.transfer.plan import DEPTH_MAX, LeftOut, Planned, Planner
from cutaway.transfer.policy import ExtractPolicy


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a tree, by kinds; paths are relative to its root."""

    folders: list[bytes]
    others: list[bytes]
    hard_links: list[Planned]
    left_out: list[LeftOut]


def status(mode: int, *, ino: int = 1, nlink: int = 1) -> Stat:
    return Stat(1, ino, mode, nlink, 0, 0, 0, 0, 4096, 0, 0, 0, 0)


def item(path: bytes, mode: int, target: bytes = b"", **facts: int) -> ExportItem:
    return ExportItem(path, status(mode, **facts), target)


def folder(path: bytes) -> ExportItem:
    return item(path, stat.S_IFDIR | 0o755)


def file(path: bytes, **facts: int) -> ExportItem:
    return item(path, stat.S_IFREG | 0o644, **facts)


def link(path: bytes, target: bytes) -> ExportItem:
    return item(path, stat.S_IFLNK | 0o777, target)


def plan(*entries: ExportItem, policy: ExtractPolicy | None = None) -> Result:
    """Plan the tree /root, which is asked for by that name."""
    planner = Planner(b"/", [b"root"], policy or ExtractPolicy())
    others = []
    for entry in (folder(b""), *entries):
        placed = ExportItem(b"root/" + entry.path if entry.path else b"root", entry.stat, entry.target)
        assert entry.stat is not None
        planned = planner.decide(placed, entry.stat)
        if planned is not None and not planned.stat.is_dir:
            others.append(_inside(planned.path))
    return Result([_inside(path) for path in planner.folders], others, planner.hard_links, planner.left_out)


def _inside(path: bytes) -> bytes:
    return path.removeprefix(b"root").removeprefix(b"/")


def test_a_harmless_tree_is_planned_in_order() -> None:
    result = plan(folder(b"a"), file(b"a/f"), file(b"g", ino=2), link(b"l", b"a/f"))
    assert result.folders == [b"", b"a"]
    assert result.others == [b"a/f", b"g", b"l"]
    assert result.left_out == []


def test_of_a_directory_only_what_was_asked_for_is_taken() -> None:
    planner = Planner(b"/etc", [b"a", b"b"], ExtractPolicy())
    asked, other = file(b"a"), file(b"c")
    assert planner.decide(asked, status(stat.S_IFREG)) is not None
    assert planner.decide(other, status(stat.S_IFREG)) is None
    assert [entry.path for entry in planner.left_out] == [b"/etc/c"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b"..", "name"), (b"../x", "name|folder"), (b".", "name"), (b"a/..", "name"), (b"/etc", "name|folder"),
        (b"a//b", "name|folder"),
        (b"a/", "name"), (b"x\0y", "name"), (b"none/x", "outside of its folder"), (b"f/x", "outside of its folder"),
        (b"l/x", "outside of its folder"), (b"a", "twice"), (b"", "twice"), (b"n" * 256, "too long"),
    ],
)  # fmt: skip
def test_a_path_that_cannot_be_is_left_out(path: bytes, reason: str) -> None:
    harmless = (folder(b"a"), file(b"f"), link(b"l", b"a"))
    result = plan(*harmless, file(path, ino=9))
    (left_out,) = result.left_out
    assert any(part in left_out.reason for part in reason.split("|"))
    assert result.others == [b"f", b"l"]


def test_what_lies_below_something_left_out_is_told_once() -> None:
    result = plan(folder(b"a/.."), folder(b"x\0"), folder(b"x\0/y"), file(b"x\0/y/z"))
    assert len(result.left_out) == 2


def test_folders_nested_too_deep_are_left_out() -> None:
    paths = [b"/".join([b"d"] * depth) for depth in range(1, DEPTH_MAX + 5)]
    result = plan(*map(folder, paths))
    assert len(result.folders) == DEPTH_MAX
    assert [entry.reason for entry in result.left_out] == ["it is nested too deep"]


SPECIAL = [
    (stat.S_IFCHR, "character device"), (stat.S_IFBLK, "block device"), (stat.S_IFIFO, "pipe"),
    (stat.S_IFSOCK, "socket"), (0, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "reason"), SPECIAL)
def test_special_files_are_left_out_and_named(kind: int, reason: str) -> None:
    (left_out,) = plan(item(b"thing", kind | 0o600)).left_out
    assert left_out.path == b"/root/thing"
    assert reason in left_out.reason


@pytest.mark.parametrize(("rule", "count"), [("skip", 0), ("pipes", 2), ("all", 4)])
def test_special_files_are_kept_by_rule(rule: str, count: int) -> None:
    entries = [item(b"%d" % number, kind | 0o600) for number, (kind, _) in enumerate(SPECIAL)]
    result = plan(*entries, policy=ExtractPolicy(specials=rule))  # type: ignore[arg-type]
    assert len(result.others) == count


def test_second_names_are_links_to_the_first() -> None:
    result = plan(file(b"a", ino=5, nlink=2), file(b"b", ino=5, nlink=2))
    assert [(entry.path, entry.target) for entry in result.hard_links] == [(b"root/b", b"root/a")]


@pytest.mark.parametrize("name", [b"con", b"NUL.txt", b"a:b", b"a?", b"end.", b"end ", b"new\nline", b"LPT1"])
def test_names_that_windows_forbids_are_left_out_if_wished(name: bytes) -> None:
    assert plan(file(name)).others == [name]
    assert plan(file(name), policy=ExtractPolicy(portable_names=True)).others == []


def test_names_that_windows_allows_stay() -> None:
    names = [b"console", b"a.b.c", "ümlaut".encode(), b"x" * 200, b".hidden"]
    assert plan(*map(file, names), policy=ExtractPolicy(portable_names=True)).others == names


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("keep-safe", [b"good"]), ("keep", [b"good", b"bad"]), ("skip", [])],
)
def test_links_are_kept_by_rule(rule: str, kept: list[bytes]) -> None:
    policy = ExtractPolicy(symlinks=rule)  # type: ignore[arg-type]
    result = plan(link(b"good", b"f"), link(b"bad", b"/etc/passwd"), policy=policy)
    assert result.others == kept
    assert len(result.left_out) == 2 - len(kept)
    assert all("symbolic link" in entry.reason for entry in result.left_out)


@pytest.mark.parametrize(
    ("path", "target", "is_kept"),
    [(b"a/l", b"../f", True), (b"a/l", b"../../x", False), (b"l", b"../x", False), (b"l", b"a/f", True)],
)
def test_a_link_may_lead_as_far_up_as_the_root_that_was_asked_for(path: bytes, target: bytes, is_kept: bool) -> None:
    assert (path in plan(folder(b"a"), link(path, target)).others) is is_kept
