"""A destination that takes names that differ only by case for one: both arrive, and the report says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, file, folder, hard_link
from cutaway.transfer.case_folding import folds_case
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.placing import Destination
from cutaway.transfer.policy import ExtractPolicy
from support.folding_mount import folding_folder
from support.mounting import need_fuse


def tree() -> object:
    twin = file(b"twin")
    return folder({
        b"src": folder({
            b"Readme": file(b"one"),
            b"README": file(b"two"),
            b"readme": folder({b"Inside": file(b"three"), b"inside": file(b"four")}),
            b"twin": twin,
            b"TWIN": hard_link(twin),
        }),
        b"SRC": folder({b"other": file(b"five")}),
        b"odd": folder({b"a:b": file(b"colon"), b"con": folder({b"end.": file(b"dot")})}),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Path]:
    need_fuse()
    with folding_folder(tmp_path / "base", tmp_path / "folding") as path:
        yield path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


EXPECTED = {
    "src/Readme (2)": b"one", "src/README": b"two", "src/readme (3)/Inside": b"three",
    "src/readme (3)/inside (2)": b"four", "src/TWIN": b"twin", "src/twin (2)": b"twin", "SRC (2)/other": b"five",
}  # fmt: skip


def test_names_that_differ_only_by_case_all_arrive(handle: Handle, folding: Path, tmp_path: Path) -> None:
    wishes = ExtractOptions(verify=True, manifest=str(tmp_path / "list"), checksums=str(tmp_path / "sums"))
    report = handle.copy_out(["/src", "/SRC"], folding, options=wishes)
    assert report.failures == ()
    assert contents(folding) == EXPECTED
    assert {(one.path, one.name) for one in report.renamed} == {
        (b"/src/Readme", b"Readme (2)"), (b"/src/readme", b"readme (3)"),
        (b"/src/readme/inside", b"inside (2)"), (b"/src/twin", b"twin (2)"), (b"/SRC", b"SRC (2)"),
    }  # fmt: skip
    assert report.destination_paths == (str(folding / "src"), str(folding / "SRC (2)"))
    listed = [json.loads(line) for line in (tmp_path / "list").read_text().splitlines()]
    assert {one["path"]: one["extracted_as"] for one in listed if "extracted_as" in one} == {
        "/src/Readme": "Readme (2)", "/src/readme": "readme (3)", "/src/readme/inside": "inside (2)",
        "/src/twin": "twin (2)", "/SRC": "SRC (2)",
    }  # fmt: skip


def test_a_root_never_replaces_another_of_the_same_extraction(handle: Handle, folding: Path) -> None:
    handle.copy_out(["/src/Readme", "/src/README"], folding, policy=ExtractPolicy(conflict="replace"))
    assert contents(folding) == {"Readme": b"one", "README (2)": b"two"}


def test_a_preview_knows_it_too(handle: Handle, folding: Path) -> None:
    (folding / "Something").mkdir()
    found = handle.preview_copy_out(["/src", "/SRC"], folding)
    assert found.folds_case
    assert [root.destination_path for root in found.roots] == [str(folding / "src"), str(folding / "SRC (2)")]
    assert {note.kind: note.count for note in found.notes} == {"renamed": 5}
    assert os.listdir(folding) == ["Something"]


def test_by_wish_it_is_done_where_case_tells_apart(handle: Handle, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    report = handle.copy_out(["/src", "/SRC"], out, policy=ExtractPolicy(fold_case=True))
    assert contents(out) == EXPECTED
    assert len(report.renamed) == 5


def test_a_usual_destination_keeps_all_names(handle: Handle, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    report = handle.copy_out("/src", out)
    assert report.renamed == ()
    assert sorted(os.listdir(out / "src")) == ["README", "Readme", "TWIN", "readme", "twin"]


def test_what_windows_does_not_allow_is_written_so_that_it_can_be_undone(handle: Handle, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    wishes = ExtractOptions(verify=True, manifest=str(tmp_path / "list"))
    report = handle.copy_out("/odd", out, policy=ExtractPolicy(encode_names=True), options=wishes)
    assert contents(out) == {"odd/a%3Ab": b"colon", "odd/%63on/end%2E": b"dot"}
    assert report.failures == report.skipped == ()
    assert {one.path for one in report.renamed} == {b"/odd/a:b", b"/odd/con", b"/odd/con/end."}
    listed = [json.loads(line) for line in (tmp_path / "list").read_text().splitlines()]
    assert {one.get("extracted_as") for one in listed} == {None, "a%3Ab", "%63on", "end%2E"}


def test_a_look_tells_whether_case_counts(folding: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    for path in (folding, plain):
        (path / "Name").touch()
        (path / "123").touch()
    for path, expected in ((folding, True), (plain, False)):
        descriptor = os.open(path, os.O_RDONLY)
        assert folds_case(descriptor) is expected
        os.close(descriptor)
    (plain / "nAME").touch()
    destination = Destination(str(plain))
    assert not destination.folds_case()
    destination.close()
