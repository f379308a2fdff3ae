"""File systems that few know any more, as real images: what the kernel has to be told, it is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.errors import GuestError
from support.backends import Backend, skip_or_fail

CONTENT = b"from long ago\n" * 5000


@pytest.fixture(scope="module")
def machine(backend: Backend) -> Iterator[Handle]:
    """Give a launched handle without drives."""
    if not backend.is_real:
        pytest.skip("only a real kernel has drivers")
    with backend.empty_handle() as handle:
        handle.launch()
        yield handle


def made(*command: str) -> None:
    if shutil.which(command[0]) is None:
        skip_or_fail(f"{command[0]} is not installed")
    subprocess.run(command, check=True, capture_output=True)


def ufs(version: int, order: str) -> Callable[[Path, Path], None]:
    """Return what makes a UFS; its size is given, since makefs reckons too little for a handful of files."""
    options = ("-t", "ffs", "-M", "4m", "-B", order, "-o", f"version={version}")
    return lambda tree, image: made("makefs", *options, str(image), str(tree))


def romfs(tree: Path, image: Path) -> None:
    made("genromfs", "-d", str(tree), "-f", str(image))


@pytest.mark.parametrize("make", [ufs(1, "le"), ufs(1, "be"), romfs], ids=["ufs", "ufs-be", "romfs"])
def test_it_can_be_read(machine: Handle, tmp_path: Path, make: Callable[[Path, Path], None]) -> None:
    (tmp_path / "tree/folder").mkdir(parents=True)
    (tmp_path / "tree/folder/file.txt").write_bytes(CONTENT)
    make(tmp_path / "tree", tmp_path / "image")
    drive = machine.add_drive(tmp_path / "image")
    try:
        machine.mount_ro("/dev/sda", "/")
        assert machine.cat("/folder/file.txt") == CONTENT
    finally:
        machine.umount_all()
        machine.remove_drive(drive)


def test_a_kind_without_a_driver_is_said_to_be_one(machine: Handle, tmp_path: Path) -> None:
    """This program writes the superblock of a small UFS2 where the kernel does not look for it."""
    (tmp_path / "tree").mkdir()
    ufs(2, "le")(tmp_path / "tree", tmp_path / "image")
    drive = machine.add_drive(tmp_path / "image")
    try:
        with pytest.raises(GuestError, match="no driver") as caught:
            machine.mount_ro("/dev/sda", "/")
        assert caught.value.errno_name == "NOFILESYSTEM"
    finally:
        machine.remove_drive(drive)
