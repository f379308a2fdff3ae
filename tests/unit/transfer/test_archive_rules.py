"""The rules of an extraction hold for archives as for folders: names, what is not kept; a preview tells them."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import DestinationError
from cutaway.testing import FakeAppliance, FakeFileSystem, disk, fifo, file, folder, hard_link
from cutaway.testing.nodes import Folder
from cutaway.transfer.job import ExtractOptions, ExtractReport
from cutaway.transfer.policy import ExtractPolicy
from cutaway.transfer.preview import ExtractPreview
from cutaway.transfer.proof import checksum_line

KINDS = ["x.tar", "x.tar.gz", "x.zip"]
RIGHTS = "it would give rights on this computer"
WINDOWS = ExtractPolicy(encode_names=True, fold_case=True)


def tree() -> Folder:
    twin = file(b"twin", xattrs={b"user.note": b"t"})
    return folder({
        b"a:b": folder({
            b"Read": file(b"1"),
            b"read": file(b"2", xattrs={b"user.note": b"n", b"security.capability": b"cap"}),
            b"what?": folder({b"in": file(b"3")}, xattrs={b"user.note": b"f", b"security.capability": b"cap"}),
            b"twin-1": twin,
            b"twin-2": hard_link(twin),
            b"pipe": fifo(),
        }, xattrs={b"security.capability": b"cap"}),
        b"one": folder({b"a.txt": file(b"a")}),
        b"two": folder({b"a.txt": file(b"b"), b"A.txt": file(b"c")}),
    })  # fmt: skip


@pytest.fixture
def fake() -> FakeAppliance:
    return FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", tree, "ROOT", "")))})


def names(path: Path) -> set[str]:
    if path.suffix == ".zip":
        return {name.rstrip("/") for name in zipfile.ZipFile(path).namelist()}
    with tarfile.open(path) as archive:
        return set(archive.getnames())


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("restarts", [0, 1])
def test_names_are_chosen_as_for_a_folder(
    handle: Handle, fake: FakeAppliance, tmp_path: Path, name: str, restarts: int
) -> None:
    fake.behaviour.unreadable.add(b"/a:b/what?/in")
    sums = str(tmp_path / "sums")
    options = ExtractOptions(verify=True, checksums=sums, restarts=restarts)
    report = handle.archive_out(["/a:b", "/one/a.txt"], tmp_path / name, policy=WINDOWS, options=options)
    found = names(tmp_path / name)
    assert {"a%3Ab/Read", "a%3Ab/read (2)", "a%3Ab/what%3F", "a%3Ab/twin-2", "a.txt"} <= found
    assert {(one.path, one.name) for one in report.renamed} == {
        (b"/a:b", b"a%3Ab"), (b"/a:b/read", b"read (2)"), (b"/a:b/what?", b"what%3F"),
    }  # fmt: skip
    assert [one.destination for one in report.failures] == ["a%3Ab/what%3F/in"]
    assert checksum_line(hashlib.sha256(b"2").hexdigest(), b"a%3Ab/read (2)") in (tmp_path / "sums").read_bytes()


def test_a_folder_gets_the_same_names(handle: Handle, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    packed = handle.archive_out("/a:b", tmp_path / "x.tar", policy=WINDOWS)
    copied = handle.copy_out("/a:b", tmp_path / "out", policy=WINDOWS)
    assert packed.renamed == copied.renamed
    below = {os.path.relpath(path, tmp_path / "out") for path in (tmp_path / "out").rglob("*")}
    assert names(tmp_path / "x.tar") == below


def test_names_of_what_was_asked_for_differ_by_more_than_case(handle: Handle, tmp_path: Path) -> None:
    policy = ExtractPolicy(fold_case=True)
    report = handle.archive_out(["/one/a.txt", "/two/a.txt", "/two/A.txt"], tmp_path / "x.tar", policy=policy)
    assert report.failures == ()
    found = names(tmp_path / "x.tar")
    assert len({name.lower() for name in found}) == len(found) == 3


def not_kept(report: ExtractReport) -> dict[tuple[bytes, str], set[bytes]]:
    return {(one.what, one.reason): set(one.examples) for one in report.not_kept}


def test_a_tar_file_drops_what_gives_rights_and_says_so(handle: Handle, tmp_path: Path) -> None:
    report = handle.archive_out("/a:b", tmp_path / "x.tar")
    assert not_kept(report) == {(b"security.capability", RIGHTS): {b"/a:b", b"/a:b/read", b"/a:b/what?"}}
    with tarfile.open(tmp_path / "x.tar") as archive:
        keys = {key for member in archive for key in member.pax_headers if key.startswith("SCHILY")}
    assert keys == {"SCHILY.xattr.user.note"}


def test_what_a_zip_file_cannot_hold_is_told(handle: Handle, tmp_path: Path) -> None:
    report = handle.archive_out("/a:b", tmp_path / "x.zip", policy=ExtractPolicy(specials="pipes"))
    noted = {b"/a:b/read", b"/a:b/what?", b"/a:b/twin-1", b"/a:b/twin-2"}
    assert not_kept(report) == {
        (b"user.note", "a zip file holds no attributes"): noted,
        (b"security.capability", RIGHTS): {b"/a:b", b"/a:b/read", b"/a:b/what?"},
    }
    assert [one.path for one in report.failures] == [b"/a:b/pipe"]
    policy = ExtractPolicy(keep_xattrs=False)
    assert handle.archive_out("/a:b", tmp_path / "y.zip", policy=policy).not_kept == ()


def outcomes(found: ExtractPreview) -> list[tuple[str, str]]:
    return [(root.destination_path, root.outcome) for root in found.roots]


def test_a_preview_tells_names_and_kinds_of_an_archive(handle: Handle, tmp_path: Path) -> None:
    policy = ExtractPolicy(encode_names=True, specials="pipes")
    found = handle.preview_archive_out(["/a:b", "/one/a.txt", "/two/a.txt"], tmp_path / "x.zip", policy=policy)
    assert outcomes(found) == [("a%3Ab", "new"), ("a.txt", "new"), ("a (2).txt", "renamed")]
    assert (found.files, found.second_names, found.specials) == (7, 0, 0)
    kinds = {note.kind: note.count for note in found.notes}
    assert kinds == {"renamed": 2, "special left out": 1}
    assert found.trouble == ""
    tar = handle.preview_archive_out("/a:b", tmp_path / "x", kind="tar", policy=policy)
    assert (tar.files, tar.second_names, tar.specials) == (4, 1, 1)
    assert os.listdir(tmp_path) == []


def test_a_preview_knows_what_the_rule_makes_of_an_archive_that_is_there(handle: Handle, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("mine")
    fails = handle.preview_archive_out("/one", tmp_path / "x.tar", policy=ExtractPolicy(conflict="fail"))
    assert "x.tar" in fails.trouble
    assert handle.preview_archive_out("/one", tmp_path / "x.tar").trouble == ""
    with pytest.raises(DestinationError):
        handle.preview_archive_out("/one", tmp_path / "nowhere" / "x.tar")
    with pytest.raises(ValueError, match="name of an archive"):
        handle.preview_archive_out("/one", tmp_path / "x")


def test_an_attribute_whose_name_is_not_utf8_is_left_out_of_a_tar_file(out: Path) -> None:
    odd = file(b"x", xattrs={b"user.\xff": b"1", b"user.note": b"2"})
    fake = FakeAppliance({"/image": disk((64, FakeFileSystem("ext4", lambda: folder({b"odd": odd}), "ROOT", "")))})
    with Handle(hypervisor=fake) as handle:
        handle.add_drive_ro("/image")
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        report = handle.archive_out("/odd", out / "x.tar")
    (lost,) = report.not_kept
    assert (lost.what, lost.examples, "UTF-8" in lost.reason) == (b"user.\xff", (b"/odd",), True)
    with tarfile.open(out / "x.tar") as archive:
        assert archive.getmember("odd").pax_headers["SCHILY.xattr.user.note"] == "2"
