"""Calls that make partitions, volumes and file systems, on an empty drive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cutaway import Handle
from cutaway.errors import GuestError

MIB = 1024 * 1024


@pytest.fixture
def empty(handle: Handle) -> Iterator[Handle]:
    """Give a handle with an empty second drive, /dev/sdb."""
    drive = handle.add_drive_scratch(64 * MIB)
    yield handle
    handle.umount_all()
    handle.remove_drive(drive)


def test_partitions_are_made_and_seen(empty: Handle) -> None:
    empty.part_init("/dev/sdb", "gpt")
    empty.part_add("/dev/sdb", "p", 2048, 2048 + 16 * 2048 - 1)
    empty.part_add("/dev/sdb", "p", 2048 + 16 * 2048, -1)
    assert empty.list_partitions()[-2:] == ["/dev/sdb1", "/dev/sdb2"]
    assert empty.blockdev_getsize64("/dev/sdb1") == 16 * MIB
    assert empty.vfs_type("/dev/sdb1") == ""


def test_a_file_system_is_made_mounted_and_written(empty: Handle) -> None:
    empty.mkfs("ext4", "/dev/sdb", label="NEW")
    assert (empty.vfs_type("/dev/sdb"), empty.vfs_label("/dev/sdb")) == ("ext4", "NEW")
    assert empty.vfs_uuid("/dev/sdb")
    empty.mount("/dev/sdb", "/")
    assert empty.ls("/") == [b"lost+found"]
    empty.mkdir("/made")
    assert empty.ls("/") == [b"lost+found", b"made"]


def test_swap_is_made(empty: Handle) -> None:
    empty.mkswap("/dev/sdb")
    assert empty.list_filesystems()["/dev/sdb"] == "swap"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mkfs", ("teapotfs", "/dev/sdb")),
        ("mkfs", ("ext4", "/dev/sdz")),
        ("part_init", ("/dev/sdb", "clay tablet")),
        ("part_add", ("/dev/sdb", "p", 2048, -1)),
        ("vgcreate", ("nogroup", ["/dev/sdz"])),
        ("lvcreate", ("volume", "nogroup", 8)),
    ],
)
def test_what_cannot_be_made_is_refused(empty: Handle, name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(GuestError):
        getattr(empty, name)(*arguments)


def test_a_mounted_device_is_not_overwritten(empty: Handle) -> None:
    empty.mkfs("ext4", "/dev/sdb")
    empty.mount("/dev/sdb", "/")
    with pytest.raises(GuestError):
        empty.mkfs("ext4", "/dev/sdb")
    assert empty.ls("/") == [b"lost+found"]
