"""Files whose inodes the daemon reads itself are what the kernel says of them, and damage stays damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutaway import Handle
from cutaway.transfer.policy import ExtractPolicy
from support import ext4
from support.backends import Backend
from support.trees import describe


@pytest.fixture
def image(backend: Backend, tmp_path: Path) -> Path:
    if not backend.is_real:
        pytest.skip("an appliance in memory has no inode tables")
    ext4.make_tree(tmp_path / "tree")
    ext4.make_image(tmp_path / "tree", tmp_path / "image")
    return tmp_path / "image"


def mount(handle: Handle, image: Path) -> None:
    handle.add_drive_ro(str(image))
    handle.launch()
    handle.mount_ro("/dev/sda", "/")


def test_a_listing_says_what_the_kernel_says(backend_handle: Handle, image: Path) -> None:
    mount(backend_handle, image)
    entries = backend_handle.scandir("/")
    assert len(entries) > ext4.PLAIN
    for entry in entries:
        assert entry.stat == backend_handle.lstat(b"/" + entry.name), entry.name


def test_a_tree_arrives_the_same_through_the_guest(backend_handle: Handle, image: Path, tmp_path: Path) -> None:
    mount(backend_handle, image)
    for name, direct in (("direct", True), ("guest", False)):
        (tmp_path / name).mkdir()
        policy = ExtractPolicy(symlinks="keep", read_drives=direct)
        assert backend_handle.copy_out("/", tmp_path / name, policy=policy).failures == ()
    found = describe(tmp_path / "direct")
    assert found == describe(tmp_path / "guest")
    (plain,) = (path for path in found if path.endswith(b"/plain-031"))
    assert (tmp_path / "direct" / plain.decode()).read_bytes() == (tmp_path / "tree/plain-031").read_bytes()


def test_a_damaged_inode_is_told_and_all_others_are_right(backend_handle: Handle, image: Path) -> None:
    place = ext4.inode_place(image, ext4.inode_numbers(image)["plain-030"])
    with image.open("r+b") as file:
        file.seek(place + 4)
        file.write(b"\x07")
    mount(backend_handle, image)
    entries = {entry.name: entry.stat for entry in backend_handle.scandir("/")}
    assert entries[b"plain-030"] is None
    assert entries[b"plain-031"] == backend_handle.lstat("/plain-031")
    assert sum(status is None for status in entries.values()) == 1
