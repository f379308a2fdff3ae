"""A machine of several disks, from the command line: a volume group over two images, beside each other or in an OVA."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cutaway import Handle, State
from cutaway.errors import DriveError, ImageIncomplete
from end_to_end.command import cutaway, good
from images import two_disks
from images.two_disks import CONTENT, DISK_MIB, MIB, NAME, VOLUME

EXIT_FAILED, EXIT_IMAGE = 1, 3


@pytest.fixture(scope="session")
def disks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_disks.build(tmp_path_factory.mktemp("two"))


@pytest.fixture
def ova(disks: tuple[Path, Path], tmp_path: Path) -> Path:
    packed = tmp_path / "two.vmdk"
    convert = ["qemu-img", "convert", "-O", "vmdk", "-o", "subformat=streamOptimized", disks[1], packed]
    subprocess.run(convert, check=True)
    return two_disks.pack(tmp_path / "machine.ova", disks[0], packed)


def test_what_lies_on_two_disks_is_read_from_both(disks: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = disks
    assert NAME.encode() in good("ls", one, "--add", two).splitlines()
    assert VOLUME.encode() in good("filesystems", two, "-a", one)
    good("get", one, NAME, tmp_path, "--add", two, "--verify")
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_disk_alone_says_what_it_lacks_and_how_it_is_given(disks: tuple[Path, Path]) -> None:
    for disk in disks:
        done = cutaway("ls", disk)
        assert done.code == EXIT_FAILED
        assert "The volume group pool lacks a physical volume" in done.errors
        assert "--add" in done.errors


def test_a_further_disk_that_is_no_image_is_named(disks: tuple[Path, Path], tmp_path: Path) -> None:
    done = cutaway("ls", disks[0], "--add", tmp_path / "gone.img")
    assert done.code == EXIT_IMAGE
    assert "gone.img does not exist" in done.errors


def test_all_images_in_an_archive_are_one_machine(ova: Path, tmp_path: Path) -> None:
    assert good("info", ova).count(b"LVM2_member") == 2
    good("get", ova, NAME, tmp_path, "--verify")
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_the_folder_of_a_mount_has_what_lies_on_both(disks: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    good("mount", disks[0], folder, "--add", disks[1])
    try:
        assert (folder / NAME).read_bytes() == CONTENT
    finally:
        good("unmount", folder)


def test_what_is_put_in_is_written_to_both(disks: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = (shutil.copy(disk, tmp_path / disk.name) for disk in disks)
    large = tmp_path / "large"
    large.write_bytes(os.urandom(MIB) * 56)  # more than is free on one of them
    good("put", one, large, "/", "--write", "--add", two)
    assert good("cat", one, "/large", "--add", two) == large.read_bytes()


def test_images_are_plugged_in_together_or_not_at_all(ova: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ova"
    broken.write_bytes(ova.read_bytes()[: DISK_MIB * MIB + 8192])
    with Handle() as handle:
        handle.launch()
        drives = handle.add_images(ova)
        assert [(drive.name, drive.member) for drive in drives] == [("one.img", 0), ("two.vmdk", 1)]
        assert [volume.device for volume in handle.survey().logical_volumes] == [VOLUME]
        handle.vg_activate_all(activate=False)
        for drive in drives:
            handle.remove_drive(drive)
        with pytest.raises(ImageIncomplete):
            handle.add_images(broken)
        with pytest.raises(DriveError, match="does not exist"):
            handle.add_images(tmp_path / "gone")
        assert (handle.drives, handle.list_devices(), handle.state) == ((), [], State.READY)
