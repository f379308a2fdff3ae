"""Calls that list folders and trees, in pages."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Callable
from dataclasses import replace

import pytest
from cutaway import Handle
from cutaway.errors import GuestError, NotAFolder, NotFound
from cutaway.testing.nodes import Link
from cutaway.testing.sample import MANY
from support import spec

LOG = sorted(spec.entries(b"/var/log"))


def test_ls_is_sorted(mounted: Handle) -> None:
    assert mounted.ls("/var/log") == LOG
    assert mounted.ls("/var/log/journal") == []


def test_readdir_has_types_inodes_and_dots(mounted: Handle) -> None:
    entries = mounted.readdir("/srv/special")
    assert [entry.name for entry in entries] == sorted([b".", b"..", *spec.entries(b"/srv/special")])
    types = {entry.name: entry.ftyp for entry in entries}
    assert {types[name] for name in (b".", b"..", b"deep")} == {"d"}
    assert (types[b"fifo"], types[b"null"], types[b"sda"], types[b"secret"]) == ("f", "c", "b", "r")
    inodes = {entry.name: entry.ino for entry in entries}
    assert inodes[b"hard-link-a"] == inodes[b"hard-link-b"] == mounted.lstat("/srv/special/hard-link-a").ino


def test_scandir_has_status_targets_and_where_links_lead(mounted: Handle) -> None:
    entries = {entry.name: entry for entry in mounted.scandir("/srv/links")}
    assert set(entries) == set(spec.entries(b"/srv/links"))
    for name, entry in entries.items():
        assert entry.stat == mounted.lstat(b"/srv/links/" + name)
        node = spec.node(b"/srv/links/" + name)
        assert isinstance(node, Link)
        assert entry.target == node.target
    assert {name for name, entry in entries.items() if entry.leads_to_folder} == {
        b"to-folder",
        b"to-folder-slash",
        b"to-dot",
    }


def test_scandir_shows_what_is_mounted(mounted: Handle) -> None:
    entries = {entry.name: entry for entry in mounted.scandir("/")}
    assert entries[b"boot"].leads_to_folder
    assert entries[b"bin"].leads_to_folder
    assert entries[b"boot"].stat == mounted.stat("/boot")


def test_scanxattrs_has_the_entries_that_have_attributes(mounted: Handle) -> None:
    (noted,) = mounted.scanxattrs("/srv/special")
    assert noted.name == b"noted.txt"
    assert noted.attributes == mounted.lgetxattrs("/srv/special/noted.txt")
    assert mounted.scanxattrs("/etc") == []


@pytest.mark.parametrize("call", [Handle.ls, Handle.readdir, Handle.scandir])
def test_a_long_folder_comes_in_pages(mounted: Handle, call: object) -> None:
    pages = list(mounted.pages(call, "/srv/many"))  # type: ignore[arg-type]
    names = [getattr(item, "name", item) for page in pages for item in page]
    assert len(pages) > 1
    assert sorted(set(names) - {b".", b".."}) == sorted(b"entry-%06d" % number for number in range(MANY))
    assert len(names) == len(set(names))


def test_pages_that_are_not_read_to_the_end_leave_the_handle_ready(mounted: Handle) -> None:
    pages = mounted.pages(Handle.scandir, "/srv/many")
    assert next(pages)
    pages.close()
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_an_empty_folder_has_no_entries(mounted: Handle) -> None:
    assert mounted.scandir("/tmp") == []
    assert [page for page in mounted.pages(Handle.ls, "/tmp") if page] == []


def expected_tree() -> dict[bytes, str]:
    """Return all paths of the mounted tree below / with their types."""
    tree = {path: node.letter for path, node in spec.below(spec.TREES[b"/"])}
    for point in (b"boot", b"home"):
        tree |= {point + b"/" + path: node.letter for path, node in spec.below(spec.TREES[b"/" + point])}
    return tree


def test_walk_gives_the_whole_tree_parents_first(mounted: Handle) -> None:
    entries = mounted.walk("/")
    assert entries[0].path == b""
    seen = set()
    for entry in entries:
        parent = entry.path.rpartition(b"/")[0]
        assert parent in seen or not entry.path
        seen.add(entry.path)
    assert seen - {b"", b"boot/lost+found"} == set(expected_tree()) - {b"boot/lost+found"}


def test_walk_has_the_status_and_target_of_each(mounted: Handle) -> None:
    for entry in mounted.walk("/srv/special"):
        assert entry.stat == mounted.lstat(b"/srv/special/" + entry.path if entry.path else b"/srv/special")
    targets = {entry.path: entry.target for entry in mounted.walk("/srv/links")}
    assert targets[b"dangling"] == b"/nowhere/at/all"
    assert targets[b""] == b""


@pytest.mark.parametrize("path", ["/etc/hostname", "/srv/links/to-folder", "/srv/links/dangling"])
def test_walk_of_what_is_no_folder_gives_it_alone(mounted: Handle, path: str) -> None:
    (entry,) = mounted.walk(path)
    assert (entry.path, entry.stat) == (b"", mounted.lstat(path))
    assert entry.target == (mounted.readlink(path) if mounted.is_symlink(path) else b"")


def test_walk_of_nothing_is_an_error(mounted: Handle) -> None:
    with pytest.raises(NotFound):
        mounted.walk("/nowhere")


def test_find_gives_sorted_relative_paths(mounted: Handle) -> None:
    expected = sorted(path for path, _ in spec.below(spec.node(b"/srv/special")))
    assert mounted.find("/srv/special") == expected


def test_listing_a_link_to_a_folder_lists_the_folder(mounted: Handle) -> None:
    assert mounted.ls("/srv/links/to-folder") == mounted.ls("/srv/documents")


@pytest.mark.parametrize(
    ("error", "path"),
    [(NotFound, "/nowhere"), (NotAFolder, "/etc/passwd"), (NotFound, "/srv/links/dangling")],
)
def test_what_is_no_folder_cannot_be_listed(mounted: Handle, error: type[GuestError], path: str) -> None:
    for attempt in (mounted.ls, mounted.readdir, mounted.scandir, mounted.find, mounted.ll):
        with pytest.raises(error):
            attempt(path)


def test_ll_looks_like_ls(mounted: Handle) -> None:
    lines = mounted.ll("/etc").splitlines()
    assert lines[0].startswith("total ")
    shadow = next(line for line in lines if line.endswith(" shadow"))
    assert shadow.startswith("-rw-r-----")
    assert any(line.endswith("os-release -> ../usr/lib/os-release") for line in lines)
    assert lines[1].startswith(stat.filemode(mounted.stat("/etc").mode))


def test_du_counts_blocks_and_hard_links_once(mounted: Handle) -> None:
    assert mounted.du("/srv/documents") == 4 * (1 + 8) + 16
    assert mounted.du("/etc/hostname") == 4


def test_statvfs_knows_the_mounted_file_system(mounted: Handle) -> None:
    root, home = mounted.statvfs("/"), mounted.statvfs("/home")
    assert 0 < root.used_bytes < root.size_bytes <= 96 << 20
    assert root.size_bytes < home.size_bytes <= 320 << 20
    assert root.namemax == home.namemax == 255


def test_df_names_every_mount(mounted: Handle) -> None:
    text = mounted.df()
    assert len(text.splitlines()) >= 4
    assert all(f" {point}\n" in text for point in ("/", "/boot", "/home"))


@pytest.mark.parametrize("text", ["host", "HOST", "*.log", "s[yz]slog.?", "\u00e9", ".", ""])
def test_a_search_finds_by_name_what_a_walk_sees(mounted: Handle, text: str) -> None:
    pattern = text.lower() if set(text) & set("*?[") else f"*{text.lower()}*"
    wanted = {
        path
        for path in expected_tree()
        if path and fnmatch.fnmatchcase(os.fsdecode(path.rpartition(b"/")[2]).lower(), pattern)
    }
    found = mounted.search("/", text)
    assert wanted
    assert {entry.name for entry in found} == wanted
    assert len(found) == len(wanted)


def test_a_search_finds_accents_however_they_are_written(new_handle: Callable[[], Handle]) -> None:
    with new_handle() as handle:
        handle.launch()
        handle.mount("/dev/vg0/root", "/")
        one, two = "r\u00e9sum\u00e9", "Re\u0301sume\u0301"
        for name in (one, two, "resume", b"caf\xe9"):
            handle.mkdir(os.path.join(b"/tmp", os.fsencode(name)))
        for text in (one, two, "R\u00c9SUM\u00c9", "RE\u0301SUME\u0301", "r?sum?", "r[e\u0301]sum\u00e9"):
            found = {os.fsdecode(entry.name) for entry in handle.search("/tmp", text)}
            assert found == ({one, two, "resume"} if text == "r?sum?" else {one, two}), text
        assert [entry.name for entry in handle.search("/tmp", "CAF")] == [b"caf\xe9"]


def test_a_search_has_what_a_listing_has(mounted: Handle) -> None:
    listed = {entry.name: entry for entry in mounted.scandir("/srv/links")}
    found = {entry.name.removeprefix(b"links/"): entry for entry in mounted.search("/srv", "*o*")}
    shared = {name for name in listed if b"o" in name}
    assert shared
    for name in shared:
        assert found[name] == replace(listed[name], name=b"links/" + name)


def test_a_search_that_is_not_read_to_the_end_leaves_the_handle_ready(mounted: Handle) -> None:
    pages = mounted.pages(Handle.search, "/", "entry")
    assert next(pages)
    pages.close()
    assert mounted.cat("/etc/hostname") == b"web01\n"


def test_a_search_in_what_is_no_folder_is_refused(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.search("/etc/hostname", "x")
    assert caught.value.errno_name == "ENOTDIR"
