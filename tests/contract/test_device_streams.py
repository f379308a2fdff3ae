"""Calls that send devices and files as programs pack them."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError

MIB = 1 << 20
DEVICE, OTHER = "/dev/sda1", "/dev/sda2"


@pytest.fixture
def parts(lab: Handle) -> Handle:
    """Give two partitions of 32 MiB."""
    lab.part_init("/dev/sda", "mbr")
    for start in (2048, 2048 + 64 * 1024):
        lab.part_add("/dev/sda", "p", start, start + 64 * 1024 - 1)
    return lab


def test_a_device_and_a_file_are_compressed(parts: Handle, tmp_path: Path) -> None:
    parts.zero_device(DEVICE)
    parts.pwrite_device(DEVICE, b"content", MIB)
    parts.compress_device_out("gzip", DEVICE, tmp_path / "device.gz", level=1)
    content = gzip.decompress((tmp_path / "device.gz").read_bytes())
    assert (len(content), content[MIB : MIB + 7]) == (32 * MIB, b"content")
    parts.mkfs("ext4", OTHER)
    parts.mount(OTHER, "/")
    parts.copy_device_to_file(DEVICE, "/file", srcoffset=MIB, size=7)
    parts.compress_out("xz", "/file", tmp_path / "file.xz")
    assert lzma.decompress((tmp_path / "file.xz").read_bytes()) == b"content"


def test_an_ntfs_is_saved_and_restored(parts: Handle, tmp_path: Path) -> None:
    parts.mkfs("ntfs", DEVICE, label="SAVED")
    parts.ntfs_chmod(DEVICE, 0o750, "/")
    parts.ntfsclone_out(DEVICE, tmp_path / "clone")
    assert (tmp_path / "clone").stat().st_size < 8 * MIB
    parts.ntfsclone_in(tmp_path / "clone", OTHER)
    assert parts.vfs_label(OTHER) == "SAVED"
    parts.ntfscat_i(OTHER, 0, tmp_path / "mft")
    assert (tmp_path / "mft").read_bytes().startswith(b"FILE")


def test_what_cannot_be_is_refused_and_leaves_no_file(parts: Handle, tmp_path: Path) -> None:
    parts.mkfs("ext2", DEVICE)
    target = tmp_path / "out"
    for change in (
        lambda: parts.ntfsclone_out(DEVICE, target),
        lambda: parts.ntfscat_i(DEVICE, 0, target),
        lambda: parts.ntfscat_i(DEVICE, -1, target),
        lambda: parts.compress_device_out("rar", DEVICE, target),
        lambda: parts.compress_device_out("gzip", DEVICE, target, level=10),
        lambda: parts.compress_out("gzip", "/none", target),
        lambda: parts.ntfs_chmod(DEVICE, 0o750, "-r"),
    ):
        with pytest.raises(GuestError):
            change()
    assert list(tmp_path.iterdir()) == []
    assert parts.list_devices() == ["/dev/sda", "/dev/sdb"]
