"""Alternate data streams: listed and read where NTFS has them, refused where no file system has."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from cutaway.records import DataStream
from cutaway.testing.windows import STREAMS
from images.sample_image import SBIN
from support.backends import Backend, skip_or_fail

OPTION, HIDDEN = "streams_interface=windows", b"hidden\n" * 20_000


def make_image(folder: Path) -> Path:
    """Make an image of NTFS with a file that has a stream, by the tools of ntfs-3g."""
    image = folder / "ntfs.img"
    with image.open("wb") as file:
        file.truncate(32 << 20)
    (folder / "plain").write_bytes(b"plain\n")
    (folder / "hidden").write_bytes(HIDDEN)
    for command in (
        ("mkntfs", "-QFq", str(image)), ("ntfscp", str(image), str(folder / "plain"), "file.txt"),
        ("ntfscp", "-N", "secret", str(image), str(folder / "hidden"), "file.txt"),
    ):  # fmt: skip
        if shutil.which(command[0], path=SBIN) is None:
            skip_or_fail(f"{command[0]} is not installed")
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PATH": SBIN})
    return image


def test_other_file_systems_have_none_and_say_so(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.ntfs_streams("/etc/passwd")
    assert caught.value.errno_name == "ENOTSUP"


def test_they_are_seen_whatever_the_volume_was_mounted_with(backend: Backend, tmp_path: Path) -> None:
    with backend.empty_handle() as handle:
        handle.add_drive_ro(backend.windows())
        handle.launch()
        handle.mount_ro("/dev/sda1", "/")
        path, (name, content) = "/Users/ada/notes.txt", next(iter(STREAMS.items()))
        assert handle.file_streams(path) == [DataStream(name, len(content))]
        assert handle.file_streams("/Windows") == []
        assert handle.stream_read(path, name, 5, 1) == content[1:6]
        handle.stream_download(path, name, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == content
        with pytest.raises(GuestError) as caught:
            handle.stream_read(path, b"nope", 5)
        assert caught.value.errno_name == "ENOENT"
        assert handle.mounts() == ["/dev/sda1"]


def test_other_file_systems_have_none_from_aside_either(mounted: Handle) -> None:
    with pytest.raises(GuestError) as caught:
        mounted.file_streams("/etc/passwd")
    assert caught.value.errno_name == "ENOTSUP"


def test_those_of_ntfs_are_listed_read_and_taken_out(handle: Handle, backend: Backend, tmp_path: Path) -> None:
    if not backend.is_real:
        pytest.skip("only a real kernel has NTFS")
    drive = handle.add_drive(make_image(tmp_path))
    try:
        handle.mount_options(f"ro,{OPTION}", "/dev/sdb", "/")
        assert handle.ntfs_streams("/file.txt") == [DataStream(b"secret", len(HIDDEN))]
        assert handle.ntfs_streams("/") == []
        assert handle.cat("/file.txt:secret") == HIDDEN
        report = handle.copy_out("/file.txt:secret", tmp_path)
        assert not report.failures
        assert (tmp_path / "file.txt:secret").read_bytes() == HIDDEN
        handle.umount_all()
        handle.mount_ro("/dev/sdb", "/")
        with pytest.raises(GuestError, match="streams_interface"):
            handle.ntfs_streams("/file.txt")
    finally:
        handle.umount_all()
        handle.remove_drive(drive)
