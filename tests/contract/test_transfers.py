"""Calls that move data: bytes arrive as they are, nothing partial stays, and both channels are in step afterwards."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import DestinationError, EngineError, GuestError, IsAFolder, NotFound
from cutaway.testing.sample_oddities import HUGE, HUGE_SIZE
from support import spec


def in_step(handle: Handle) -> bool:
    """Tell whether both channels still carry calls."""
    reader, writer = os.pipe()
    try:
        handle.download("/etc/hostname", writer)
        return os.read(reader, 100) == b"web01\n" and handle.ls("/etc/ssh") == [b"ssh_config", b"sshd_config"]
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize("path", [b"/srv/documents/binary.dat", b"/srv/documents/empty.txt", b"/var/log/syslog",
                                  b"/srv/names/caf\xe9.txt"])  # fmt: skip
def test_a_download_is_what_is_in_the_image(mounted: Handle, tmp_path: Path, path: bytes) -> None:
    mounted.download(path, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == spec.content(path)


def test_a_download_replaces_what_was_there(mounted: Handle, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old and longer than the new content")
    mounted.download("/etc/hostname", target)
    assert target.read_bytes() == b"web01\n"


def test_a_download_follows_links_inside_the_image(mounted: Handle, tmp_path: Path) -> None:
    mounted.download("/srv/links/climbing", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"web01\n"


def test_a_sparse_file_stays_sparse(mounted: Handle, tmp_path: Path) -> None:
    target = tmp_path / "disk.img"
    mounted.download("/srv/special/disk.img", target)
    found = target.stat()
    assert found.st_size == HUGE_SIZE
    assert found.st_blocks * 512 < 1 << 20
    with target.open("rb") as stream:
        assert stream.read(4096) == HUGE.read(0, 4096)
        stream.seek(HUGE_SIZE - 4096)
        assert stream.read() == HUGE.read(HUGE_SIZE - 4096, 4096)


def test_a_part_of_a_file_or_a_device(mounted: Handle, tmp_path: Path) -> None:
    mounted.download_offset("/srv/documents/hundred.txt", tmp_path / "part", 7, 6)
    assert (tmp_path / "part").read_bytes() == b"line 2"
    mounted.download_offset("/dev/sda", tmp_path / "boot", 510, 2)
    assert (tmp_path / "boot").read_bytes() == b"\x55\xaa"


def test_a_part_beyond_the_end_is_an_error(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(GuestError):
        mounted.download_offset("/etc/hostname", tmp_path / "part", 3, 100)
    assert list(tmp_path.iterdir()) == []
    assert in_step(mounted)


@pytest.mark.parametrize(("path", "error"), [("/nowhere", NotFound), ("/etc", IsAFolder), ("/dev/sdz", GuestError)])
def test_a_failed_download_leaves_nothing(mounted: Handle, tmp_path: Path, path: str, error: type[EngineError]) -> None:
    with pytest.raises(error):
        mounted.download(path, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    assert in_step(mounted)


def test_a_destination_that_cannot_be_made_is_an_error_of_the_host(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(DestinationError) as caught:
        mounted.download("/etc/hostname", tmp_path / "no" / "such" / "folder")
    assert isinstance(caught.value, OSError)
    assert in_step(mounted)


def test_a_full_destination_ends_the_download_in_step(mounted: Handle) -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(DestinationError) as caught:
        mounted.download("/var/log/syslog", full.fileno())
    assert caught.value.errno_name == "ENOSPC"
    assert in_step(mounted)


def names_of(data: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as tar:
        return {info.name.removeprefix("./").rstrip("/"): info for info in tar}


def test_a_tar_file_holds_the_tree(mounted: Handle, tmp_path: Path) -> None:
    mounted.tar_out("/srv/documents", tmp_path / "tar")
    found = names_of((tmp_path / "tar").read_bytes())
    assert set(found) - {".", ""} == {name.decode() for name in spec.entries(b"/srv/documents")}
    assert found["binary.dat"].size == 16384
    with tarfile.open(tmp_path / "tar") as tar:
        extracted = tar.extractfile("./binary.dat")
        assert extracted is not None
        assert extracted.read() == spec.content(b"/srv/documents/binary.dat")


def test_a_tar_file_has_links_owners_and_modes(mounted: Handle, tmp_path: Path) -> None:
    mounted.tar_out("/etc", tmp_path / "tar", numericowner=True)
    found = names_of((tmp_path / "tar").read_bytes())
    assert found["os-release"].linkname == "../usr/lib/os-release"
    assert (found["shadow"].mode, found["shadow"].gid, found["shadow"].uname) == (0o640, 42, "")
    assert found["ssh/sshd_config"].isreg()


@pytest.mark.parametrize(("compress", "magic"), [("gzip", b"\x1f\x8b"), ("xz", b"\xfd7zXZ"), ("bzip2", b"BZh"),
                                                 ("zstd", b"\x28\xb5\x2f\xfd")])  # fmt: skip
def test_a_tar_file_may_be_compressed(mounted: Handle, tmp_path: Path, compress: str, magic: bytes) -> None:
    mounted.tar_out("/etc/ssh", tmp_path / "tar", compress=compress)
    data = (tmp_path / "tar").read_bytes()
    assert data.startswith(magic)
    if compress == "gzip":
        assert "sshd_config" in names_of(gzip.decompress(data))


def test_a_tar_file_may_leave_things_out(mounted: Handle, tmp_path: Path) -> None:
    mounted.tar_out("/etc", tmp_path / "tar", excludes=["ssh", "*.none", "host*"])
    found = set(names_of((tmp_path / "tar").read_bytes()))
    assert "passwd" in found
    assert not found & {"ssh", "ssh/sshd_config", "hostname"}


def test_a_failed_tar_leaves_nothing(mounted: Handle, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        mounted.tar_out("/nowhere", tmp_path / "tar")
    with pytest.raises(GuestError):
        mounted.tar_out("/etc", tmp_path / "tar", compress="stuffit")
    assert list(tmp_path.iterdir()) == []
    assert in_step(mounted)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 100_001, 3 << 20])
def test_an_upload_is_in_the_image_byte_for_byte(writable: Handle, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))
    writable.upload(source, "/tmp/uploaded")
    assert writable.filesize("/tmp/uploaded") == size
    writable.download("/tmp/uploaded", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert writable.list_devices() == ["/dev/sda"]


def test_an_upload_replaces_a_file(writable: Handle, tmp_path: Path) -> None:
    for content in (b"first and longer", b"second"):
        (tmp_path / "source").write_bytes(content)
        writable.upload(tmp_path / "source", "/tmp/replaced")
    assert writable.cat("/tmp/replaced") == b"second"


def test_an_upload_into_a_read_only_image_leaves_no_drive_behind(mounted: Handle, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"content")
    with pytest.raises(GuestError) as caught:
        mounted.upload(tmp_path / "source", "/tmp/refused")
    assert caught.value.errno_name == "EROFS"
    assert mounted.list_devices() == ["/dev/sda"]


def test_an_upload_onto_a_folder_or_into_nowhere_is_refused(writable: Handle, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"content")
    with pytest.raises(IsAFolder):
        writable.upload(tmp_path / "source", "/etc")
    with pytest.raises(NotFound):
        writable.upload(tmp_path / "source", "/no/such/folder/file")
    assert not writable.exists("/no")


def test_an_upload_of_what_is_not_there_is_an_error_of_the_host(writable: Handle, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        writable.upload(tmp_path / "nothing", "/tmp/nothing")
    assert isinstance(caught.value, OSError)
    assert not writable.exists("/tmp/nothing")
    assert in_step(writable)
