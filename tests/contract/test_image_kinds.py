"""Images of every kind, as drives of one booted appliance: in parts, in the past, with long sectors.

The fake has no images to read, so there is nothing to compare with here.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cutaway import Handle
from cutaway.errors import ImageFormatError
from cutaway.image_probe import probe
from images import disk
from support.backends import Backend


@pytest.fixture(scope="module")
def machine(backend: Backend) -> Iterator[Handle]:
    """Give a launched handle without drives."""
    if not backend.is_real:
        pytest.skip("only qemu reads images")
    with backend.empty_handle() as handle:
        handle.launch()
        yield handle


@pytest.fixture(scope="module")
def filesystem(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the content of a file system."""
    return disk.make_filesystem(tmp_path_factory.mktemp("kinds") / "fs.img").read_bytes()


@contextmanager
def attached(machine: Handle, path: Path, **options: Any) -> Iterator[dict[str, str]]:
    """Attach an image; give its file systems."""
    drive = machine.add_drive(path, **options)
    try:
        yield machine.list_filesystems()
    finally:
        machine.umount_all()
        machine.remove_drive(drive)


def read_all(machine: Handle, device: str) -> dict[str, bytes]:
    """Return the contents of the files that every file system here has."""
    machine.mount_ro(device, "/")
    return {name: machine.cat(f"/{name}") for name in disk.FILES}


def split(content: bytes, folder: Path, suffixes: str, size: int) -> Path:
    names = suffixes.split()
    for number, name in enumerate(names):
        (folder / f"disk.{name}").write_bytes(content[number * size : (number + 1) * size])
    return folder / f"disk.{names[0]}"


@pytest.mark.parametrize("suffixes", ["001 002 003", "aa ab ac"])
def test_a_disk_in_several_files_is_one_drive(
    machine: Handle, filesystem: bytes, tmp_path: Path, suffixes: str
) -> None:
    whole = disk.in_partition(tmp_path / "whole.img", filesystem).read_bytes()
    first = split(whole, tmp_path, suffixes, 7_000 * 1024)
    with attached(machine, first) as found:
        assert found == {"/dev/sda1": "ext4"}
        assert machine.blockdev_getsize64("/dev/sda") == len(whole)
        assert read_all(machine, "/dev/sda1") == disk.FILES
        (tmp_path / "out").mkdir()
        report = machine.copy_out("/more", tmp_path / "out")
        assert not report.failures
        assert (tmp_path / "out/more/blob.bin").read_bytes() == disk.FILES["more/blob.bin"]
        files = machine._core.files_of(machine._core.link)  # type: ignore[arg-type] it runs
        assert files == [str(tmp_path / f"disk.{name}") for name in suffixes.split()]


def test_the_last_part_may_end_within_a_sector(machine: Handle, filesystem: bytes, tmp_path: Path) -> None:
    first = split(filesystem + b"tail", tmp_path, "00 01", len(filesystem) - 512)
    with attached(machine, first):
        assert machine.blockdev_getsize64("/dev/sda") == len(filesystem) + 512
        machine.save_device("/dev/sda", tmp_path / "saved.img")
        assert (tmp_path / "saved.img").read_bytes() == (filesystem + b"tail").ljust(len(filesystem) + 512, b"\0")
        assert read_all(machine, "/dev/sda") == disk.FILES


def test_a_point_in_time_is_shown_and_now_is_another(machine: Handle, filesystem: bytes, tmp_path: Path) -> None:
    raw, later = tmp_path / "now.raw", disk.make_filesystem(tmp_path / "later.raw", {"hello.txt": b"later\n"})
    raw.write_bytes(filesystem)
    image = tmp_path / "disk.qcow2"
    run("convert", "-O", "qcow2", "-c", str(raw), str(image))
    run("snapshot", "-c", "before", str(image))
    run("convert", "-n", "-O", "qcow2", str(later), str(image))
    before = image.read_bytes()
    with attached(machine, image, snapshot="before"):
        assert read_all(machine, "/dev/sda") == disk.FILES
    with attached(machine, image):
        machine.mount_ro("/dev/sda", "/")
        assert machine.cat("/hello.txt") == b"later\n"
    assert image.read_bytes() == before


def test_a_point_in_time_of_an_image_that_is_in_use_can_be_looked_at(
    machine: Handle, filesystem: bytes, tmp_path: Path
) -> None:
    raw, image = tmp_path / "now.raw", tmp_path / "disk.qcow2"
    raw.write_bytes(filesystem)
    run("convert", "-O", "qcow2", str(raw), str(image))
    run("snapshot", "-c", "before", str(image))
    with Handle() as other:
        other.add_drive(image, readonly=False)
        other.launch()
        other.mount("/dev/sda", "/")
        other.mkdir("/new")
        other.sync()
        with attached(machine, image, snapshot="before"):
            assert read_all(machine, "/dev/sda") == disk.FILES
            assert not machine.exists("/new")


def test_a_snapshot_above_a_backing_file_reads_from_it(machine: Handle, filesystem: bytes, tmp_path: Path) -> None:
    (tmp_path / "base.raw").write_bytes(filesystem)
    image = tmp_path / "top.qcow2"
    run("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", str(image))
    run("snapshot", "-c", "empty", str(image))
    with attached(machine, image, snapshot="empty"):
        assert read_all(machine, "/dev/sda") == disk.FILES


@pytest.mark.parametrize("kind", ["raw", "qcow2"])
def test_a_disk_with_long_sectors_is_known_by_its_partition_table(
    machine: Handle, filesystem: bytes, tmp_path: Path, kind: str
) -> None:
    raw, image = disk.in_partition(tmp_path / "long.img", filesystem, 4096), tmp_path / "long"
    run("convert", "-O", kind, str(raw), str(image))
    with attached(machine, image) as found:
        assert found == {"/dev/sda1": "ext4"}
        assert read_all(machine, "/dev/sda1") == disk.FILES
    with attached(machine, image, blocksize=512) as found:
        assert found == {"/dev/sda": "unknown"}


def test_a_disk_with_long_sectors_that_is_cut_off_is_refused(filesystem: bytes, tmp_path: Path) -> None:
    image = disk.in_partition(tmp_path / "long.img", filesystem, 4096)
    image.write_bytes(image.read_bytes()[: 4 << 20])
    with pytest.raises(ImageFormatError, match="incomplete"):
        asyncio.run(probe(str(image)))


def run(*command: str) -> None:
    subprocess.run(["qemu-img", *command], check=True)
