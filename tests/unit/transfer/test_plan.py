"""The plan of an extraction: hostile walks lose what is wrong with them, and say so."""

from __future__ import annotations

import stat

import pytest
from cutaway.records import Stat, TreeEntry
from cutaway.transfer.plan import DEPTH_MAX, Plan, Planner
from cutaway.transfer.policy import ExtractPolicy


def status(mode: int, *, ino: int = 1, nlink: int = 1, size: int = 0, blocks: int = 0) -> Stat:
    return Stat(1, ino, mode, nlink, 0, 0, 0, size, 4096, blocks, 0, 0, 0)


def folder(path: bytes) -> TreeEntry:
    return TreeEntry(path, status(stat.S_IFDIR | 0o755))


def file(path: bytes, **facts: int) -> TreeEntry:
    return TreeEntry(path, status(stat.S_IFREG | 0o644, **facts))


def link(path: bytes, target: bytes) -> TreeEntry:
    return TreeEntry(path, status(stat.S_IFLNK | 0o777), target)


def plan(*entries: TreeEntry, policy: ExtractPolicy | None = None) -> Plan:
    planner = Planner(b"/root", policy or ExtractPolicy())
    planner.add([folder(b""), *entries])
    return planner.plan


def test_a_harmless_tree_is_planned_in_order_with_its_totals() -> None:
    result = plan(
        folder(b"a"), file(b"a/f", size=10_000, blocks=8), file(b"g", ino=2, size=5, blocks=8), link(b"l", b"a/f")
    )
    assert [entry.path for entry in result.folders] == [b"", b"a"]
    assert [entry.path for entry in result.files] == [b"a/f", b"g"]
    assert [(entry.path, entry.target) for entry in result.links] == [(b"l", b"a/f")]
    assert (result.bytes_total, result.space_needed, result.files_total) == (10_005, 4101, 2)
    assert result.left_out == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b"..", "name"), (b"../x", "name|folder"), (b".", "name"), (b"a/..", "name"), (b"/etc", "name"),
        (b"a//b", "name|folder"),
        (b"a/", "name"), (b"x\0y", "name"), (b"none/x", "outside of its folder"), (b"f/x", "outside of its folder"),
        (b"l/x", "outside of its folder"), (b"f", "twice"), (b"a", "twice"), (b"", "twice"), (b"n" * 256, "too long"),
    ],
)  # fmt: skip
def test_a_path_that_cannot_be_is_left_out(path: bytes, reason: str) -> None:
    harmless = (folder(b"a"), file(b"f"), link(b"l", b"a"))
    result = plan(*harmless, file(path, ino=9))
    (left_out,) = result.left_out
    assert any(part in left_out.reason for part in reason.split("|"))
    assert [entry.path for entry in result.files] == [b"f"]


def test_a_folder_that_replaces_a_link_does_not_lead_out() -> None:
    result = plan(link(b"x", b"/etc"), folder(b"x"), file(b"x/passwd"))
    assert [entry.path for entry in result.folders] == [b""]
    assert result.files == []


def test_what_lies_below_something_left_out_is_told_once() -> None:
    result = plan(folder(b"a/.."), folder(b"x\0"), folder(b"x\0/y"), file(b"x\0/y/z"))
    assert len(result.left_out) == 2


def test_folders_nested_too_deep_are_left_out() -> None:
    paths = [b"/".join([b"d"] * depth) for depth in range(1, DEPTH_MAX + 5)]
    result = plan(*map(folder, paths))
    assert len(result.folders) == DEPTH_MAX + 1
    assert [entry.reason for entry in result.left_out] == ["it is nested too deep"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (stat.S_IFCHR, "character device"), (stat.S_IFBLK, "block device"), (stat.S_IFIFO, "pipe"),
        (stat.S_IFSOCK, "socket"), (0, "unknown"),
    ],
)  # fmt: skip
def test_special_files_are_left_out_and_named(kind: int, reason: str) -> None:
    (left_out,) = plan(TreeEntry(b"thing", status(kind | 0o600))).left_out
    assert left_out.path == b"/root/thing"
    assert reason in left_out.reason


def test_second_names_are_links_to_the_first() -> None:
    result = plan(file(b"a", ino=5, nlink=2, size=100, blocks=8), file(b"b", ino=5, nlink=2, size=100, blocks=8))
    assert [(entry.path, entry.target) for entry in result.hard_links] == [(b"b", b"a")]
    assert result.bytes_total == 100
    assert result.files_total == 2


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("keep-safe", [b"good"]), ("keep", [b"good", b"bad"]), ("skip", [])],
)
def test_links_are_kept_by_rule(rule: str, kept: list[bytes]) -> None:
    policy = ExtractPolicy(symlinks=rule)  # type: ignore[arg-type]
    result = plan(link(b"good", b"f"), link(b"bad", b"/etc/passwd"), policy=policy)
    assert [entry.path for entry in result.links] == kept
    assert len(result.left_out) == 2 - len(kept)
    assert all("symbolic link" in entry.reason for entry in result.left_out)


def test_absurd_sizes_do_not_make_the_totals_negative() -> None:
    result = plan(file(b"a", size=-5, blocks=-9))
    assert (result.bytes_total, result.space_needed) == (0, 0)
