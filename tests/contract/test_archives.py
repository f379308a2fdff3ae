"""Selections as archives: what is unpacked from one is what an extraction into a folder brings."""

from __future__ import annotations

import os
import stat
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import DestinationError, GuestError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.job import ExtractOptions
from cutaway.transfer.policy import ExtractPolicy
from support.backends import Backend
from support.trees import Facts, describe

SELECTION: list[str | bytes | os.PathLike[str]] = ["/etc", "/srv/names", "/srv/links", "/srv/documents/utf8.txt"]
ALL_LINKS = ExtractPolicy(symlinks="keep")


def unpacked(archive: Path, folder: Path) -> Path:
    """Return the folder into which an archive was unpacked by the tool that everybody has."""
    folder.mkdir()
    command = ["unzip", "-q", "-^", str(archive), "-d", str(folder)]
    if archive.suffix != ".zip":
        command = ["tar", "-xpf", str(archive), "-C", str(folder), "--xattrs", "--no-same-owner"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def without_times(found: dict[bytes, Facts]) -> dict[bytes, tuple[object, ...]]:
    """Return what a zip file holds too: no extended attributes, and times to the second, of files only."""
    return {path: (kind, mode, size, content) for path, (kind, mode, size, _, content, _) in found.items()}


@pytest.mark.parametrize("name", ["all.tar", "all.tar.gz", "all.tgz"])
@pytest.mark.parametrize("direct", [True, False])
def test_a_tar_file_holds_what_a_folder_gets(mounted: Handle, tmp_path: Path, name: str, *, direct: bool) -> None:
    policy = ExtractPolicy(symlinks="keep", read_drives=direct)
    (tmp_path / "folder").mkdir()
    plain = mounted.copy_out(SELECTION, tmp_path / "folder", policy=policy)
    packed = mounted.archive_out(SELECTION, tmp_path / name, policy=policy)
    assert packed.failures == ()
    assert (packed.files, packed.bytes) == (plain.files, plain.bytes)
    assert packed.destination_paths == (str(tmp_path / name),)
    assert describe(unpacked(tmp_path / name, tmp_path / "unpacked")) == describe(tmp_path / "folder")
    assert sorted(os.listdir(tmp_path)) == sorted([name, "folder", "unpacked"])


def test_a_zip_file_holds_what_a_folder_gets(mounted: Handle, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    mounted.copy_out(SELECTION, tmp_path / "folder", policy=ALL_LINKS)
    mounted.archive_out(SELECTION, tmp_path / "all.zip", policy=ALL_LINKS)
    theirs = unpacked(tmp_path / "all.zip", tmp_path / "unpacked")
    assert without_times(describe(theirs)) == without_times(describe(tmp_path / "folder"))
    with zipfile.ZipFile(tmp_path / "all.zip") as file:
        assert file.testzip() is None


@pytest.mark.parametrize("direct", [True, False])
def test_paths_that_a_zip_file_cannot_hold_are_left_out_and_told(
    mounted: Handle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, direct: bool
) -> None:
    monkeypatch.setattr("cutaway.transfer.zip_writer.NAME_BYTES_MAX", 24)
    policy = ExtractPolicy(symlinks="keep", read_drives=direct)
    (tmp_path / "folder").mkdir()
    mounted.copy_out(SELECTION, tmp_path / "folder", policy=policy)
    report = mounted.archive_out(SELECTION, tmp_path / "some.zip", policy=policy)
    everything = describe(tmp_path / "folder")
    short = {path for path in everything if len(path) < 24}
    assert short < everything.keys()
    assert describe(unpacked(tmp_path / "some.zip", tmp_path / "unpacked")).keys() == short
    assert {os.fsencode(left.destination) for left in report.failures} <= everything.keys() - short
    assert all("24 bytes" in left.reason for left in report.failures)


def test_a_file_with_holes_is_sparse_in_a_tar_file(mounted: Handle, tmp_path: Path) -> None:
    path = "/srv/special/disk.img"
    mounted.archive_out(path, tmp_path / "holes.tar")
    assert (tmp_path / "holes.tar").stat().st_size < mounted.stat(path).size // 10
    (tmp_path / "folder").mkdir()
    mounted.copy_out(path, tmp_path / "folder")
    assert describe(unpacked(tmp_path / "holes.tar", tmp_path / "out")) == describe(tmp_path / "folder")


def test_two_things_of_one_name_have_two_names_in_the_archive(mounted: Handle, tmp_path: Path) -> None:
    mounted.archive_out(["/etc/hostname", "/etc", "/srv/../etc/hostname"], tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as file:
        names = file.getnames()
    assert len(names) == len(set(names))
    assert {"hostname", "etc", "hostname (2)"} <= set(names)


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_an_archive_streams_through_a_pipe(mounted: Handle, tmp_path: Path, kind: str) -> None:
    read_end, write_end = os.pipe()
    piped = tmp_path / f"piped.{kind}"
    with open(piped, "wb") as target, subprocess.Popen(["cat"], stdin=read_end, stdout=target) as cat:
        os.close(read_end)
        report = mounted.archive_out("/etc", write_end, kind=kind, policy=ALL_LINKS)  # type: ignore[arg-type] a parameter is text
        os.close(write_end)
        assert cat.wait() == 0
    assert report.destination_paths == ()
    (tmp_path / "folder").mkdir()
    mounted.copy_out("/etc", tmp_path / "folder", policy=ALL_LINKS)
    theirs = describe(unpacked(piped, tmp_path / "unpacked"))
    assert without_times(theirs) == without_times(describe(tmp_path / "folder"))


def test_a_path_that_is_missing_leaves_no_archive(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(GuestError):
        mounted.archive_out(["/etc", "/nowhere"], tmp_path / "x.tar")
    assert os.listdir(tmp_path) == []


def test_a_name_that_is_taken_follows_the_rule(mounted: Handle, tmp_path: Path) -> None:
    taken = tmp_path / "x.zip"
    taken.write_text("mine")
    with pytest.raises(DestinationError):
        mounted.archive_out("/etc/ssh", taken, policy=ExtractPolicy(conflict="fail"))
    beside = mounted.archive_out("/etc/ssh", taken)
    assert beside.destination_paths == (str(tmp_path / "x (2).zip"),)
    assert taken.read_text() == "mine"
    mounted.archive_out("/etc/ssh", taken, policy=ExtractPolicy(conflict="replace"))
    assert zipfile.is_zipfile(taken)
    assert sorted(os.listdir(tmp_path)) == ["x (2).zip", "x.zip"]


def test_an_archive_is_never_written_over_its_image(handle: Handle, backend: Backend, tmp_path: Path) -> None:
    if not backend.is_real:
        pytest.skip("an image in memory has no file")
    handle.mount_ro("/dev/sda1", "/")
    (tmp_path / "link.tar").symlink_to(backend.image)
    with pytest.raises(DestinationError, match="what would be read"):
        handle.archive_out("/", tmp_path / "link.tar", policy=ExtractPolicy(conflict="replace"))


def test_a_name_that_tells_no_format_is_refused(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="\\.tar"):
        mounted.archive_out("/etc", tmp_path / "x.rar")


def test_everything_in_an_archive_is_proven_and_listed(mounted: Handle, tmp_path: Path) -> None:
    wishes = ExtractOptions(verify=True, checksums=str(tmp_path / "sums"), manifest=str(tmp_path / "list"))
    report = mounted.archive_out(["/etc", "/srv/names"], tmp_path / "x.tar", options=wishes)
    assert report.failures == ()
    folder = unpacked(tmp_path / "x.tar", tmp_path / "unpacked")
    command = ["sha256sum", "--strict", "--quiet", "-c", str(tmp_path / "sums")]
    checked = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert len((tmp_path / "sums").read_bytes().splitlines()) == report.files
    assert (tmp_path / "list").stat().st_size


def test_what_an_archive_cannot_hold_is_reported(mounted: Handle, tmp_path: Path) -> None:
    everything = ExtractPolicy(specials="all")
    names = [entry.name for entry in mounted.scandir("/srv/special") if entry.stat and not entry.stat.is_file]
    special: list[GuestPath] = [b"/srv/special/" + name for name in names]
    packed = mounted.archive_out(special, tmp_path / "x.tar", policy=everything)
    assert all("socket" in failure.reason for failure in packed.failures)
    with tarfile.open(tmp_path / "x.tar") as file:
        kinds = {stat.S_IFIFO if member.isfifo() else 0 for member in file}
    assert stat.S_IFIFO in kinds
    zipped = mounted.archive_out(special, tmp_path / "x.zip", policy=everything)
    assert any("a zip file holds no" in failure.reason for failure in zipped.failures)
