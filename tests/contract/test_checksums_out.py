"""Checksums of whole trees: what md5sum(1) and sha256sum(1) say of the extracted files, without extracting them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cutaway import Handle
from cutaway.errors import Cancelled, DestinationError, GuestError
from cutaway.protocol.declaration import GuestPath
from cutaway.transfer.checksum_types import CHECKSUMS

if TYPE_CHECKING:
    from cutaway.transfer.progress import TransferProgress

SELECTION: list[GuestPath] = ["/etc", "/srv/names", "/srv/links"]


@pytest.mark.parametrize("csumtype", ["md5", "sha256"])
def test_the_tools_accept_the_list_for_what_was_extracted(mounted: Handle, tmp_path: Path, csumtype: str) -> None:
    (tmp_path / "out").mkdir()
    extracted = mounted.copy_out(SELECTION, tmp_path / "out")
    report = mounted.checksums_out(csumtype, SELECTION, tmp_path / "sums")
    assert (report.files, report.bytes, report.failures) == (extracted.files, extracted.bytes, ())
    assert len((tmp_path / "sums").read_bytes().splitlines()) == report.files
    command = [f"{csumtype}sum", "--check", "--quiet", "--strict", "../sums"]
    checked = subprocess.run(command, check=False, cwd=tmp_path / "out", capture_output=True)
    assert (checked.returncode, checked.stdout) == (0, b""), checked.stderr
    assert sorted(os.listdir(tmp_path)) == ["out", "sums"]


@pytest.mark.parametrize("csumtype", CHECKSUMS)
def test_one_file_has_the_checksum_that_the_guest_gives(mounted: Handle, tmp_path: Path, csumtype: str) -> None:
    mounted.checksums_out(csumtype, "/etc/passwd", tmp_path / "sums")
    assert (tmp_path / "sums").read_text() == f"{mounted.checksum(csumtype, '/etc/passwd')}  passwd\n"


def test_what_cannot_be_leaves_nothing(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="crc"):
        mounted.checksums_out("crc", "/etc", tmp_path / "sums")
    with pytest.raises(GuestError):
        mounted.checksums_out("md5", ["/etc", "/nowhere"], tmp_path / "sums")
    with pytest.raises(DestinationError):
        mounted.checksums_out("md5", "/etc", tmp_path / "nowhere" / "sums")
    assert os.listdir(tmp_path) == []


def test_an_image_is_never_the_list(mounted: Handle, tmp_path: Path) -> None:
    image = next(drive.path for drive in mounted.drives)
    if not os.path.isfile(image):
        pytest.skip("an image in memory has no file")
    with pytest.raises(DestinationError):
        mounted.checksums_out("md5", "/etc", image)


def test_a_cancellation_leaves_nothing(mounted: Handle, tmp_path: Path) -> None:
    def cancel(_: TransferProgress) -> None:
        mounted.cancel()

    with pytest.raises(Cancelled):
        mounted.checksums_out("md5", "/srv", tmp_path / "sums", on_progress=cancel)
    assert os.listdir(tmp_path) == []
    mounted.checksums_out("md5", "/etc", tmp_path / "sums")
